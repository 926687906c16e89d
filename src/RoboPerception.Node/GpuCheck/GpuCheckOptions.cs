using RoboPerception.Inference;

namespace RoboPerception.Node.GpuCheck;

/// <summary>What <c>gpu-check</c> is to do.</summary>
/// <param name="Provider">The provider to check; on the CPU it is a rehearsal.</param>
/// <param name="Models">The model files; the first is the one that is timed.</param>
/// <param name="Video">A recording for the node to process; null = a moving pattern.</param>
/// <param name="Seconds">How long each timing takes.</param>
/// <param name="DeviceId">Number of the GPU.</param>
internal sealed record GpuCheckOptions(ExecutionProvider Provider, IReadOnlyList<string> Models, string? Video, double Seconds, int DeviceId)
{
    /// <summary>Whether the CPU stands in for the GPU.</summary>
    public bool IsRehearsal => Provider == ExecutionProvider.Cpu;

    /// <summary>How sessions are made for the check: every kernel launched by itself, as the official API does by default.</summary>
    public InferenceSettings Settings => new() { Providers = [Provider], DeviceId = DeviceId, CudaGraph = false };
}
