namespace RoboPerception.Training.Data;

/// <summary>
/// One training picture with its three answers, kept in the smallest integers that hold them so that a whole data set fits in memory.
/// </summary>
public sealed class LabeledImage
{
    /// <summary>Allocates an image of the given size with everything invalid.</summary>
    public LabeledImage(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        Height = height;
        Width = width;
        Rgb = new byte[height * width * 3];
        Labels = new byte[height * width];
        Array.Fill(Labels, Core.ClassMap.Unlabelled);
        DepthMillimetres = new ushort[height * width];
        Normals = new sbyte[height * width * 3];
    }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Picture (H,W,3), red first.</summary>
    public byte[] Rgb { get; }

    /// <summary>Class ids (H,W); 255 = unlabelled.</summary>
    public byte[] Labels { get; }

    /// <summary>Distance along the optical axis (H,W) in millimetres; 0 = none.</summary>
    public ushort[] DepthMillimetres { get; }

    /// <summary>Unit normals (H,W,3) times 127, camera frame (x right, y down, z forward); (0,0,0) = none.</summary>
    public sbyte[] Normals { get; }
}
