using System.Text.Json;
using System.Text.RegularExpressions;
using MQTTnet;
using RoboPerception.Core;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Inference.Tests;
using RoboPerception.Messaging;
using RoboPerception.Tests;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: a running node does what it is asked over MQTT and answers; what it does not do it refuses with the reason, and nothing else happens.</summary>
public sealed partial class RemoteRequestTests : IDisposable
{
    private const string Flowing = "test://?size=64x48&fps=30";

    private readonly TemporaryFolder folder = new();
    private readonly RemoteNode node;

    public RemoteRequestTests() => node = new RemoteNode(folder.Write("model.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes()), "outputs: {depth: raw, segmentation: raw, normals: raw}");

    public void Dispose()
    {
        node.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_snapshot_is_one_frame_as_files_that_any_viewer_opens_or_as_a_bundle()
    {
        await using Collector collector = await Collector.ConnectAsync(node.Broker.Address.Port, "roboperception/v1/e2e/cam/#");
        await node.StartAsync(Flowing);
        await using Requester planner = await Requester.ConnectAsync(node.Broker.Address.Port);
        JsonElement answer = await planner.FulfilledAsync("cmd/snapshot", "");
        Assert.Equal(("cam0", 64, 48), (answer.GetProperty("camera").GetString(), answer.GetProperty("width").GetInt32(), answer.GetProperty("height").GetInt32()));
        Assert.Equal(["image", "overlay", "segmentation", "depth", "normals"], answer.GetProperty("parts").EnumerateArray().Select(p => p.GetProperty("name").GetString()));
        foreach (string name in new[] { "image", "overlay" })
        {
            using OpenCvSharp.Mat picture = OpenCvSharp.Cv2.ImDecode(File(answer, name), OpenCvSharp.ImreadModes.Color);
            Assert.Equal((64, 48), (picture.Width, picture.Height));
        }
        ulong sequence = answer.GetProperty("sequence").GetUInt64();
        foreach (OutputKind kind in new[] { OutputKind.Segmentation, OutputKind.Depth, OutputKind.Normals })
        {
            await SameAsPublishedAsync(collector, PayloadDecoder.Decode(File(answer, Topics.NameOf(kind))), sequence);
        }

        MqttApplicationMessage bundle = await planner.AskAsync("cmd/snapshot", """{"form": "bundle", "camera": "cam0"}""");
        Assert.Equal(ContentTypes.Bundle, bundle.ContentType);
        IReadOnlyList<ReceivedPayload> parts = BundleReader.Read(bundle.Payload.First);
        Assert.Equal([OutputKind.Segmentation, OutputKind.Depth, OutputKind.Normals], parts.Select(p => p.Header.Kind));
        foreach (ReceivedPayload part in parts)
        {
            await SameAsPublishedAsync(collector, PayloadDecoder.Decode(part.Payload.Span), part.Header.Sequence);
        }

        // Many at once wait for their turn or are told to.
        JsonElement[] many = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => planner.JsonAsync("cmd/snapshot", "{}")));
        Assert.All(many.Where(a => !a.GetProperty("ok").GetBoolean()), a => Assert.Contains("ask again later", a.GetProperty("reason").GetString(), StringComparison.Ordinal));
        Assert.Contains(many, a => a.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task A_recording_is_begun_and_ended_in_its_folder_and_replays_to_the_same_pixels()
    {
        await node.StartAsync(Flowing);
        await using Requester planner = await Requester.ConnectAsync(node.Broker.Address.Port);
        foreach (string name in new[] { "../walk", "/tmp/walk", "a/b", "..", ".hidden", "walk.mcap/../../x", "a\u0000b", "" })
        {
            Assert.Contains("'name' must consist of", await planner.RefusalAsync("cmd/record", JsonSerializer.Serialize(new { action = "start", name })), StringComparison.Ordinal);
        }
        Assert.Contains("'action' is missing", await planner.RefusalAsync("cmd/record", ""), StringComparison.Ordinal);
        Assert.Contains("nothing is being recorded", await planner.RefusalAsync("cmd/record", """{"action": "stop"}"""), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(node.Recordings));

        await planner.FulfilledAsync("cmd/record", """{"action": "start", "name": "walk", "input": "lossless"}""");
        Assert.Contains("'walk.mcap' is being recorded", await planner.RefusalAsync("cmd/record", """{"action": "start", "name": "other"}"""), StringComparison.Ordinal);
        Assert.Contains("a recording runs", await planner.RefusalAsync("cam/cam0/fit/set", "crop"), StringComparison.Ordinal);
        node.Model("next.onnx", new TestModel { Width = 64, Height = 48, DepthGain = 0.02f }.ToBytes());
        Assert.Contains("a recording runs", await planner.RefusalAsync("cmd/reload-model", """{"file": "next.onnx"}"""), StringComparison.Ordinal);
        // Two frames that are taken while it runs.
        await planner.FulfilledAsync("cmd/snapshot", "");
        await planner.FulfilledAsync("cmd/snapshot", "");
        JsonElement ended = await planner.FulfilledAsync("cmd/record", """{"action": "stop"}""");
        int frames = ended.GetProperty("frames").GetInt32();
        Assert.Equal(("walk.mcap", 0), (ended.GetProperty("name").GetString(), ended.GetProperty("left_out").GetInt32()));
        Assert.True(frames >= 2, ended.GetRawText());
        Assert.Contains("there is a recording 'walk.mcap' already", await planner.RefusalAsync("cmd/record", """{"action": "start", "name": "walk"}"""), StringComparison.Ordinal);
        Assert.Equal(["walk.mcap"], Directory.EnumerateFiles(node.Recordings).Select(Path.GetFileName));

        using JsonDocument found = IndependentReader.Run("read-foxglove.mjs", Path.Combine(node.Recordings, "walk.mcap"));
        uint[] sequences = [.. found.RootElement.GetProperty("messages").EnumerateArray().Where(m => m.GetProperty("topic").GetString() == "/cam0/depth").Select(m => m.GetProperty("sequence").GetUInt32())];
        Assert.Equal(Enumerable.Range((int)sequences[0], frames).Select(i => (uint)i), sequences);
        using (NodeProcess verified = NodeProcess.Start("replay", Path.Combine(node.Recordings, "walk.mcap"), "--verify", "--model", Path.Combine(folder.Path, "model.onnx"), "--providers", "cpu"))
        {
            Assert.True(verified.WaitForExit() == 0, verified.Errors);
            Assert.Contains($"verified: {frames} frames", verified.Output, StringComparison.Ordinal);
        }

        // One that still runs when the node stops is whole, too, and is named by the node and the time.
        string running = (await planner.FulfilledAsync("cmd/record", """{"action": "start"}""")).GetProperty("name").GetString()!;
        Assert.Matches(@"^e2e-\d{8}T\d{6}Z\.mcap$", running);
        await planner.FulfilledAsync("cmd/snapshot", "");
        node.Process.Signal(System.Runtime.InteropServices.PosixSignal.SIGTERM);
        Assert.Equal(0, node.Process.WaitForExit());
        Assert.True(System.IO.File.Exists(Path.Combine(node.Recordings, running)), node.Process.Errors);
    }

    [Fact]
    public async Task A_full_disk_ends_the_recording_and_not_the_node()
    {
        await node.StartOnFullDiskAsync(2_000_000, "test://?fps=200&size=160x120", "--pace", "fast");
        await using Requester planner = await Requester.ConnectAsync(node.Broker.Address.Port);
        await planner.FulfilledAsync("cmd/record", """{"action": "start", "name": "walk", "input": "lossless"}""");
        node.Process.WaitForLine(Ended());
        Assert.Contains("nothing is being recorded; the recording '", await planner.RefusalAsync("cmd/record", """{"action": "stop"}"""), StringComparison.Ordinal);
        await planner.FulfilledAsync("cmd/snapshot", "");
        Assert.Contains("there is a recording 'walk.mcap' already", await planner.RefusalAsync("cmd/record", """{"action": "start", "name": "walk"}"""), StringComparison.Ordinal);
        await planner.FulfilledAsync("cmd/record", """{"action": "start", "name": "short", "input": "none"}""");
        await planner.FulfilledAsync("cmd/record", """{"action": "stop"}""");
        Assert.Equal(["short.mcap", "walk.mcap.part"], Directory.EnumerateFiles(node.Recordings).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        node.Process.Signal(System.Runtime.InteropServices.PosixSignal.SIGTERM);
        Assert.Equal(0, node.Process.WaitForExit());
    }

    [Fact]
    public async Task What_is_refused_is_told_why_and_what_cannot_be_answered_is_told_once_in_the_log()
    {
        await node.StartAsync(Flowing);
        await using Requester planner = await Requester.ConnectAsync(node.Broker.Address.Port);
        Assert.Equal("there is no command 'explode'; there are snapshot, record, reload-model, set-rate, set", await planner.RefusalAsync("cmd/explode", ""));
        Assert.Contains("not valid JSON", await planner.RefusalAsync("cmd/snapshot", "{\"camera\": "), StringComparison.Ordinal);
        Assert.Contains("not valid JSON", await planner.RefusalAsync("cmd/snapshot", "{\"camera\": {\"a\": {\"b\": 1}}}"), StringComparison.Ordinal);
        Assert.Contains("not a JSON object", await planner.RefusalAsync("cmd/snapshot", "[1]"), StringComparison.Ordinal);
        Assert.Contains("unknown field 'cam'; there are camera, form", await planner.RefusalAsync("cmd/snapshot", "{\"cam\": 1}"), StringComparison.Ordinal);
        Assert.Contains("'camera' must be a text", await planner.RefusalAsync("cmd/snapshot", "{\"camera\": 1}"), StringComparison.Ordinal);
        Assert.Contains("there is no camera 'cam7'; there are cam0", await planner.RefusalAsync("cmd/snapshot", "{\"camera\": \"cam7\"}"), StringComparison.Ordinal);
        Assert.Contains("must be json or bundle", await planner.RefusalAsync("cmd/snapshot", "{\"form\": \"tiff\"}"), StringComparison.Ordinal);
        Assert.Contains("4097 bytes; 4096 are allowed", await planner.RefusalAsync("cmd/snapshot", new string(' ', 4097)), StringComparison.Ordinal);
        Assert.Contains("there is no camera 'cam7'", await planner.RefusalAsync("cam/cam7/rate/set", "5"), StringComparison.Ordinal);
        Assert.Contains("has no parameter 'colour'", await planner.RefusalAsync("cam/cam0/colour/set", "5"), StringComparison.Ordinal);

        // Without a place for the answer nothing is begun: no recording is there.
        const string start = """{"action": "start"}""";
        await planner.SendAsync("cmd/record", start);
        await planner.SendAsync("cmd/record", start);
        await planner.SendAsync("cmd/record", start, "roboperception/v1/e2e/status");
        await planner.SendAsync("cmd/record", start, "roboperception/v1/other/cam/cam0/depth");
        await planner.SendAsync("cmd/record", start, "$SYS/x");
        // Nor is what is retained, now or at the next start.
        await planner.SendAsync("cmd/record", start, "replies/planner/answer", [1], retain: true);
        await planner.SendAsync("cam/cam0/overlay-rate/set", "7", retain: true);
        await planner.FulfilledAsync("cmd/snapshot", "");
        node.Process.WaitForLine(NotAnswered());
        node.Process.WaitForLine(Retained());
        Assert.Empty(Directory.EnumerateFileSystemEntries(node.Recordings));
        string log = node.Process.Errors;
        Assert.Single(Regex.Matches(log, "it has no Response Topic"));
        Assert.Single(Regex.Matches(log, "'roboperception/v1/e2e/cmd/record' is ignored"));
        await using Collector late = await Collector.ConnectAsync(node.Broker.Address.Port, "roboperception/v1/e2e/cam/cam0/overlay-rate/state");
        await late.WaitUntilAsync(all => all.Count > 0, "the state is retained");
        Assert.Equal("2", System.Text.Encoding.UTF8.GetString(late.All[0].Payload));
        await using Collector description = await Collector.ConnectAsync(node.Broker.Address.Port, Replayed.Topics.Description);
        await description.WaitUntilAsync(all => all.Count > 0, "the description is retained");
        Assert.Equal(["snapshot", "record", "reload-model", "set-rate", "set"], MessageJson.Read<DescriptionDocument>(description.All[0].Payload).Commands);
    }

    private static byte[] File(JsonElement answer, string name) =>
        answer.GetProperty("parts").EnumerateArray().Single(p => p.GetProperty("name").GetString() == name).GetProperty("data").GetBytesFromBase64();

    private static async Task SameAsPublishedAsync(Collector collector, DecodedFrame frame, ulong sequence)
    {
        Assert.Equal(sequence, frame.Header.Sequence);
        string topic = Replayed.Topics.Output("cam0", frame.Header.Kind);
        byte[]? published = null;
        await collector.WaitUntilAsync(all => (published = all.Of(topic).Find(p => PayloadDecoder.ReadHeader(p).Sequence == sequence)) is not null, $"frame {sequence} is published");
        DecodedFrame same = PayloadDecoder.Decode(published!);
        Assert.Equal((same.Header.AcquisitionStamp, same.Header.ModelId, same.Header.SessionId), (frame.Header.AcquisitionStamp, frame.Header.ModelId, frame.Header.SessionId));
        Assert.Equal(same.ClassIds, frame.ClassIds);
        Assert.Equal(same.Depth, frame.Depth);
        Assert.Equal(same.Normals, frame.Normals);
    }

    [GeneratedRegex(@"(the recording '.*walk\.mcap' ended: )")]
    private static partial Regex Ended();

    [GeneratedRegex(@"(record' is refused, and cannot be answered: its Response Topic is no plain topic)")]
    private static partial Regex NotAnswered();

    [GeneratedRegex(@"('roboperception/v1/e2e/cam/cam0/overlay-rate/set' is ignored)")]
    private static partial Regex Retained();
}
