using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;

namespace RoboPerception.Benchmarks.Peers;

/// <summary>
/// The node beside what a user would write in Node.js with onnxruntime-node, mqtt.js and sharp (peer.mjs): same video, model, broker and receiver,
/// in turns, so that a drift of the machine falls on both. The peer's packages are installed by launch/bench.sh.
/// </summary>
internal static class PeersBenchmark
{
    // launch/bench.sh starts the bench in the repository.
    private const string PeerFolder = "tests/RoboPerception.Benchmarks/Peers";
    private static readonly string[] Encodings = ["raw", "png"];

    public static async Task<int> RunAsync(string modelFile, string source, int frames, int rounds, string? outFile)
    {
        string folder = Folder();
        ModelFile model = ModelFile.Load(modelFile);
        BenchmarkEnvironment environment = BenchmarkEnvironment.Read();
        using LocalBroker broker = LocalBroker.Start();
        Dictionary<string, List<(SenderFigures Node, SenderFigures Peer)>> figures = Encodings.ToDictionary(encoding => encoding, _ => new List<(SenderFigures, SenderFigures)>());
        for (int round = 0; round < rounds; round++)
        {
            foreach (string encoding in Encodings)
            {
                SenderFigures peer = await PeerAsync(broker, folder, modelFile, source, frames, encoding);
                (SenderFigures node, _) = await NodeRun.MeasureAsync(broker, modelFile, source, frames, encoding);
                figures[encoding].Add((node, peer));
                Console.Error.WriteLine(FormattableString.Invariant(
                    $"round {round + 1} of {rounds}, {encoding}: node {1000 / node.MsPerFrame:0.0} frames/s, CPU {node.CpuMs:0.0} ms; peer {1000 / peer.MsPerFrame:0.0} frames/s, CPU {peer.CpuMs:0.0} ms"));
            }
        }
        PipelineBenchmark.Write(
            new
            {
                Environment = environment,
                Model = new { model.Description.Name, Id = model.Sha256[..16], Grid = $"{model.Description.Input.Width}x{model.Description.Input.Height}" },
                Source = Path.GetFileName(source),
                Frames = frames,
                Rounds = rounds,
                Peer = Versions(folder),
                Raw = Report(figures["raw"]),
                Png = Report(figures["png"]),
            },
            outFile);
        return 0;
    }

    private static object Report(List<(SenderFigures Node, SenderFigures Peer)> rounds) => new
    {
        Node = Report(SenderFigures.Median([.. rounds.Select(r => r.Node)])),
        Peer = Report(SenderFigures.Median([.. rounds.Select(r => r.Peer)])),
        NodeToPeerFrames = Math.Round(SenderFigures.Middle(rounds.Select(r => r.Peer.MsPerFrame / r.Node.MsPerFrame)), 3),
        NodeToPeerCpu = Math.Round(SenderFigures.Middle(rounds.Select(r => r.Node.CpuMs / r.Peer.CpuMs)), 3),
    };

    private static object Report(SenderFigures f) => new
    {
        PerSecond = Math.Round(1000 / f.MsPerFrame, 2),
        CpuMsPerFrame = Math.Round(f.CpuMs, 2),
        BrokerCpuMsPerFrame = Math.Round(f.BrokerCpuMs, 2),
        BytesPerFrame = Math.Round(f.Bytes),
    };

    private static async Task<SenderFigures> PeerAsync(LocalBroker broker, string folder, string modelFile, string source, int frames, string encoding)
    {
        string[] topics = ["peer/segmentation", "peer/depth", "peer/normals"];
        var start = new ProcessStartInfo("node") { WorkingDirectory = folder };
        foreach (string argument in (string[])["peer.mjs", Path.GetFullPath(modelFile), Path.GetFullPath(source), broker.Address.ToString(),
            (frames + SenderFigures.WarmUp).ToString(CultureInfo.InvariantCulture), encoding, .. topics])
        {
            start.ArgumentList.Add(argument);
        }
        Process? peer = null;
        try
        {
            // ffmpeg, the peer's child, is counted with it.
            return await SenderFigures.MeasureAsync(broker, topics, frames, () => ProcessCpu.OfTree(peer!.Id), async () =>
            {
                peer = Process.Start(start)!;
                await peer.WaitForExitAsync();
                if (peer.ExitCode != 0)
                {
                    throw new InvalidOperationException($"the peer ended with {peer.ExitCode}");
                }
            });
        }
        finally
        {
            peer?.Dispose();
        }
    }

    private static Dictionary<string, string> Versions(string folder)
    {
        JsonNode packages = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "package.json")))!["dependencies"]!;
        return packages.AsObject().ToDictionary(package => package.Key.Replace('-', '_'), package => package.Value!.GetValue<string>());
    }

    private static string Folder() => Directory.Exists(Path.Combine(PeerFolder, "node_modules"))
        ? PeerFolder
        : throw new UserErrorException(ExitCode.Usage, $"the peer's packages are not in '{PeerFolder}': start this as launch/bench.sh peers, which installs them");
}
