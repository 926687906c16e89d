using System.Runtime.InteropServices;
using System.Text.Json;
using RoboPerception.Core;
using static TorchSharp.torch;

namespace RoboPerception.Training.Data;

/// <summary>A file in the safetensors layout: tensors by name and a string-to-string metadata map.</summary>
internal class SafeTensors
{
    private readonly Dictionary<string, Entry> entries;
    private readonly byte[] content;
    private readonly HashSet<string> read = new(StringComparer.Ordinal);

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">Missing or damaged.</exception>
    protected SafeTensors(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException(ExitCode.Usage, $"Tensor file '{path}' does not exist.");
        }

        Path = path;
        content = File.ReadAllBytes(path);
        try
        {
            // The header's length, the header, then the tensors.
            if (content.Length < 8 || BitConverter.ToUInt64(content) > (ulong)(content.Length - 8))
            {
                throw new FormatException($"it has {content.Length} bytes, fewer than its header says; it is cut short or of another format");
            }

            var headerLength = (int)BitConverter.ToUInt64(content);
            using var header = JsonDocument.Parse(content.AsMemory(8, headerLength));
            Metadata = header.RootElement.TryGetProperty("__metadata__", out var metadata)
                ? metadata.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!)
                : [];
            entries = header.RootElement.EnumerateObject()
                .Where(entry => entry.Name != "__metadata__")
                .ToDictionary(entry => entry.Name, entry => Entry.Parse(entry.Name, entry.Value, 8 + headerLength, content.Length), StringComparer.Ordinal);
        }
        catch (Exception error) when (error is JsonException or FormatException or KeyNotFoundException or ArgumentException or OverflowException or InvalidOperationException)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{path}' is not a readable safetensors file: {error.Message}.", error);
        }
    }

    /// <summary>Where it was read from.</summary>
    public string Path { get; }

    /// <summary>The metadata map.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Names of the tensors.</summary>
    public IReadOnlyCollection<string> Names => entries.Keys;

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">Missing or damaged.</exception>
    public static SafeTensors Read(string path) => new(path);

    /// <summary>Names of the tensors whose elements nobody asked for yet.</summary>
    public IEnumerable<string> Unread => entries.Keys.Where(name => !read.Contains(name));

    /// <summary>Whether a tensor is in the file.</summary>
    public bool Has(string name) => entries.ContainsKey(name);

    /// <summary>Dimensions of a tensor.</summary>
    public IReadOnlyList<long> Shape(string name) => Find(name).Shape;

    /// <summary>Elements of a tensor of floating-point numbers; of another precision than float32 they are rounded.</summary>
    public float[] Floats(string name) => Find(name).Type switch
    {
        "F64" => Array.ConvertAll(Elements<double>(name), value => (float)value),
        "F16" => Array.ConvertAll(Elements<Half>(name), value => (float)value),
        "BF16" => Array.ConvertAll(Elements<ushort>(name), value => BitConverter.UInt32BitsToSingle((uint)value << 16)),
        "F32" => Elements<float>(name),
        _ => throw Wrong(name, "floating-point numbers"),
    };

    /// <summary>Elements of a tensor of whole numbers.</summary>
    public long[] Integers(string name) => Find(name).Type switch
    {
        "I32" => Array.ConvertAll(Elements<int>(name), value => (long)value),
        "I16" => Array.ConvertAll(Elements<short>(name), value => (long)value),
        "U8" => Array.ConvertAll(Elements<byte>(name), value => (long)value),
        "I64" => Elements<long>(name),
        _ => throw Wrong(name, "whole numbers"),
    };

    /// <summary>Elements of a uint8 tensor.</summary>
    public byte[] Bytes(string name) => Find(name).Type == "U8" ? Elements<byte>(name) : throw Wrong(name, "bytes");

    /// <summary>The tensor as a tensor of libtorch: of int64, or of float32.</summary>
    public Tensor Tensor(string name)
    {
        var entry = Find(name);
        return entry.Type[0] is 'I' or 'U' ? tensor(Integers(name), entry.Shape) : tensor(Floats(name), entry.Shape);
    }

    private Entry Find(string name) => entries.TryGetValue(name, out var entry)
        ? entry
        : throw new UserErrorException(ExitCode.Usage, $"'{Path}' holds no tensor '{name}'.");

    private T[] Elements<T>(string name)
        where T : unmanaged
    {
        var entry = Find(name);
        read.Add(name);
        return MemoryMarshal.Cast<byte, T>(content.AsSpan(entry.Start, entry.Length)).ToArray();
    }

    private UserErrorException Wrong(string name, string wanted) => new(ExitCode.Usage, $"Tensor '{name}' of '{Path}' is of type {Find(name).Type}, which are no {wanted}.");

    private sealed record Entry(string Type, long[] Shape, int Start, int Length)
    {
        public static Entry Parse(string name, JsonElement json, int dataStart, int fileLength)
        {
            var type = json.GetProperty("dtype").GetString()!;
            long[] shape = [.. json.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64())];
            long[] offsets = [.. json.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64())];
            var size = type switch
            {
                "F64" or "I64" or "U64" => 8,
                "F32" or "I32" or "U32" => 4,
                "F16" or "BF16" or "I16" or "U16" => 2,
                "I8" or "U8" or "BOOL" or "F8_E4M3" or "F8_E5M2" => 1,
                _ => throw new FormatException($"tensor '{name}' has unknown type '{type}'"),
            };
            var length = shape.Aggregate(1L, (product, dimension) => checked(product * dimension));
            length = checked(length * size);
            return shape.All(dimension => dimension >= 0) && offsets is [>= 0, >= 0] && offsets[1] <= fileLength - dataStart && offsets[1] - offsets[0] == length
                ? new Entry(type, shape, (int)(dataStart + offsets[0]), (int)length)
                : throw new FormatException($"tensor '{name}' lies outside the file or does not fit its shape");
        }
    }
}
