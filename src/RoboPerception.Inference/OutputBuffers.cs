using RoboPerception.Core;

namespace RoboPerception.Inference;

/// <summary>
/// One set of predictions: memory that a run fills and the publishing stage reads. The memory is managed and never moves
/// (pinned object heap), so a span taken from it stays valid whatever happens to the session.
/// </summary>
internal sealed class OutputBuffers
{
    internal OutputBuffers(ModelDescription model)
    {
        int pixels = model.Input.Width * model.Input.Height;
        SegmentationMemory = model.Output(OutputKind.Segmentation) is null ? default : PinnedMemory.Allocate<byte>(pixels);
        DepthMemory = model.Output(OutputKind.Depth) is null ? default : PinnedMemory.Allocate<float>(pixels);
        NormalsMemory = model.Output(OutputKind.Normals) is null ? default : PinnedMemory.Allocate<float>(3 * pixels);
    }

    /// <summary>Class ids [H,W]; empty if the model has no segmentation.</summary>
    public ReadOnlySpan<byte> Segmentation => SegmentationMemory.Span;

    /// <summary>Metres along the optical axis [H,W]; empty if the model has no depth.</summary>
    public ReadOnlySpan<float> Depth => DepthMemory.Span;

    /// <summary>Unit vectors [3,H,W]: all x, then all y, then all z; empty if the model has no normals.</summary>
    public ReadOnlySpan<float> Normals => NormalsMemory.Span;

    /// <summary>
    /// Marks what lies outside a window of the grid as no prediction: class 255, depth NaN, normals (0,0,0). Used for the padding beside a
    /// letterboxed image.
    /// </summary>
    /// <param name="gridWidth">Pixels per row of the grid.</param>
    /// <param name="window">Left, top, width and height of the window.</param>
    public void MarkInvalidOutside(int gridWidth, (int X, int Y, int Width, int Height) window)
    {
        MarkOutside(SegmentationMemory.Span, gridWidth, window, ClassMap.Unlabelled);
        MarkOutside(DepthMemory.Span, gridWidth, window, float.NaN);
        int plane = NormalsMemory.Length / 3;
        for (int axis = 0; axis < 3; axis++)
        {
            MarkOutside(NormalsMemory.Span.Slice(axis * plane, plane), gridWidth, window, 0f);
        }
    }

    /// <summary>Copies one output of a frame of the same model.</summary>
    public void Take(OutputKind kind, OutputBuffers from)
    {
        switch (kind)
        {
            case OutputKind.Segmentation:
                from.Segmentation.CopyTo(SegmentationMemory.Span);
                break;
            case OutputKind.Depth:
                from.Depth.CopyTo(DepthMemory.Span);
                break;
            default:
                from.Normals.CopyTo(NormalsMemory.Span);
                break;
        }
    }

    private static void MarkOutside<T>(Span<T> plane, int gridWidth, (int X, int Y, int Width, int Height) window, T invalid)
    {
        for (int y = 0; y * gridWidth < plane.Length; y++)
        {
            Span<T> row = plane.Slice(y * gridWidth, gridWidth);
            bool isInside = y >= window.Y && y < window.Y + window.Height;
            row[..(isInside ? window.X : gridWidth)].Fill(invalid);
            row[(window.X + window.Width)..].Fill(invalid);
        }
    }

    internal Memory<byte> SegmentationMemory { get; }

    internal Memory<float> DepthMemory { get; }

    internal Memory<float> NormalsMemory { get; }
}
