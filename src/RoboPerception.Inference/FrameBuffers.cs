using RoboPerception.Core;

namespace RoboPerception.Inference;

/// <summary>
/// The input picture and the sets of answers of one camera, allocated once. They belong to no session: when a built TensorRT
/// engine replaces the session that served meanwhile, the same memory is bound again and nobody's spans change.
/// </summary>
/// <remarks>
/// Plain memory also for GPU providers: the picture comes from the CPU and the answers go to CPU encoders, so Run copies them
/// once either way, and memory that a GPU library allocated would be gone with its session.
/// </remarks>
internal sealed class FrameBuffers
{
    private readonly Memory<byte> _input;
    private readonly OutputBuffers[] _outputs;

    /// <summary>Allocates buffers for a model.</summary>
    public FrameBuffers(ModelDescription model, int outputSets)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputSets);
        _input = PinnedMemory.Allocate<byte>(checked(model.Input.Width * model.Input.Height * 3));
        _outputs = [.. Enumerable.Range(0, outputSets).Select(_ => new OutputBuffers(model))];
    }

    /// <summary>The picture [H,W,3], BGR, rows without padding: written before a run.</summary>
    public Span<byte> Input => _input.Span;

    /// <summary>The sets of answers.</summary>
    public IReadOnlyList<OutputBuffers> Outputs => _outputs;

    internal Memory<byte> InputMemory => _input;
}
