namespace RoboPerception.Training.Tasks;

/// <summary>One figure of a report.</summary>
/// <param name="Name">E.g. <c>segmentation.miou_pooled</c>.</param>
/// <param name="Value">NaN if there was nothing to measure.</param>
/// <param name="HigherIsBetter">The direction of improvement.</param>
internal readonly record struct MetricValue(string Name, double Value, bool HigherIsBetter);

/// <summary>
/// Collects one task's errors over a data set. "Pooled" figures weigh every valid pixel the same; "legacy" figures are those
/// of the published tables (per image or per batch, then averaged).
/// </summary>
internal interface ITaskMeter
{
    /// <summary>Adds a batch: activated predictions (N,C,H,W) and targets in the conventions of <see cref="TaskLosses"/>, C order.</summary>
    void Add(ReadOnlySpan<float> prediction, Target target, BatchShape shape);

    /// <summary>All figures, the most telling first.</summary>
    IReadOnlyList<MetricValue> Values();
}

/// <summary>Size of a batch.</summary>
internal readonly record struct BatchShape(int Count, int Channels, int Height, int Width)
{
    /// <summary>Pixels of one image.</summary>
    public int Pixels => Height * Width;
}

/// <summary>Targets of a batch: labels for segmentation and human parts, values for the others.</summary>
internal readonly ref struct Target
{
    /// <summary>Class ids (N,H,W), <see cref="TaskLosses.VoidLabel"/> = void.</summary>
    public ReadOnlySpan<long> Labels { get; init; }

    /// <summary>Depth, edges or saliency (N,1,H,W), or normals (N,3,H,W).</summary>
    public ReadOnlySpan<float> Values { get; init; }
}
