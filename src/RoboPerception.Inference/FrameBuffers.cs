using RoboPerception.Core;

namespace RoboPerception.Inference;

/// <summary>
/// The input image and the sets of predictions of one camera, allocated once. They belong to no session: when a built TensorRT
/// engine replaces the session that served meanwhile, the same memory is bound again and nobody's spans change.
/// </summary>
/// <remarks>
/// Plain memory also for GPU providers: the image comes from the CPU and the predictions go to CPU encoders, so Run copies them
/// once either way, and memory that a GPU library allocated would be gone with its session.
/// </remarks>
internal sealed class FrameBuffers
{
    private readonly Memory<byte> input;
    private readonly OutputBuffers[] outputs;

    /// <summary>Allocates buffers for a model.</summary>
    public FrameBuffers(ModelDescription model, int outputSets)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputSets);
        input = PinnedMemory.Allocate<byte>(checked(model.Input.Width * model.Input.Height * 3));
        outputs = [.. Enumerable.Range(0, outputSets).Select(_ => new OutputBuffers(model))];
    }

    /// <summary>The image [H,W,3], BGR, rows without padding: written before a run.</summary>
    public Span<byte> Input => input.Span;

    /// <summary>The sets of predictions.</summary>
    public IReadOnlyList<OutputBuffers> Outputs => outputs;

    internal Memory<byte> InputMemory => input;
}
