namespace RoboPerception.Training.Data;

/// <summary>A batch ready to become tensors. Optional maps are there once a sample that has them was written.</summary>
internal sealed class Batch
{
    /// <summary>Value of an edge, saliency or part pixel without ground truth.</summary>
    public const int Unknown = -1;

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
        Categories = new long[count];
    }

    /// <summary>Images in the batch.</summary>
    public int Count { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Pixels of one image.</summary>
    public int Pixels => Height * Width;

    /// <summary>Images (N,H,W,3), red first, 0..1.</summary>
    public float[] Images { get; }

    /// <summary>Class ids (N,H,W); -1 = void.</summary>
    public long[] Labels { get; }

    /// <summary>Depth (N,1,H,W) in metres, or inverse depth where the data set has that; 0 = none.</summary>
    public float[] Depth { get; }

    /// <summary>Unit normals (N,3,H,W); (0,0,0) = none.</summary>
    public float[] Normals { get; }

    /// <summary>Edges (N,1,H,W), 0 or 1; <see cref="Unknown"/> = none.</summary>
    public float[]? Edges { get; private set; }

    /// <summary>Saliency (N,1,H,W), 0 or 1; <see cref="Unknown"/> = none.</summary>
    public float[]? Saliency { get; private set; }

    /// <summary>Parts of people (N,H,W); <see cref="Unknown"/> = none.</summary>
    public long[]? HumanParts { get; private set; }

    /// <summary>Further class maps (N,H,W) by their number of classes; -1 = void.</summary>
    public Dictionary<int, long[]> OtherLabels { get; } = [];

    /// <summary>Classes of the whole images (N); -1 = none.</summary>
    public long[] Categories { get; }

    /// <summary>1 where an image is shown and 0 in the bars beside a letterboxed one (N,1,H,W); null = there are no bars.</summary>
    public float[]? Shown { get; private set; }

    /// <summary>Makes the batch as it was when new.</summary>
    internal void Clear()
    {
        Array.Clear(Images);
        Array.Clear(Labels);
        Array.Clear(Depth);
        Array.Clear(Normals);
        (Edges, Saliency, HumanParts, Shown) = (null, null, null, null);
        OtherLabels.Clear();
    }

    internal float[] NeedEdges() => Edges ??= Filled<float>(Unknown);

    internal float[] NeedSaliency() => Saliency ??= Filled<float>(Unknown);

    internal float[] NeedShown() => Shown ??= Filled<float>(1);

    internal long[] NeedHumanParts() => HumanParts ??= Filled<long>(Unknown);

    internal long[] NeedLabels(int classes)
    {
        if (!OtherLabels.TryGetValue(classes, out var labels))
        {
            OtherLabels[classes] = labels = Filled<long>(Unknown);
        }

        return labels;
    }

    private T[] Filled<T>(T value)
    {
        var map = new T[Count * Pixels];
        Array.Fill(map, value);
        return map;
    }
}
