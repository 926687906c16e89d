using RoboPerception.Core;

namespace RoboPerception.Inference;

/// <summary>Where ONNX Runtime computes.</summary>
internal enum ExecutionProvider
{
    /// <summary>The processor, float32: always there, and the reference the others are compared with.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU through CUDA and cuDNN.</summary>
    Cuda,

    /// <summary>An NVIDIA GPU through a TensorRT engine built for it; parts of the graph that TensorRT refuses run on CUDA.</summary>
    TensorRt,
}

/// <summary>The names of execution providers in configuration, logs and <c>description</c>.</summary>
internal static class ExecutionProviders
{
    /// <summary>The default order: the fastest first.</summary>
    public static IReadOnlyList<ExecutionProvider> Default { get; } = [ExecutionProvider.TensorRt, ExecutionProvider.Cuda, ExecutionProvider.Cpu];

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>tensorrt</c>.</summary>
    public static string Name(this ExecutionProvider provider) => provider switch
    {
        ExecutionProvider.Cpu => "cpu",
        ExecutionProvider.Cuda => "cuda",
        ExecutionProvider.TensorRt => "tensorrt",
        _ => throw new ArgumentOutOfRangeException(nameof(provider), provider, "Not an execution provider."),
    };

    /// <summary>Reads a list such as <c>tensorrt,cuda,cpu</c>; the order is the order of trying.</summary>
    /// <exception cref="UserErrorException">The list is empty, or a name is unknown or given twice (exit code 2).</exception>
    public static IReadOnlyList<ExecutionProvider> Parse(string list)
    {
        ArgumentNullException.ThrowIfNull(list);
        var providers = new List<ExecutionProvider>();
        foreach (string name in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            ExecutionProvider provider = Default.Where(p => p.Name() == name).Cast<ExecutionProvider?>().FirstOrDefault()
                ?? throw new UserErrorException(ExitCode.Usage, $"Execution provider '{name}' in '{list}' is unknown: tensorrt, cuda and cpu are known.");
            if (providers.Contains(provider))
            {
                throw new UserErrorException(ExitCode.Usage, $"Execution provider '{name}' is given twice in '{list}'.");
            }
            providers.Add(provider);
        }
        return providers.Count > 0
            ? providers
            : throw new UserErrorException(ExitCode.Usage, "The list of execution providers is empty: give one or more of tensorrt, cuda, cpu, fastest first.");
    }
}
