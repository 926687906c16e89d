using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Pipeline;

namespace RoboPerception.Node.GpuCheck;

/// <summary>The whole node (read, resize, infer, encode, publish to a broker of its own) beside the bare runs of its model, in one process.</summary>
internal static class NodeThroughput
{
    private const int WarmUp = 10, Fewest = 20, Most = 5000;

    /// <summary>Efficiency is the share of the bare runs' rate that the node reaches; 1 would be a node that costs nothing.</summary>
    public static async Task<JsonObject> MeasureAsync(GpuCheckOptions options, string encoding, bool cudaGraph)
    {
        ModelFile model = ModelFile.Load(options.Models[0]);
        using var bare = new BareRun(model, options);
        Timings before = Timings.Take(bare.Run, options.Seconds);
        int frames = (int)Math.Clamp(1000 * options.Seconds / before.MeanMs, Fewest, Most);
        (double seconds, PipelineStatistics statistics) = await RunAsync(options, encoding, cudaGraph, frames);

        // Before and after, so that a drift of the machine falls on both sides.
        Timings after = Timings.Take(bare.Run, options.Seconds);
        double floorMs = (before.MeanMs + after.MeanMs) / 2;
        return new JsonObject
        {
            ["model"] = Path.GetFileName(options.Models[0]),
            ["source"] = options.Video is { } video ? Path.GetFileName(video) : "test://",
            ["encoding"] = encoding,
            ["frames"] = frames,
            ["bare_ort_run"] = new JsonObject { ["before"] = before.ToJson(), ["after"] = after.ToJson(), ["per_second"] = Math.Round(1000 / floorMs, 2) },
            ["per_second"] = Math.Round(frames / seconds, 2),
            ["efficiency"] = Math.Round(floorMs * frames / 1000 / seconds, 3),
            ["stages"] = new JsonObject(Stages.All.Select(stage => KeyValuePair.Create(stage.Name(), (JsonNode?)new Timings(statistics[stage]).ToJson()))),
            ["age"] = new Timings(statistics.Age).ToJson(),
        };
    }

    private static async Task<(double Seconds, PipelineStatistics Statistics)> RunAsync(GpuCheckOptions options, string encoding, bool cudaGraph, int frames)
    {
        using LocalBroker broker = LocalBroker.Start();
        NodeSettings settings = new SettingsReader().AddSources([options.Video ?? "test://?size=640x480"]).Add("cameras.0.pace", "fast", "gpu-check").Add("cameras.0.loop", "true", "gpu-check")
            .Add("node.id", "gpu-check", "gpu-check").Add("model.file", options.Models[0], "gpu-check").Add("model.providers", options.Provider.Name(), "gpu-check")
            .Add("model.cuda_graph", cudaGraph ? "true" : "false", "gpu-check")
            .Add("outputs.overlay", "0", "gpu-check").Add("broker.url", broker.Address.ToString(), "gpu-check").Add("outputs.segmentation", "png", "gpu-check")
            .Add("outputs.depth", encoding, "gpu-check").Add("outputs.normals", encoding, "gpu-check").Build();
        var host = new NodeApplication(new NodeRequest(settings, true, frames + WarmUp, false, null), new NodeLog { IsQuiet = true });
        await using (host.ConfigureAwait(false))
        {
            await host.StartAsync(CancellationToken.None);
            PipelineStatistics statistics = host.Cameras[0].Statistics;
            Task run = host.RunAsync(CancellationToken.None);
            long first = await ReachAsync(statistics, WarmUp, run);
            long warm = statistics.Published;
            long last = await ReachAsync(statistics, frames + WarmUp, run);
            await run;

            // More than the warm-up may have gone by at the first look.
            double seconds = (last - first) / (double)Stopwatch.Frequency;
            return (seconds * frames / Math.Max(frames + WarmUp - warm, 1), statistics);
        }
    }

    private static async Task<long> ReachAsync(PipelineStatistics statistics, long published, Task run)
    {
        while (statistics.Published < published)
        {
            if (run.IsCompleted)
            {
                await run;
                return statistics.Published >= published
                    ? Stopwatch.GetTimestamp()
                    : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"the node ended after {statistics.Published} of {published} frames"));
            }
            await Task.Delay(1);
        }
        return Stopwatch.GetTimestamp();
    }
}
