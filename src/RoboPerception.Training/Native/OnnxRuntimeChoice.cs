using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using RoboPerception.Core;

namespace RoboPerception.Training.Native;

/// <summary>
/// The ONNX Runtime of this process: beside the program, or the library that the user names, as the node does it
/// (<c>ROBOPERCEPTION_ONNXRUNTIME</c>). Trainer and node know nothing of each other, hence the second place.
/// </summary>
internal static class OnnxRuntimeChoice
{
    /// <summary>Environment variable with the full path of another <c>libonnxruntime.so</c>.</summary>
    public const string PathVariable = "ROBOPERCEPTION_ONNXRUNTIME";

    private static readonly Lazy<string> Loaded = new(Load);

    /// <summary>Version of the library in use. The first call loads it.</summary>
    /// <exception cref="UserErrorException">It does not load.</exception>
    public static string Use() => Loaded.Value;

    private static string Load()
    {
        try
        {
            if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } path)
            {
                var library = File.Exists(path) ? NativeLibrary.Load(Path.GetFullPath(path)) : throw new DllNotFoundException("there is no such file");
                if (!NativeLibrary.TryGetExport(library, "OrtGetApiBase", out _))
                {
                    throw new DllNotFoundException("it is not ONNX Runtime");
                }

                OrtEnv.DisableDllImportResolver = true;
                NativeLibrary.SetDllImportResolver(typeof(OrtEnv).Assembly, (name, _, _) => name == "onnxruntime" ? library : 0);
            }

            // A training reports to nobody but its user.
            OrtEnv.Instance().DisableTelemetryEvents();
            return OrtEnv.Instance().GetVersionString();
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException or TypeInitializationException or OnnxRuntimeException or InvalidOperationException)
        {
            var root = error;
            while (root.InnerException is { } inner)
            {
                root = inner;
            }

            throw new UserErrorException(ExitCode.Usage, $"ONNX Runtime does not load: {root.Message.ReplaceLineEndings(" ")}. Run launch/setup.sh train, or name the full path of a libonnxruntime.so in {PathVariable}.", error);
        }
    }
}
