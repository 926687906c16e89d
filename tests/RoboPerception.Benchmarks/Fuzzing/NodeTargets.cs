using System.Text;
using System.Text.Json;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;

namespace RoboPerception.Benchmarks.Fuzzing;

/// <summary>What the node and its subscribers read from outside.</summary>
internal static class NodeTargets
{
    // A frame may have as many pixels as a 4K image: normals in float32, and what they are unpacked from.
    private const long LargestFrame = 200L << 20;

    /// <summary>YamlDotNet makes objects of every token, and the nearest valid key is looked for among all.</summary>
    private const long ParsedYaml = 8 << 20;

    // ONNX Runtime hands the entries over as a dictionary; here one is made of lines, which costs more than reading it.
    private const long MadeHere = 8 << 20;

    /// <summary>All of them.</summary>
    /// <param name="repository">Root of the repository: seeds are files of it.</param>
    /// <param name="scratch">A folder for inputs that are read from a file.</param>
    public static IReadOnlyList<FuzzTarget> All(string repository, string scratch) =>
    [
        new("payload", [.. Files(repository, "tests/RoboPerception.Messaging.Tests/Golden"), .. Payloads()], input => PayloadDecoder.Decode(Sealed(input)), e => e is PayloadException, LargestFrame),
        new("payload-as-it-came", Files(repository, "tests/RoboPerception.Messaging.Tests/Golden"), input => PayloadDecoder.Decode(input), e => e is PayloadException, LargestFrame),
        new("bundle", [Bundle()], input => ReadBundle(Sealed(input)), e => e is PayloadException, LargestFrame),
        new("points", [Points()], input => PointsPayload.Read(Sealed(input)), e => e is PayloadException),
        new("documents", [Labels()], input => MessageJson.Read<LabelsDocument>(input).ToClassMap(), e => e is JsonException or FormatException or ArgumentException),
        new("status", [Encoding.UTF8.GetBytes("""{"state":"ready","session":"0011223344556677","since":"2026-01-01T00:00:00Z"}""")], input => MessageJson.Read<StatusDocument>(input), e => e is JsonException),
        new("calibration", Files(repository, "calibration", "*.yaml"), input => CalibrationFile.Read(Written(scratch, "calibration.yaml", input)), IsUserError, ParsedYaml),
        new("configuration", [File.ReadAllBytes(Path.Combine(repository, "launch/node.yaml")), .. Configurations()], input => new SettingsReader().AddFile(Written(scratch, "node.yaml", input)).Build(), IsUserError, ParsedYaml),
        new("metadata", [Metadata()], input => ModelMetadata.Read(Entries(input)), e => e is FormatException, MadeHere),
    ];

    /// <summary>A refusal that the person at the terminal reads.</summary>
    internal static bool IsUserError(Exception e) => e is UserErrorException;

    /// <summary>Writes an input where a reader of files finds it.</summary>
    internal static string Written(string scratch, string name, byte[] input)
    {
        string path = Path.Combine(scratch, name);
        File.WriteAllBytes(path, input);
        return path;
    }

    internal static IReadOnlyList<byte[]> Files(string repository, string folder, string pattern = "*") =>
        [.. Directory.GetFiles(Path.Combine(repository, folder), pattern).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    // With the checksum put right: damage behind it is what a hostile sender would make.
    private static byte[] Sealed(byte[] input)
    {
        if (FrameHeader.TryRead(input, out FrameHeader header, out int length) is null && length <= input.Length)
        {
            (header with { Crc32 = System.IO.Hashing.Crc32.HashToUInt32(input.AsSpan(length)) }).Write(input);
        }
        return input;
    }

    private static void ReadBundle(byte[] input)
    {
        foreach (ReceivedPayload part in BundleReader.Read(input))
        {
            part.Decode();
        }
    }

    private static FrameHeader Header(OutputKind kind) => new(kind, PayloadEncoding.Raw, 0, 24, 18, 24, 18, 1, 1, 1, 1, PixelTransform.Identity, 1, 0, 1, 0);

    private static byte[] Bundle()
    {
        var writer = new BundleWriter(2);
        PayloadBuffer bundle = new(), part = new();
        writer.Begin(Header(OutputKind.Depth), bundle);
        new PayloadEncoder(OutputKind.Depth, PayloadEncoding.Rvl).EncodeDepth(Header(OutputKind.Depth), new float[24 * 18], part);
        writer.Add(part);
        new PayloadEncoder(OutputKind.Segmentation, PayloadEncoding.Png).EncodeSegmentation(Header(OutputKind.Segmentation), new byte[24 * 18], part);
        writer.Add(part);
        writer.Finish();
        return bundle.Memory.ToArray();
    }

    private static byte[] Points()
    {
        var points = new PayloadBuffer();
        points.SetRaw(Header(OutputKind.Points) with { Width = 5, Height = 1 }, new byte[5 * PointsPayload.PointBytes]);
        return points.Memory.ToArray();
    }

    private static IEnumerable<byte[]> Payloads()
    {
        const int width = 24, height = 18;
        FrameHeader header = Header(OutputKind.Depth);
        float[] depth = [.. Enumerable.Range(0, width * height).Select(i => 1 + (i % 7 * 0.25f))];
        foreach (PayloadEncoding encoding in new[] { PayloadEncoding.Fast, PayloadEncoding.Rvl })
        {
            var encoder = new PayloadEncoder(OutputKind.Depth, encoding);
            var buffer = new PayloadBuffer();
            encoder.EncodeDepth(header, depth, buffer);
            yield return buffer.Memory.ToArray();
        }
    }

    private static byte[] Labels() => MessageJson.Write(LabelsDocument.Of(ClassMap.Nyu13));

    private static IEnumerable<byte[]> Configurations() => new[]
    {
        "cameras:\n  - id: front\n    source: test://\n    calibration: a.yaml\n  - source: 'rtsp://camera/1'\nbroker:\n  url: mqtt://robot.local\nmodel:\n  providers: [cuda, cpu]\n  threads: 2\n",
        "node: {id: a, prefix: b}\noutputs: {depth: fast, overlay: 2.5}\nhttp: {port: 8080}\n",
    }.Select(Encoding.UTF8.GetBytes);

    private static byte[] Metadata()
    {
        var model = new ModelDescription
        {
            Name = "small",
            Architecture = "mtan-segnet",
            Input = new ModelInput("image", 64, 48) { TrainingIntrinsics = new CameraIntrinsics(64, 48, 50, 50, 32, 24) },
            Outputs = [new ModelOutput("segmentation", OutputKind.Segmentation) { Classes = ClassMap.Nyu13 }, new ModelOutput("depth", OutputKind.Depth) { RangeMetres = (0.5, 10) }, new ModelOutput("normals", OutputKind.Normals)],
            DataSet = "none",
            Licence = "none",
            TrainingCommit = "none",
            Metrics = new Dictionary<string, double> { ["depth.rmse"] = 0.5 },
            Golden = new GoldenPair("00", new Dictionary<string, IReadOnlyList<float>> { ["depth"] = [1, 2, 3] }),
        };
        return Encoding.UTF8.GetBytes(string.Join('\n', ModelMetadata.Write(model).Select(entry => $"{entry.Key}={entry.Value}")));
    }

    private static Dictionary<string, string> Entries(byte[] input)
    {
        var entries = new Dictionary<string, string>();
        foreach (string[] parts in Encoding.UTF8.GetString(input).Split('\n').Select(line => line.Split('=', 2)))
        {
            entries[parts[0]] = parts[^1];
        }
        return entries;
    }
}
