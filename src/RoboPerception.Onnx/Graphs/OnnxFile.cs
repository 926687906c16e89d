using Google.Protobuf;
using RoboPerception.Onnx.Format;

namespace RoboPerception.Onnx;

/// <summary>Reads and writes <c>.onnx</c> files.</summary>
internal static class OnnxFile
{
    /// <summary>Writes beside the target, flushes to disk and renames: a reader sees the old file or the new one, never half of one.</summary>
    public static void Write(string path, OnnxModel model)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var bytes = ToBytes(model);
        var beside = path + ".new";
        using (var file = new FileStream(beside, FileMode.Create, FileAccess.Write))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    /// <summary>The file's content. The same model gives the same bytes.</summary>
    public static byte[] ToBytes(OnnxModel model) => ModelConversion.ToProto(model).ToByteArray();

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">Not an ONNX file, or one that uses parts of the format this library does not know; the message says which.</exception>
    public static OnnxModel Read(string path)
    {
        try
        {
            return FromBytes(File.ReadAllBytes(path));
        }
        catch (FormatException error)
        {
            throw new FormatException($"'{path}': {error.Message}", error);
        }
    }

    /// <summary>
    /// Name of a tensor whose numbers lie in another file; null if there is none, or if this is no ONNX file. Such a model is not whole, its
    /// hash says nothing of those numbers, and the place it names may be any file of the machine.
    /// </summary>
    public static string? ExternalTensor(ReadOnlySpan<byte> content)
    {
        try
        {
            ModelProto proto = ModelProto.Parser.ParseFrom(content);
            return (proto.Graph is null ? [] : ExternalTensors.Of(proto.Graph)).Concat(proto.Functions.SelectMany(f => ExternalTensors.Of(f.Node))).FirstOrDefault();
        }
        catch (Exception error) when (error is InvalidProtocolBufferException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>Reads a file's content.</summary>
    /// <exception cref="FormatException">See <see cref="Read"/>.</exception>
    public static OnnxModel FromBytes(ReadOnlySpan<byte> content)
    {
        ModelProto proto;
        try
        {
            proto = ModelProto.Parser.ParseFrom(content);
        }
        // Google.Protobuf meets some damaged lengths of packed fields with the second.
        catch (Exception error) when (error is InvalidProtocolBufferException or IndexOutOfRangeException)
        {
            throw new FormatException("this is not an ONNX file.", error);
        }

        if (proto.Graph is null)
        {
            throw new FormatException("this is not an ONNX file: it holds no graph.");
        }

        try
        {
            return ModelConversion.FromProto(proto);
        }
        catch (Exception error) when (error is ArgumentException or OverflowException)
        {
            throw new FormatException($"this is a damaged ONNX file: {error.Message}", error);
        }
    }
}
