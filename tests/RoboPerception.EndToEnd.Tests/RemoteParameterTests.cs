using System.Text;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: what is set of a camera holds from the next frame on, shows as retained state, and is forgotten at the end of the run.</summary>
public sealed class RemoteParameterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RemoteNode node;

    public RemoteParameterTests() => node = new RemoteNode(folder.Write("model.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes()), "outputs: {overlay: 0}");

    public void Dispose()
    {
        node.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Encodings_and_overlay_change_while_frames_flow_and_the_states_are_those_of_the_run()
    {
        await using Collector collector = await Collector.ConnectAsync(node.Broker.Address.Port, "roboperception/v1/e2e/#");
        await node.StartAsync("test://?size=64x48&fps=30");
        await using Requester planner = await Requester.ConnectAsync(node.Broker.Address.Port);
        await StatesAreAsync("depth-encoding=png", "fit=stretch", "normals-encoding=png", "overlay-rate=0", "segmentation-encoding=png");
        Assert.Empty(collector.Of("/overlay"));

        JsonElement answer = await planner.FulfilledAsync("cam/cam0/depth-encoding/set", "rvl");
        Assert.Equal(("cam0", "depth-encoding", "rvl"), (answer.GetProperty("camera").GetString(), answer.GetProperty("parameter").GetString(), answer.GetProperty("value").GetString()));
        await planner.FulfilledAsync("cmd/set", """{"camera": "cam0", "parameter": "normals-encoding", "value": "fast"}""");
        // A set needs no answer.
        await planner.SendAsync("cam/cam0/overlay-rate/set", "25");
        await collector.WaitUntilAsync(all => all.Any(m => m.Topic.EndsWith("/overlay", StringComparison.Ordinal)) && Encoding(all, "depth") == "rvl" && Encoding(all, "normals") == "fast" && Encoding(all, "overlay") == "jpeg", "what was set, and the description of it");
        await StatesAreAsync("depth-encoding=rvl", "fit=stretch", "normals-encoding=fast", "overlay-rate=25", "segmentation-encoding=png");

        IReadOnlyList<Collector.Received> depth = [.. collector.All.Where(m => m.Topic.EndsWith("/cam0/depth", StringComparison.Ordinal))];
        Assert.Contains(depth, m => m.ContentType == ContentTypes.Of(PayloadEncoding.Rvl));
        Assert.All(depth, m => Assert.Equal(m.ContentType, ContentTypes.Of(PayloadDecoder.ReadHeader(m.Payload).Encoding)));
        ulong[] sequences = [.. depth.Select(m => PayloadDecoder.Decode(m.Payload).Header.Sequence)];
        Assert.Equal(Enumerable.Range(0, sequences.Length).Select(i => sequences[0] + (ulong)i), sequences);

        Assert.Contains("must be png or fast or rvl or raw", await planner.RefusalAsync("cam/cam0/depth-encoding/set", "jpeg"), StringComparison.Ordinal);
        Assert.Contains("must be a number from 0 to 60", await planner.RefusalAsync("cam/cam0/overlay-rate/set", "NaN"), StringComparison.Ordinal);
        Assert.Contains("must be a number from 0 to 60", await planner.RefusalAsync("cam/cam0/overlay-rate/set", ""), StringComparison.Ordinal);
        Assert.Contains("plays a recording, of which every frame is processed", await planner.RefusalAsync("cmd/set-rate", """{"rate": 5}"""), StringComparison.Ordinal);
        await StatesAreAsync("depth-encoding=rvl", "fit=stretch", "normals-encoding=fast", "overlay-rate=25", "segmentation-encoding=png");

        // The next run is as configured, and says so.
        node.Process.Signal(System.Runtime.InteropServices.PosixSignal.SIGTERM);
        Assert.Equal(0, node.Process.WaitForExit());
        await node.StartAsync("test://?size=64x48&fps=30");
        await StatesAreAsync("depth-encoding=png", "fit=stretch", "normals-encoding=png", "overlay-rate=0", "segmentation-encoding=png");
    }

    [Fact]
    public async Task A_live_camera_gives_fewer_frames_when_it_is_told_to_and_the_others_are_counted()
    {
        await using Collector collector = await Collector.ConnectAsync(node.Broker.Address.Port, "roboperception/v1/e2e/#");
        await node.StartAsync("test://?size=64x48&fps=50&live=true");
        await using Requester planner = await Requester.ConnectAsync(node.Broker.Address.Port);
        JsonElement answer = await planner.FulfilledAsync("cmd/set-rate", """{"rate": 5}""");
        Assert.Equal(5, answer.GetProperty("rate").GetProperty("cam0").GetDouble());
        // Frames that were grabbed before are on their way still.
        long asked = UnixClock.Wall;
        await collector.WaitUntilAsync(all => Stamps(collector).Count(s => s > asked) > 8 && all.Any(m => m.Topic == Replayed.Topics.Metrics && Limited(m.Payload) > 0), "frames at the lower rate, and the others in the metrics");
        List<long> stamps = [.. Stamps(collector).Where(s => s > asked)];
        double periods = (stamps[^1] - stamps[0]) / 0.2e9;
        Assert.True(stamps.Count <= periods + 2, $"{stamps.Count} frames in {periods:0.0} periods");
        await StatesAreAsync("rate=5");
        Assert.Contains("must be a number from 0 to 1000", await planner.RefusalAsync("cmd/set-rate", """{"rate": -1}"""), StringComparison.Ordinal);
        Assert.Contains("must be a number or a text", await planner.RefusalAsync("cmd/set-rate", """{"rate": [5]}"""), StringComparison.Ordinal);
        await planner.FulfilledAsync("cmd/set-rate", """{"rate": 0, "camera": "cam0"}""");
        await StatesAreAsync("rate=0");
    }

    [Fact]
    public async Task Another_fit_changes_the_camera_of_the_grid_and_what_is_computed_from_it()
    {
        await using Collector collector = await Collector.ConnectAsync(node.Broker.Address.Port, "roboperception/v1/e2e/#");
        // A scene knows its camera. The grid is 4:3, the image 2:1.
        await node.StartAsync("scene://room?seed=7&fps=10&size=96x48", "--scan");
        await using Requester planner = await Requester.ConnectAsync(node.Broker.Address.Port);
        await collector.WaitUntilAsync(all => all.Any(m => m.Topic.EndsWith("/cam0/info", StringComparison.Ordinal)), "the camera is described");
        double[] stretched = [.. MessageJson.Read<CameraInfoDocument>(collector.Of("/cam0/info")[^1].Payload).K];
        Assert.NotEqual(stretched[0], stretched[4], 0.1);
        await planner.FulfilledAsync("cam/cam0/fit/set", "crop");
        await collector.WaitUntilAsync(all => Math.Abs(Focal(all, 0) - Focal(all, 4)) < 0.1 && Scale(all) is var (x, y) && x == y, "square pixels, in the camera's description and in the frames");
        int scans = collector.Of("/cam0/scan").Count;
        await collector.WaitUntilAsync(all => all.Count(m => m.Topic.EndsWith("/cam0/scan", StringComparison.Ordinal)) > scans + 3, "the scan goes on");
        List<byte[]> depth = collector.All.Of(Replayed.Topics.Output("cam0", OutputKind.Depth));
        Assert.Equal(depth.Select((_, i) => PayloadDecoder.ReadHeader(depth[0]).Sequence + (ulong)i), depth.Select(p => PayloadDecoder.ReadHeader(p).Sequence));
        await StatesAreAsync("fit=crop");
    }

    private static double Focal(IReadOnlyList<Collector.Received> all, int place) => MessageJson.Read<CameraInfoDocument>(all.Of(Replayed.Topics.CameraInfo("cam0"))[^1]).K[place];

    private static (float X, float Y) Scale(IReadOnlyList<Collector.Received> all)
    {
        PixelTransform transform = PayloadDecoder.ReadHeader(all.Of(Replayed.Topics.Output("cam0", OutputKind.Depth))[^1]).ModelToSource;
        return (transform.ScaleX, transform.ScaleY);
    }

    private static List<long> Stamps(Collector collector) => [.. collector.All.Of(Replayed.Topics.Output("cam0", OutputKind.Depth)).Select(p => PayloadDecoder.ReadHeader(p).AcquisitionStamp)];

    private static long Limited(byte[] metrics) => MessageJson.Read<MetricsDocument>(metrics).Cameras[0].Dropped["limited"];

    private static string? Encoding(IReadOnlyList<Collector.Received> all, string kind) =>
        MessageJson.Read<DescriptionDocument>(all.Of(Replayed.Topics.Description)[^1]).Cameras[0].Outputs.FirstOrDefault(o => o.Kind == kind)?.Encoding;

    /// <summary>Waits until somebody who comes now is told these states at once.</summary>
    private async Task StatesAreAsync(params string[] expected)
    {
        await using Collector late = await Collector.ConnectAsync(node.Broker.Address.Port, "roboperception/v1/e2e/cam/+/+/state");
        await late.WaitUntilAsync(all => Array.TrueForAll(expected, e => all.GroupBy(m => m.Topic).Select(g => $"{g.Key.Split('/')[5]}={System.Text.Encoding.UTF8.GetString(g.Last().Payload)}").Contains(e)), string.Join(", ", expected));
        Assert.All(late.All.GroupBy(m => m.Topic), g => Assert.True(g.First().Retain));
    }
}
