namespace RoboPerception.Core;

/// <summary>What a dense output means; the number is the <c>kind</c> byte of the frame header (wire format, never renumbered).</summary>
public enum OutputKind : byte
{
    /// <summary>Class id per pixel, uint8, 255 = unlabelled.</summary>
    Segmentation = 1,

    /// <summary>Metres along the optical Z axis (REP-118), float32; NaN = invalid, or 16-bit raw with 0 = invalid.</summary>
    Depth = 2,

    /// <summary>Unit vectors in the camera optical frame (REP-103: x right, y down, z forward), toward the camera (z &lt;= 0); (0,0,0) = invalid.</summary>
    Normals = 3,

    /// <summary>The camera's image or an overlay of it, for people.</summary>
    Image = 4,

    /// <summary>All outputs of one frame in one message.</summary>
    Bundle = 5,

    /// <summary>A reduced cloud of points in the optical frame; the header's width says how many, its height is 1.</summary>
    Points = 6,
}
