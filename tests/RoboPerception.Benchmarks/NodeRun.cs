using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Pipeline;
using RoboPerception.Node.Recorders;

namespace RoboPerception.Benchmarks;

/// <summary>One run of the node in this process, over a recording, as fast as it goes.</summary>
internal static class NodeRun
{
    private const string NodeId = "bench";
    private const string Camera = "cam0";

    /// <summary>Runs the node with one encoding for depth and normals; the segmentation is always PNG unless that encoding is <c>raw</c>.</summary>
    public static async Task<(SenderFigures Figures, IReadOnlyDictionary<string, double> StageMs)> MeasureAsync(LocalBroker broker, string modelFile, string source, int frames, string encoding, RecordingSettings? recording = null)
    {
        NodeSettings settings = new SettingsReader().AddSources([source]).Add("cameras.0.pace", "fast", "bench").Add("cameras.0.loop", "true", "bench")
            .Add("node.id", NodeId, "bench").Add("model.file", modelFile, "bench").Add("model.providers", "cpu", "bench").Add("outputs.overlay", "0", "bench")
            .Add("broker.url", broker.Address.ToString(), "bench").Add("outputs.segmentation", encoding == "raw" ? "raw" : "png", "bench")
            .Add("outputs.depth", encoding, "bench").Add("outputs.normals", encoding, "bench").Build();
        var topics = new Topics(settings.Prefix, settings.NodeId);
        var outputs = new[] { OutputKind.Segmentation, OutputKind.Depth, OutputKind.Normals }.Select(kind => topics.Output(Camera, kind));
        Dictionary<string, double> stages = [];
        SenderFigures figures = await SenderFigures.MeasureAsync(broker, outputs, frames, () => Environment.CpuUsage.TotalTime, async () =>
        {
            var host = new NodeApplication(new NodeRequest(settings, true, frames + SenderFigures.WarmUp, false, null) { Recording = recording }, new NodeLog { IsQuiet = true });
            await using (host.ConfigureAwait(false))
            {
                await host.StartAsync(CancellationToken.None);
                await host.RunAsync(CancellationToken.None);
                PipelineStatistics s = host.Cameras[0].Statistics;
                stages = Stages.All.ToDictionary(stage => stage.Name(), stage => s[stage].Sum / 1e6 / s[stage].Count);
            }
        });
        return (figures, stages);
    }
}
