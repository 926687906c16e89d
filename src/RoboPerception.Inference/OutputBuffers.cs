using RoboPerception.Core;

namespace RoboPerception.Inference;

/// <summary>
/// One set of answers: memory that a run fills and the publishing stage reads. The memory is managed and never moves
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

    internal Memory<byte> SegmentationMemory { get; }

    internal Memory<float> DepthMemory { get; }

    internal Memory<float> NormalsMemory { get; }
}
