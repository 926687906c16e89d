using System.IO.Compression;
using System.Runtime.InteropServices;
using RoboPerception.Core;
using static TorchSharp.torch;

namespace RoboPerception.Training.Import;

/// <summary>
/// Tensors of a file that <c>torch.save</c> wrote: a zip archive of one pickle and one entry of raw bytes per storage. The pickle is read as data
/// (<see cref="Pickle"/>); the only calls it may make are those that put a tensor together.
/// Own code, because Razorvine.Pickle, on which TorchSharp.PyBridge stands, executes nothing either but makes a dictionary of any unknown class
/// (<c>posix.system</c> without arguments too) where we refuse it by name, and registers what may be built for the whole process.
/// </summary>
internal sealed class PyTorchFile : IDisposable
{
    private static readonly string[] Wrappers = ["state_dict", "model_state_dict", "model", "net"];

    private readonly ZipArchive archive;
    private readonly string path;
    private readonly string folder;
    private readonly Dictionary<string, byte[]> storages = [];

    // PyTorch stores without compression, so entries together are no longer than the file; the rest is room for other writers.
    private long allowed;

    private PyTorchFile(string path)
    {
        this.path = path;
        allowed = (10 * new FileInfo(path).Length) + (1 << 20);
        archive = ZipFile.OpenRead(path);
        var pickle = archive.Entries.FirstOrDefault(entry => entry.FullName.EndsWith("/data.pkl", StringComparison.Ordinal))
            ?? throw new FormatException("the archive holds no data.pkl");
        folder = pickle.FullName[..^"data.pkl".Length];
    }

    /// <summary>Reads the state dictionary of a file; a dictionary around it (<c>{"state_dict": ...}</c>) is opened.</summary>
    /// <exception cref="UserErrorException">Missing, damaged, of the format before PyTorch 1.6, or a pickle that wants more than data.</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException(ExitCode.Usage, $"State file '{path}' does not exist.");
        }

        try
        {
            using var file = new PyTorchFile(path);
            var root = new Pickle(file.Bytes("data.pkl"), file.Storage, Call).Read() as PickleMap ?? throw new FormatException("it holds no dictionary");
            var inner = Wrappers.Select(name => root[name]).OfType<PickleMap>().FirstOrDefault() ?? root;
            var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
            var elements = file.allowed / sizeof(float);
            foreach (var (key, value) in inner.Entries)
            {
                if (key is string name && value is PickledTensor tensor)
                {
                    // Tensors may share a storage, and a stride of 0 makes one number a thousand: what that comes to is bounded too.
                    elements = checked(elements - tensor.Count());
                    if (elements < 0)
                    {
                        throw new FormatException("its tensors are larger than what it stores");
                    }

                    tensors[name] = tensor.Build();
                }
            }

            return tensors.Count > 0 ? tensors : throw new FormatException("it holds no tensors by name");
        }
        catch (Exception error) when (error is FormatException or InvalidDataException or OverflowException or IOException or NotSupportedException)
        {
            throw new UserErrorException(
                ExitCode.Usage, $"'{path}' cannot be read as a PyTorch state dictionary: {error.Message}. Files from before PyTorch 1.6 must be saved again with a newer one.", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => archive.Dispose();

    private byte[] Bytes(string name)
    {
        var entry = archive.GetEntry(folder + name) ?? throw new FormatException($"the archive '{path}' holds no '{name}'");
        using var stream = entry.Open();
        allowed -= entry.Length;
        if (entry.Length < 0 || allowed < 0)
        {
            throw new FormatException($"'{name}' is larger than the whole file");
        }

        var content = new byte[entry.Length];
        stream.ReadExactly(content);
        return content;
    }

    // ("storage", type, key, device, elements)
    private PickledStorage Storage(object? id)
    {
        if (id is not object?[] { Length: 5 } parts || parts is not ["storage", PickleGlobal { Module: "torch" } type, string key, _, _])
        {
            throw new FormatException("a storage is described in an unknown way");
        }

        if (!storages.TryGetValue(key, out var bytes))
        {
            storages[key] = bytes = Bytes("data/" + key);
        }

        return new PickledStorage(type.Name, bytes);
    }

    private static object? Call(PickleGlobal name, object?[] arguments) => (name.Module, name.Name) switch
    {
        ("collections", "OrderedDict") when arguments.Length == 0 => new PickleMap(),
        ("torch._utils", "_rebuild_tensor_v2") when arguments is [PickledStorage storage, long offset, object?[] shape, object?[] strides, ..] =>
            new PickledTensor(storage, offset, [.. shape.Cast<long>()], [.. strides.Cast<long>()]),
        ("torch._utils", "_rebuild_parameter") when arguments is [PickledTensor tensor, ..] => tensor,
        _ => throw new FormatException($"the pickle calls '{name.Module}.{name.Name}', which is not needed for tensors and is refused"),
    };

    private sealed record PickledStorage(string Type, byte[] Bytes);

    private sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides)
    {
        public long Count() => Shape.Aggregate(1L, (product, size) => checked(product * Math.Max(size, 0)));

        public Tensor Build()
        {
            if (Shape.Length != Strides.Length || Offset < 0 || Shape.Any(size => size < 0) || Strides.Any(stride => stride < 0))
            {
                throw new FormatException("a tensor has an impossible shape");
            }

            using var scope = NewDisposeScope();
            var flat = Flat();
            var last = checked(Offset + Shape.Zip(Strides).Sum(pair => checked(Math.Max(pair.First - 1, 0) * pair.Second)));
            return Shape.All(size => size > 0) && last >= flat.numel()
                ? throw new FormatException("a tensor reaches beyond its storage")
                : flat.as_strided(Shape, Strides, Offset).clone().MoveToOuterDisposeScope();
        }

        private Tensor Flat() => Storage.Type switch
        {
            "FloatStorage" => tensor(Elements<float>()),
            "DoubleStorage" => tensor(Elements<double>()),
            "HalfStorage" => tensor([.. Elements<Half>().Select(value => (float)value)]),
            "BFloat16Storage" => tensor([.. Elements<ushort>().Select(value => BitConverter.UInt32BitsToSingle((uint)value << 16))]),
            "LongStorage" => tensor(Elements<long>()),
            "IntStorage" => tensor(Elements<int>()),
            "ByteStorage" or "BoolStorage" => tensor(Elements<byte>()),
            _ => throw new FormatException($"a storage is of the unknown type '{Storage.Type}'"),
        };

        private T[] Elements<T>()
            where T : unmanaged => MemoryMarshal.Cast<byte, T>(Storage.Bytes).ToArray();
    }
}
