using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Pipeline;

namespace RoboPerception.Benchmarks;

/// <summary>
/// The node (file, decode, infer, encode, publish to a real mosquitto, received by another process) against a bare OrtRun loop, in one
/// process and one run. Rounds alternate, the floor before and after each run of the node, so that a drift of the machine falls on both; every figure
/// is the median of the rounds. On a machine whose cores are all used by Run, CPU time beside the floor's is what the node really costs.
/// </summary>
internal static class PipelineBenchmark
{
    internal static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static async Task<int> RunAsync(string modelFile, string source, int frames, int rounds, string? outFile)
    {
        ModelFile model = ModelFile.Load(modelFile);
        int pieces = Math.Max(10, frames / 2);
        BenchmarkEnvironment environment = BenchmarkEnvironment.Read();
        using var floor = new BareLoop(model, threads: 0);
        using LocalBroker broker = LocalBroker.Start();
        List<NodeRound> png = [], fast = [];
        BareFigures before = floor.Measure(pieces);
        List<BareFigures> bare = [before];
        for (int round = 0; round < rounds; round++)
        {
            foreach ((string encoding, List<NodeRound> list) in new[] { ("png", png), ("fast", fast) })
            {
                (SenderFigures node, IReadOnlyDictionary<string, double> stages) = await NodeRun.MeasureAsync(broker, modelFile, source, frames, encoding);
                BareFigures after = floor.Measure(pieces);
                list.Add(new NodeRound(node, stages, (before.MsPerRun + after.MsPerRun) / 2, (before.CpuMsPerRun + after.CpuMsPerRun) / 2));
                bare.Add(before = after);
                Console.Error.WriteLine(FormattableString.Invariant($"round {round + 1} of {rounds}, {encoding}: efficiency {list[^1].Efficiency:0.000}, CPU {node.CpuMs:0.0} ms a frame beside {list[^1].BareCpuMs:0.0}"));
            }
        }
        double floorMs = SenderFigures.Middle(bare.Select(b => b.MsPerRun));
        FreshnessFigures freshness = await FreshnessAsync(modelFile, floorMs);
        var report = new
        {
            Environment = environment,
            Model = new { model.Description.Name, Id = model.Sha256[..16], Grid = $"{model.Description.Input.Width}x{model.Description.Input.Height}" },
            Source = Path.GetFileName(source),
            Frames = frames,
            Rounds = rounds,
            BareOrtRun = new
            {
                Runs = bare.Count * pieces,
                MsPerRun = Math.Round(floorMs, 3),
                PerSecond = Math.Round(1000 / floorMs, 2),
                CpuMsPerRun = Math.Round(SenderFigures.Middle(bare.Select(b => b.CpuMsPerRun)), 2),
            },
            NodePng = NodeRound.ToReport(png, frames),
            NodeFast = NodeRound.ToReport(fast, frames),
            LiveCameraAndSlowConsumer = freshness,
        };
        Write(report, outFile);
        return 0;
    }

    /// <summary>Prints a report and, if a file is named, keeps it there.</summary>
    internal static void Write(object report, string? outFile)
    {
        string text = JsonSerializer.Serialize(report, Json);
        Console.WriteLine(text);
        if (outFile is not null)
        {
            AtomicFile.Write(outFile, System.Text.Encoding.UTF8.GetBytes(text + "\n"));
        }
    }

    /// <summary>A consumer three times slower than the frames: how old is what it takes, in its own periods.</summary>
    private static async Task<FreshnessFigures> FreshnessAsync(string modelFile, double runMs)
    {
        // A camera that runs at two thirds of what the machine can do, so that the consumer alone is slow.
        double fps = Math.Clamp(Math.Floor(1000 / (1.5 * runMs)), 1, 30);
        NodeSettings settings = new SettingsReader().AddSources([FormattableString.Invariant($"test://?size=640x480&fps={fps}&live=true")])
            .Add("node.id", "bench", "bench").Add("model.file", modelFile, "bench").Add("model.providers", "cpu", "bench").Add("outputs.overlay", "0", "bench").Build();
        var host = new NodeApplication(new NodeRequest(settings, false, null, false, null), new NodeLog { IsQuiet = true });
        await using (host.ConfigureAwait(false))
        {
            await host.StartAsync(CancellationToken.None);
            using var stop = new CancellationTokenSource();
            Task run = host.RunAsync(stop.Token);
            await using var subscriber = new PerceptionSubscriber(new MqttConnectionOptions { Broker = host.Broker, ClientId = "bench" }, new Topics(settings.Prefix, settings.NodeId), "cam0");
            await subscriber.StartAsync();
            TimeSpan period = TimeSpan.FromSeconds(3 / fps);
            var ages = new List<double>();
            while (ages.Count < 20)
            {
                ReceivedPayload payload = await subscriber.TakePayloadAsync(OutputKind.Depth, TimeSpan.FromSeconds(60)) ?? throw new InvalidOperationException("no frame within a minute");
                ages.Add((UnixClock.Now - payload.Header.AcquisitionStamp) / 1e9 / period.TotalSeconds);
                await Task.Delay(period);
            }
            await stop.CancelAsync();
            await run;
            PipelineStatistics s = host.Cameras[0].Statistics;
            double overhead = (s.Age.Quantile(0.5) - s[Stage.Infer].Quantile(0.5)) / 1e6;
            return new FreshnessFigures(
                fps, Math.Round(overhead, 2), Math.Round(period.TotalMilliseconds, 1), ages.Count, Math.Round(ages.Order().ElementAt(ages.Count / 2), 2), Math.Round(ages.Max(), 2));
        }
    }

    /// <summary>The node in one round, and the floor before and after it.</summary>
    private sealed record NodeRound(SenderFigures Node, IReadOnlyDictionary<string, double> StageMs, double BareMs, double BareCpuMs)
    {
        public double Efficiency => BareMs / Node.MsPerFrame;

        public static object ToReport(List<NodeRound> rounds, int frames)
        {
            SenderFigures node = SenderFigures.Median([.. rounds.Select(r => r.Node)]);
            Dictionary<string, double> stages = rounds[0].StageMs.Keys.ToDictionary(stage => stage, stage => SenderFigures.Middle(rounds.Select(r => r.StageMs[stage])));
            return new
            {
                FramesReceived = rounds.Count * (frames + SenderFigures.WarmUp),
                PerSecond = Math.Round(1000 / node.MsPerFrame, 2),
                Efficiency = Math.Round(SenderFigures.Middle(rounds.Select(r => r.Efficiency)), 3),
                EfficiencyOfRounds = rounds.Select(r => Math.Round(r.Efficiency, 3)),
                // What a frame costs beyond Run, in throughput: the stages overlap with the network of the next frame.
                OverheadPerFrameMs = Math.Round(SenderFigures.Middle(rounds.Select(r => r.Node.MsPerFrame - r.BareMs)), 2),
                // Of all cores together; decode, resize, encode and publish are what it has beside the floor's.
                CpuMsPerFrame = Math.Round(node.CpuMs, 2),
                CpuMsBesideOrt = Math.Round(SenderFigures.Middle(rounds.Select(r => r.Node.CpuMs - r.BareCpuMs)), 2),
                CpuEfficiency = Math.Round(SenderFigures.Middle(rounds.Select(r => r.BareCpuMs / r.Node.CpuMs)), 3),
                BrokerCpuMsPerFrame = Math.Round(node.BrokerCpuMs, 2),
                ReceiverCpuMsPerFrame = Math.Round(node.ReceiverCpuMs, 2),
                BytesPerFrame = Math.Round(node.Bytes),
                // Wall time of decode, resize, encode and publish, while they share the cores with Run.
                OverlappedStagesMs = Math.Round(stages.Where(s => s.Key != Stage.Infer.Name()).Sum(s => s.Value), 2),
                StageMs = stages.ToDictionary(s => s.Key, s => Math.Round(s.Value, 2)),
            };
        }
    }

    /// <summary>A live camera: one frame's way from the grab to the last payload handed over, less Run; and ages in periods of the slow consumer.</summary>
    internal sealed record FreshnessFigures(double CameraFps, double FrameTotalMinusRunMs, double ConsumerPeriodMs, int FramesTaken, double AgeInPeriodsMedian, double AgeInPeriodsMax);
}
