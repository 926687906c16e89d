namespace RoboPerception.Inference;

/// <summary>How a model is run.</summary>
/// <remarks>
/// What is not here was measured on two cores and is best as ONNX Runtime has it: all graph optimisations (1.35 times faster than
/// without the layout step), memory pattern (2 to 5 % faster for twice the activation memory), arena (without it 7 % more CPU time).
/// </remarks>
internal sealed record InferenceSettings
{
    /// <summary>Execution providers in the order of trying.</summary>
    public IReadOnlyList<ExecutionProvider> Providers { get; init; } = ExecutionProviders.Default;

    /// <summary>
    /// Threads of one operator on the CPU; 0 = one per physical core. Two instead of one on two cores: 1.6 times faster on an idle
    /// machine, no slower beside one competing process.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>
    /// Whether idle CPU threads spin. Off: with one competing process on two cores spinning made a run 2.1 times slower, and it
    /// gains 5 % on an idle machine (conventions section 5).
    /// </summary>
    public bool AllowSpinning { get; init; }

    /// <summary>Number of the GPU.</summary>
    public int DeviceId { get; init; }

    /// <summary>TensorRT computes in half precision where it is faster; the self-check guards the predictions.</summary>
    public bool TensorRtHalfPrecision { get; init; } = true;

    /// <summary>
    /// Number format on CUDA. Half: a copy of the graph in 16-bit floats up to its last convolutions, made when the file is loaded; the self-check
    /// guards the predictions. The CPU, the reference, computes the file as it is, and TensorRT has <see cref="TensorRtHalfPrecision"/>.
    /// </summary>
    public Precision Precision { get; init; } = Precision.Float32;

    /// <summary>
    /// Records the kernels of a run on CUDA once and replays them as one (CUDA graph): launched one by one, some 200 small kernels keep a GPU waiting. A model that
    /// cannot be recorded runs without.
    /// </summary>
    public bool CudaGraph { get; init; } = true;

    /// <summary>Upper bound of GPU memory in bytes that TensorRT may use while it chooses kernels.</summary>
    public long TensorRtWorkspaceBytes { get; init; } = 1L << 30;

    /// <summary>Folder of TensorRT's engines and timings; null = <see cref="EngineCache.DefaultFolder"/>.</summary>
    public string? EngineCacheFolder { get; init; }

    /// <summary>How many sets of output buffers there are: one being written by Run while the others are encoded.</summary>
    public int OutputSets { get; init; } = 2;

    /// <summary>Bounds within which a GPU must agree with the CPU.</summary>
    public SelfCheckTolerance Tolerance { get; init; } = new();
}
