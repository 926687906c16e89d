namespace RoboPerception.Training.Data;

/// <summary>A batch ready to become tensors.</summary>
public sealed class Batch
{
    /// <summary>Allocates a batch.</summary>
    public Batch(int count, int height, int width)
    {
        Count = count;
        Height = height;
        Width = width;
        var pixels = count * height * width;
        Images = new float[3 * pixels];
        Labels = new long[pixels];
        Depth = new float[pixels];
        Normals = new float[3 * pixels];
    }

    /// <summary>Images in the batch.</summary>
    public int Count { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Pixels of one image.</summary>
    public int Pixels => Height * Width;

    /// <summary>Pictures (N,H,W,3), red first, 0..1.</summary>
    public float[] Images { get; }

    /// <summary>Class ids (N,H,W); -1 = void.</summary>
    public long[] Labels { get; }

    /// <summary>Depth (N,1,H,W) in metres; 0 = none.</summary>
    public float[] Depth { get; }

    /// <summary>Unit normals (N,3,H,W); (0,0,0) = none.</summary>
    public float[] Normals { get; }
}
