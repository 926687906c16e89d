using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;
using RoboPerception.Core;
using RoboPerception.Onnx;

namespace RoboPerception.Inference;

/// <summary>
/// A model file whose graph is what its description says (conventions section 4). The bytes that were hashed and checked are the
/// bytes every session is made from, even if somebody replaces the file meanwhile.
/// </summary>
internal sealed class ModelFile
{
    private ModelFile(string path, byte[] content, byte[] sha256, ModelDescription description)
    {
        Path = path;
        Content = content;
        Sha256 = Convert.ToHexStringLower(sha256);
        ModelId = BinaryPrimitives.ReadUInt64BigEndian(sha256);
        Description = description;
    }

    /// <summary>Where it was read from, as the user wrote it.</summary>
    public string Path { get; }

    /// <summary>SHA-256 of the file, lower-case hex.</summary>
    public string Sha256 { get; }

    /// <summary>First 8 bytes of the hash, big-endian: the frame header's model id.</summary>
    public ulong ModelId { get; }

    /// <summary>What the file says about itself; the graph was checked against it.</summary>
    public ModelDescription Description { get; }

    internal byte[] Content { get; }

    /// <summary>What a session on a provider is made from: the file, its form for the CPU, or its copy in half precision.</summary>
    /// <exception cref="UserErrorException">The graph does not convert (exit code 3).</exception>
    internal byte[] ContentFor(ExecutionProvider provider, InferenceSettings settings) => provider switch
    {
        ExecutionProvider.Cpu => ForCpu(),
        ExecutionProvider.Cuda when settings.Precision == Precision.Float16 => InHalfPrecision(),
        _ => Content,
    };

    /// <summary>The file with its pads inside the convolutions (<see cref="PadPass.FoldBack"/>): the same predictions in less time. What another program wrote stays as it is.</summary>
    private byte[] ForCpu()
    {
        try
        {
            return PadPass.FoldBack(Content);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            // ONNX Runtime has read it, and takes it as it is.
            return Content;
        }
    }

    /// <summary>The file in 16-bit floats (<see cref="HalfPass"/>).</summary>
    /// <exception cref="UserErrorException">The graph does not convert (exit code 3).</exception>
    internal byte[] InHalfPrecision()
    {
        try
        {
            OnnxModel model = OnnxFile.FromBytes(Content);
            return OnnxFile.ToBytes(new OnnxModel(HalfPass.Apply(model.Graph)) { OperatorSetVersion = model.OperatorSetVersion, Metadata = model.Metadata });
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw Broken(Path, $"does not convert to half precision: {e.Message}; use --precision float32", e);
        }
    }

    /// <summary>Reads and checks a model.</summary>
    /// <exception cref="UserErrorException">
    /// Exit code 3: the file is missing, unreadable, not ONNX, without our metadata, or breaks the contract. The message names the
    /// file, the field, what it is and what was expected.
    /// </exception>
    public static ModelFile Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        byte[] content = Read(path);
        if (OnnxFile.ExternalTensor(content) is { } elsewhere)
        {
            throw Broken(path, $"keeps the numbers of '{elsewhere}' in another file: a model must be one file; export it anew, or save it without external data");
        }
        OnnxRuntimeLibrary.Use();
        try
        {
            // Only to read names, shapes and metadata: no optimisation, no threads.
            using var options = new SessionOptions
            {
                GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
                IntraOpNumThreads = 1,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            };
            using var session = new InferenceSession(content, options);
            return new ModelFile(path, content, SHA256.HashData(content), ModelContract.Check(session));
        }
        catch (OnnxRuntimeException e) when (NativeFailure.Reason(e) is var reason && (reason.Contains("model IR version", StringComparison.Ordinal) || reason.Contains("opset", StringComparison.OrdinalIgnoreCase)))
        {
            throw Broken(path, $"is newer than ONNX Runtime {OnnxRuntimeLibrary.LoadedVersion} ({reason.TrimEnd('.')}): export it with this version's roboperception-train, or name a newer ONNX Runtime with --onnxruntime", e);
        }
        catch (OnnxRuntimeException e)
        {
            throw Broken(path, $"is not an ONNX file that ONNX Runtime {OnnxRuntimeLibrary.LoadedVersion} can read: {NativeFailure.Reason(e)}", e);
        }
        catch (FormatException e)
        {
            throw Broken(path, $"breaks the model contract: {e.Message}", e);
        }
    }

    private static byte[] Read(string path)
    {
        if (Directory.Exists(path))
        {
            throw Broken(path, "is a folder: name the .onnx file in it");
        }
        if (!File.Exists(path))
        {
            throw Broken(path, "does not exist: name a .onnx file made by 'roboperception-train export'");
        }
        try
        {
            byte[] content = File.ReadAllBytes(path);
            return content.Length > 0 ? content : throw Broken(path, "is empty: copy it again");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Broken(path, $"cannot be read: {e.Message}", e);
        }
    }

    private static UserErrorException Broken(string path, string what, Exception? inner = null) =>
        new(ExitCode.ModelContract, $"Model '{path}' {what}", inner);
}
