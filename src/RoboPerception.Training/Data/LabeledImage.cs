namespace RoboPerception.Training.Data;

/// <summary>
/// One training image with its labels, kept in the smallest integers that hold them so that a whole data set fits in memory. Only the
/// maps that the data set has are there; the optional ones are null otherwise.
/// </summary>
internal sealed class LabeledImage
{
    /// <summary>Edge, saliency or part of a pixel that has none to compare with.</summary>
    public const byte Unknown = Core.ClassMap.Unlabelled;

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
        SourceSize = new SourceSize(height, width);
        Normals = new sbyte[height * width * 3];
    }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Size of the file's image, before it was brought to this one.</summary>
    public SourceSize SourceSize { get; set; }

    /// <summary>The part that shows something, with bars of grey beside it; null = all of it.</summary>
    public System.Drawing.Rectangle? Window { get; init; }

    /// <summary>Image (H,W,3), red first.</summary>
    public byte[] Rgb { get; }

    /// <summary>Class ids (H,W); 255 = unlabelled.</summary>
    public byte[] Labels { get; }

    /// <summary>Distance along the optical axis (H,W) in steps of <see cref="DepthStep"/>, millimetres unless a data set says otherwise; 0 = none.</summary>
    public ushort[] DepthMillimetres { get; }

    /// <summary>Metres, or units of inverse depth, of one step of <see cref="DepthMillimetres"/>.</summary>
    public double DepthStep { get; init; } = 0.001;

    /// <summary>Whether the depth map holds inverse depth (disparity): zooming in then multiplies it.</summary>
    public bool IsInverseDepth { get; init; }

    /// <summary>Unit normals (H,W,3) times 127, camera frame (x right, y down, z forward); (0,0,0) = none.</summary>
    public sbyte[] Normals { get; }

    /// <summary>The same normals at their own resolution where the file's is lower than the image's: what a prediction is compared with.</summary>
    public NormalsGrid? OwnNormals { get; set; }

    /// <summary>Boundaries between objects (H,W): 1 on one, 0 beside, <see cref="Unknown"/>.</summary>
    public byte[]? Edges { get; set; }

    /// <summary>What people look at first (H,W): 1 salient, 0 not, <see cref="Unknown"/>.</summary>
    public byte[]? Saliency { get; set; }

    /// <summary>Parts of people (H,W): 0 background, 1 head, 2 torso, 3 upper arm, 4 lower arm, 5 upper leg, 6 lower leg, <see cref="Unknown"/>.</summary>
    public byte[]? HumanParts { get; set; }

    /// <summary>Further class maps (H,W) by their number of classes, 255 = unlabelled: CityScapes has 2, 7 and 19.</summary>
    public Dictionary<int, byte[]> OtherLabels { get; } = [];

    /// <summary>Class of the whole image (Visual Decathlon); -1 = none.</summary>
    public int Category { get; init; } = -1;
}
