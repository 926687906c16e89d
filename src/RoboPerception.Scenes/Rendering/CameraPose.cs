using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>Where a camera is and how it is turned. World: metres, z up. Camera: x right, y down, z forward (REP-103 optical).</summary>
/// <param name="Position">Optical centre in the world.</param>
/// <param name="Orientation">Axes of the camera in the world: X right, Y down, Z forward.</param>
internal readonly record struct CameraPose(Vector3 Position, Rotation Orientation)
{
    /// <summary>A camera with level horizon unless rolled.</summary>
    /// <param name="position">Optical centre.</param>
    /// <param name="yaw">Heading from the x axis, counter-clockwise from above, radians.</param>
    /// <param name="pitch">Up from the horizon, radians.</param>
    /// <param name="roll">Clockwise about the forward axis, radians.</param>
    public static CameraPose Looking(Vector3 position, float yaw, float pitch, float roll = 0)
    {
        var (sy, cy) = PortableMath.SinCos(yaw);
        var (sp, cp) = PortableMath.SinCos(pitch);
        var (sr, cr) = PortableMath.SinCos(roll);
        var right = new Vector3((float)sy, (float)-cy, 0);
        var down = new Vector3((float)(cy * sp), (float)(sy * sp), (float)-cp);
        var forward = new Vector3((float)(cy * cp), (float)(sy * cp), (float)sp);
        return new(position, new((right * (float)cr) + (down * (float)sr), (down * (float)cr) - (right * (float)sr), forward));
    }

    /// <summary>A world point in the camera frame.</summary>
    public Vector3 ToCamera(Vector3 world) => Orientation.ToInner(world - Position);

    /// <summary>A camera point in the world.</summary>
    public Vector3 ToWorld(Vector3 camera) => Position + Orientation.ToOuter(camera);
}
