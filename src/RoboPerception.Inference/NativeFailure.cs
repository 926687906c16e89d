using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace RoboPerception.Inference;

/// <summary>
/// The ways ONNX Runtime says that a provider or the library is not there. They differ: a build without CUDA throws
/// OnnxRuntimeException or EntryPointNotFoundException depending on the call, a missing library DllNotFoundException.
/// </summary>
internal static partial class NativeFailure
{
    public static bool Is(Exception e) => e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException
        or BadImageFormatException or TypeInitializationException or GpuCopyException;

    /// <summary>The message on one line, without the type initialiser around it and the places in ONNX Runtime's own source.</summary>
    public static string Reason(Exception e)
    {
        while (e is TypeInitializationException { InnerException: { } inner })
        {
            e = inner;
        }
        string line = string.Join(' ', e.Message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        line = SourcePlace().Replace(line, "");
        return line.Length <= 500 ? line : string.Concat(line.AsSpan(0, 500), " ...");
    }

    // [ErrorCode:Fail] /path/file.cc:1988 Provider& Library::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library ...
    // [ErrorCode:Fail] /path/model.cc:256 onnxruntime::Model::Model(onnx::ModelProto&&) Unsupported ...
    [GeneratedRegex(@"^.*\[ONNXRuntimeError\] : \d+ : \w+ : |^(\[ErrorCode:\w+\] )?(/\S+\.(cc|h):\d+ .*?\) (?=[A-Z]))?")]
    private static partial Regex SourcePlace();
}
