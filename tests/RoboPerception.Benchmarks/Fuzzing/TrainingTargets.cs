using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Data;
using RoboPerception.Training.Export;
using RoboPerception.Training.Import;

namespace RoboPerception.Benchmarks.Fuzzing;

/// <summary>What the trainer reads from outside: model files, weights, data sets.</summary>
internal static class TrainingTargets
{
    // A variable of a MATLAB file may unpack to 256 MiB, each byte of which may become a number of eight.
    private const long LargestVariable = 9L * (256 << 20);

    // Each of the five arrays that are read may have 16 MiB, however little of it is stored: as it lies in its chunks, inflated, of its own type and of ours.
    private const long LargestArrays = 5L * 4 * (16 << 20);

    /// <summary>All of them.</summary>
    /// <param name="repository">Root of the repository: seeds are files of it.</param>
    /// <param name="scratch">A folder for inputs that are read from a file.</param>
    public static IReadOnlyList<FuzzTarget> All(string repository, string scratch)
    {
        byte[] Golden(string name) => File.ReadAllBytes(Path.Combine(repository, "tests/RoboPerception.Training.Tests/Golden", name));
        string Written(string name, byte[] input)
        {
            string path = Path.Combine(scratch, name);
            File.WriteAllBytes(path, input);
            return path;
        }
        return
        [
            new("onnx", [Model()], input => OnnxFile.FromBytes(input), e => e is FormatException),
            new("onnx-file", [Model()], input => ReadWithoutMetadata(Written("model.onnx", input)), IsUserError),
            new("npy", [.. Arrays()], input => NpyArray.Parse(input), e => e is FormatException),
            new("safetensors", [Tensors()], input => ReadAll(SafeTensors.Read(Written("x.safetensors", input))), IsUserError),
            new("pickle", [PickleOf(Golden("small.pth"))], input => new Pickle(input, id => id, (_, arguments) => arguments.Length == 0 ? new PickleMap() : arguments).Read(), e => e is FormatException),
            new("pth", [Golden("small.pth")], input => Dispose(PyTorchFile.Read(Written("x.pth", input))), IsUserError),
            new("mat5", [Golden("parts5.mat"), Golden("parts5-compressed.mat")], input => MatFile.Read(Written("x.mat", input)), IsUserError, LargestVariable),
            new("parts", [Golden("parts5.mat")], input => HumanPartsFile.Read(Written("p.mat", input)), IsUserError, LargestVariable),
            new("hdf5", [Golden("library73.mat")], input => ReadHdf5(Written("x73.mat", input)), IsUserError, LargestArrays),
            new("hdf5-groups", [Golden("names-old.h5"), Golden("names-new.h5")], input => ReadGroups(Written("x.h5", input)), IsUserError, LargestArrays),
        ];
    }

    private static bool IsUserError(Exception e) => e is UserErrorException;

    // The seed has none of our metadata, which is told as the file's fault.
    private static void ReadWithoutMetadata(string path)
    {
        try
        {
            ExportedFile.Read(path);
        }
        catch (UserErrorException e) when (e.Message.Contains("metadata_props", StringComparison.Ordinal))
        {
            // Read as far as it goes.
        }
    }

    private static void ReadAll(SafeTensors file)
    {
        foreach (string name in file.Names.Order(StringComparer.Ordinal))
        {
            _ = name[0] switch { 'f' => file.Floats(name).Length, 'i' => file.Integers(name).Length, _ => file.Bytes(name).Length };
        }
    }

    private static void ReadHdf5(string path)
    {
        using Hdf5File file = Hdf5File.Open(path);
        foreach (string name in new[] { "images", "depths", "labels", "never" })
        {
            file.Entry<float>(name, 1);
        }
        file.All<double>("whole");
    }

    private static void ReadGroups(string path)
    {
        using Hdf5File file = Hdf5File.Open(path);
        foreach (string name in new[] { "g4/a0", "g9/a1", "g9/a8", "TREE" })
        {
            file.All<float>(name);
        }
    }

    private static void Dispose(IReadOnlyDictionary<string, TorchSharp.torch.Tensor> tensors)
    {
        foreach (TorchSharp.torch.Tensor tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private static byte[] PickleOf(byte[] archive)
    {
        using var zip = new ZipArchive(new MemoryStream(archive));
        using Stream entry = zip.Entries.First(e => e.FullName.EndsWith("data.pkl", StringComparison.Ordinal)).Open();
        using var content = new MemoryStream();
        entry.CopyTo(content);
        return content.ToArray();
    }

    private static byte[] Model()
    {
        var graph = new GraphBuilder("seed");
        graph.Output("y", graph.Resize(graph.Input("x", ElementType.Float, 1, 1, 1, 2), 1, 4, ResizeRule.LinearHalfPixel));
        return OnnxFile.ToBytes(new OnnxModel(graph.Build()));
    }

    private static IEnumerable<byte[]> Arrays()
    {
        foreach ((string type, string order, string shape, int bytes) in new[] { ("<f4", "False", "(3, 4)", 48), ("<f8", "True", "(2, 3, 1)", 48), ("|u1", "False", "(7,)", 7), ("<i8", "False", "()", 8) })
        {
            string header = $"{{'descr': '{type}', 'fortran_order': {order}, 'shape': {shape}, }}";
            header = header.PadRight(117) + "\n";
            yield return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. Enumerable.Range(0, bytes).Select(i => (byte)i)];
        }
    }

    private static byte[] Tensors()
    {
        const string header = """{"__metadata__":{"kind":"seed"},"f":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"i":{"dtype":"I64","shape":[2],"data_offsets":[24,40]},"u":{"dtype":"U8","shape":[4],"data_offsets":[40,44]}}""";
        byte[] length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        return [.. length, .. Encoding.UTF8.GetBytes(header), .. new byte[44]];
    }
}
