using System.Text.RegularExpressions;

namespace RoboPerception.Inference;

/// <summary>The one thing to do about a provider that did not load, from the library's own words.</summary>
internal static partial class ProviderRemedy
{
    /// <summary>The loader names two paths, twice, for one missing file: what counts is the file. Other words stay as they are.</summary>
    public static string Shorten(string reason) =>
        MissingLibrary().Match(reason) is { Success: true } match ? $"{Path.GetFileName(match.Groups[1].Value)} is not on this machine" : reason;

    public static string For(ExecutionProvider provider, string reason)
    {
        (string Word, string Remedy)[] known =
        [
            ("golden input", "it is not used; report it with the model, GPU and versions"),
            ("engine cache", "make the folder writable or set another one"),
            // Before the provider libraries themselves: the message about a missing dependency names both.
            ("libnvinfer", "install TensorRT 10 (package libnvinfer10)"),
            ("libnvonnxparser", "install TensorRT 10 (package libnvonnxparsers10)"),
            ("libcuda.so", "install the NVIDIA driver"),
            ("libcudnn", "install cuDNN 9 for your CUDA version"),
            ("libcu", "install the CUDA libraries of the major version behind .so, e.g. package cuda-libraries-13-0 for .so.13"),
            ("libonnxruntime_providers", $"run launch/setup.sh on the GPU machine, or name a GPU build in {OnnxRuntimeLibrary.PathVariable}"),
            ("Unable to find an entry point", $"name a GPU build in {OnnxRuntimeLibrary.PathVariable}"),
            ("not enabled in this build", $"name a GPU build in {OnnxRuntimeLibrary.PathVariable}"),
        ];
        return known.FirstOrDefault(k => reason.Contains(k.Word, StringComparison.Ordinal)).Remedy
            ?? (provider == ExecutionProvider.Cpu ? "run launch/setup.sh" : "check the GPU and its driver with nvidia-smi");
    }

    [GeneratedRegex(@"with error: (\S+): cannot open shared object file")]
    private static partial Regex MissingLibrary();
}
