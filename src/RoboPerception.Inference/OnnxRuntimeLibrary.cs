using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using RoboPerception.Core;

namespace RoboPerception.Inference;

/// <summary>
/// The native library of ONNX Runtime this process uses: the package's, beside the program, or the one the user names
/// (a build of JetPack, one's own build) in <see cref="PathVariable"/>.
/// </summary>
internal static class OnnxRuntimeLibrary
{
    /// <summary>Environment variable with the full path of another <c>libonnxruntime.so</c>.</summary>
    public const string PathVariable = "ROBOPERCEPTION_ONNXRUNTIME";

    /// <summary>
    /// The C# API binds functions that came with this version when it starts; an older library would hand it addresses
    /// of something else.
    /// </summary>
    public static readonly Version Oldest = new(1, 24);

    private static readonly Lock Gate = new();
    private static bool ready;

    /// <summary>The library the user named, or null for the one beside the program.</summary>
    public static string? NamedPath { get; private set; }

    /// <summary>Version of the loaded library, e.g. <c>1.29.0</c>.</summary>
    /// <exception cref="UserErrorException">The library the user named cannot be used.</exception>
    public static string LoadedVersion
    {
        get
        {
            Use();
            return OrtEnv.Instance().GetVersionString();
        }
    }

    /// <summary>The execution providers this library was built with, in its own names (<c>CUDAExecutionProvider</c>). Built with does not mean that they load here.</summary>
    /// <exception cref="UserErrorException">The library the user named cannot be used.</exception>
    public static IReadOnlyList<string> BuiltInProviders
    {
        get
        {
            Use();
            return OrtEnv.Instance().GetAvailableProviders();
        }
    }

    /// <summary>Makes the library ready. Everything in this assembly calls it; further calls do nothing.</summary>
    /// <exception cref="UserErrorException">The library the user named is missing, is not ONNX Runtime, or is older than <see cref="Oldest"/>.</exception>
    public static void Use()
    {
        lock (Gate)
        {
            if (ready)
            {
                return;
            }
            if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } path)
            {
                UseNamed(path);
            }
            try
            {
                // What fails to load is reported once, by us (ProviderAttempt): the library's own lines on stderr would say it twice.
                OrtEnv.Instance().EnvLogLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
                // A robot's perception reports to nobody but its user.
                OrtEnv.Instance().DisableTelemetryEvents();
            }
            catch (Exception e) when (NativeFailure.Is(e))
            {
                throw new UserErrorException(
                    ExitCode.Usage, NativeLibraries.Explain(e) ?? $"ONNX Runtime's native library does not load: {NativeFailure.Reason(e)}. Run launch/setup.sh, or name a library in {PathVariable}.", e);
            }
            ready = true;
        }
    }

    private static void UseNamed(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException(ExitCode.Usage, $"{PathVariable} names '{path}', which does not exist: give the full path of a libonnxruntime.so, or unset it.");
        }
        nint handle;
        try
        {
            handle = NativeLibrary.Load(Path.GetFullPath(path));
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new UserErrorException(ExitCode.Usage, $"{PathVariable} names '{path}', which does not load: {NativeFailure.Reason(e)}", e);
        }
        Version? version = VersionOf(handle);
        if (version is null || version < Oldest)
        {
            NativeLibrary.Free(handle);
            string found = version is null ? "is not ONNX Runtime" : $"is ONNX Runtime {version}";
            throw new UserErrorException(ExitCode.Usage, $"{PathVariable} names '{path}', which {found}: version {Oldest} or newer is needed.");
        }
        OrtEnv.DisableDllImportResolver = true;
        NativeLibrary.SetDllImportResolver(typeof(OrtEnv).Assembly, (name, _, _) => name == "onnxruntime" ? handle : 0);
        NamedPath = path;
    }

    /// <summary>Asks the library itself, by the one function of its C API whose place never changes (<c>OrtGetApiBase</c>).</summary>
    private static unsafe Version? VersionOf(nint handle)
    {
        if (!NativeLibrary.TryGetExport(handle, "OrtGetApiBase", out nint getApiBase))
        {
            return null;
        }
        // struct OrtApiBase { const OrtApi* (*GetApi)(uint32_t); const char* (*GetVersionString)(void); }
        nint* apiBase = ((delegate* unmanaged<nint*>)getApiBase)();
        nint text = ((delegate* unmanaged<nint>)apiBase[1])();
        string[] numbers = (Marshal.PtrToStringUTF8(text) ?? "").Split('.');
        return numbers.Length >= 2 && int.TryParse(numbers[0], out int major) && int.TryParse(numbers[1], out int minor) ? new Version(major, minor) : null;
    }
}
