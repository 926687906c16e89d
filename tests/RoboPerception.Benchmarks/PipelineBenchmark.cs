using System.Diagnostics;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Health;
using RoboPerception.Node.Pipeline;

namespace RoboPerception.Benchmarks;

/// <summary>
/// The node (file, decode, infer, encode, publish to a real mosquitto, received) against a bare OrtRun loop, in one
/// process and one run; the floor is measured in pieces before, between and after, so that a drift of the machine falls on both.
/// </summary>
internal static class PipelineBenchmark
{
    private const int WarmUp = 10;
    internal static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static async Task<int> RunAsync(string modelFile, string source, int frames, string? outFile)
    {
        ModelFile model = ModelFile.Load(modelFile);
        int threads = 0;
        int pieces = Math.Max(10, frames / 3);
        BenchmarkEnvironment environment = BenchmarkEnvironment.Read();
        using var floor = new BareLoop(modelFile, model.Description, threads);
        double floorSeconds = floor.Run(pieces);
        NodeFigures png = await NodeAsync(modelFile, source, frames, "png", "png");
        floorSeconds += floor.Run(pieces);
        NodeFigures fast = await NodeAsync(modelFile, source, frames, "fast", "fast");
        floorSeconds += floor.Run(pieces);
        FreshnessFigures freshness = await FreshnessAsync(modelFile, 1000 * floorSeconds / (3 * pieces));
        double floorMs = 1000 * floorSeconds / (3 * pieces);
        var report = new
        {
            Environment = environment,
            Model = new { model.Description.Name, Id = model.Sha256[..16], Grid = $"{model.Description.Input.Width}x{model.Description.Input.Height}" },
            Source = Path.GetFileName(source),
            Frames = frames,
            BareOrtRun = new { Runs = 3 * pieces, MsPerRun = Math.Round(floorMs, 3), PerSecond = Math.Round(1000 / floorMs, 2) },
            NodePng = png.ToReport(floorMs),
            NodeFast = fast.ToReport(floorMs),
            LiveCameraAndSlowConsumer = freshness,
        };
        string text = JsonSerializer.Serialize(report, Json);
        Console.WriteLine(text);
        if (outFile is not null)
        {
            AtomicFile.Write(outFile, System.Text.Encoding.UTF8.GetBytes(text + "\n"));
        }
        return 0;
    }

    private static async Task<NodeFigures> NodeAsync(string modelFile, string source, int frames, string depth, string normals)
    {
        NodeSettings settings = new SettingsReader().AddSources([source]).Add("cameras.0.pace", "fast", "bench").Add("cameras.0.loop", "true", "bench")
            .Add("node.id", "bench", "bench").Add("model.file", modelFile, "bench").Add("model.providers", "cpu", "bench").Add("outputs.overlay", "0", "bench")
            .Add("outputs.depth", depth, "bench").Add("outputs.normals", normals, "bench").Build();
        var host = new NodeHost(new NodeRequest(settings, true, frames + WarmUp, false, null), new NodeLog { IsQuiet = true });
        await using (host.ConfigureAwait(false))
        {
            await host.StartAsync(CancellationToken.None);
            var received = new Arrivals();
            await using PerceptionSubscriber subscriber = await SubscribeAsync(host.Broker, settings, received);
            await host.RunAsync(CancellationToken.None);
            await received.WaitAsync((ulong)(frames + WarmUp - 1));
            PipelineStatistics s = host.Cameras[0].Statistics;
            return new NodeFigures(
                received.SecondsBetween(WarmUp - 1, frames + WarmUp - 1) / frames,
                received.Count,
                Stages.All.ToDictionary(stage => stage.Name(), stage => s[stage].Sum / 1e6 / s[stage].Count));
        }
    }

    /// <summary>A consumer three times slower than the frames: how old is what it takes, in its own periods.</summary>
    private static async Task<FreshnessFigures> FreshnessAsync(string modelFile, double runMs)
    {
        // A camera that runs at two thirds of what the machine can do, so that the consumer alone is slow.
        double fps = Math.Clamp(Math.Floor(1000 / (1.5 * runMs)), 1, 30);
        NodeSettings settings = new SettingsReader().AddSources([FormattableString.Invariant($"test://?size=640x480&fps={fps}&live=true")])
            .Add("node.id", "bench", "bench").Add("model.file", modelFile, "bench").Add("model.providers", "cpu", "bench").Add("outputs.overlay", "0", "bench").Build();
        var host = new NodeHost(new NodeRequest(settings, false, null, false, null), new NodeLog { IsQuiet = true });
        await using (host.ConfigureAwait(false))
        {
            await host.StartAsync(CancellationToken.None);
            using var stop = new CancellationTokenSource();
            Task run = host.RunAsync(stop.Token);
            await using PerceptionSubscriber subscriber = await SubscribeAsync(host.Broker, settings, new Arrivals());
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

    private static async Task<PerceptionSubscriber> SubscribeAsync(BrokerAddress broker, NodeSettings settings, Arrivals arrivals)
    {
        var subscriber = new PerceptionSubscriber(new MqttConnectionOptions { Broker = broker, ClientId = "bench" }, new Topics(settings.Prefix, settings.NodeId), "cam0");
        subscriber.PayloadReceived += arrivals.Add;
        await subscriber.StartAsync();
        return subscriber;
    }

    /// <summary>When the last of the three outputs of each frame arrived.</summary>
    private sealed class Arrivals
    {
        private readonly object gate = new();
        private readonly Dictionary<ulong, (int Outputs, long At)> frames = [];

        public int Count
        {
            get
            {
                lock (gate)
                {
                    return frames.Count(f => f.Value.Outputs == 3);
                }
            }
        }

        public void Add(ReceivedPayload payload)
        {
            lock (gate)
            {
                int outputs = frames.TryGetValue(payload.Header.Sequence, out (int Outputs, long At) seen) ? seen.Outputs : 0;
                frames[payload.Header.Sequence] = (outputs + 1, Stopwatch.GetTimestamp());
            }
        }

        public double SecondsBetween(int first, int last)
        {
            lock (gate)
            {
                return Stopwatch.GetElapsedTime(frames[(ulong)first].At, frames[(ulong)last].At).TotalSeconds;
            }
        }

        public async Task WaitAsync(ulong sequence)
        {
            for (int i = 0; i < 1000; i++)
            {
                lock (gate)
                {
                    if (frames.TryGetValue(sequence, out (int Outputs, long At) seen) && seen.Outputs == 3)
                    {
                        return;
                    }
                }
                await Task.Delay(10);
            }
            throw new InvalidOperationException($"frame {sequence} did not arrive with all outputs: frames were lost on the way");
        }
    }

    private sealed record NodeFigures(double SecondsPerFrame, int Received, IReadOnlyDictionary<string, double> StageMs)
    {
        public object ToReport(double floorMs) => new
        {
            FramesReceived = Received,
            PerSecond = Math.Round(1 / SecondsPerFrame, 2),
            Efficiency = Math.Round(floorMs / (1000 * SecondsPerFrame), 3),
            // What a frame costs beyond Run, in throughput: the stages overlap with the network of the next frame.
            OverheadPerFrameMs = Math.Round((1000 * SecondsPerFrame) - floorMs, 2),
            // Wall time of decode, resize, encode and publish, while they share the cores with Run.
            OverlappedStagesMs = Math.Round(StageMs.Where(s => s.Key != Stage.Infer.Name()).Sum(s => s.Value), 2),
            StageMs = StageMs.ToDictionary(s => s.Key, s => Math.Round(s.Value, 2)),
        };
    }

    /// <summary>A live camera: one frame's way from the grab to the last payload handed over, less Run; and ages in periods of the slow consumer.</summary>
    internal sealed record FreshnessFigures(double CameraFps, double FrameTotalMinusRunMs, double ConsumerPeriodMs, int FramesTaken, double AgeInPeriodsMedian, double AgeInPeriodsMax);
}
