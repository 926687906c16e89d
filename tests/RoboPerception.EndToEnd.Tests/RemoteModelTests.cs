using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: another model takes over between two frames: no number is missing, every frame says which model it is of, and one that fails is given back.</summary>
public sealed class RemoteModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RemoteNode node;
    private readonly string configured;

    public RemoteModelTests()
    {
        configured = folder.Write("model.onnx", Test(0.01f));
        node = new RemoteNode(configured, "outputs: {depth: raw}");
    }

    public void Dispose()
    {
        node.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_model_changes_between_two_frames_without_a_missing_number()
    {
        await using Collector collector = await Collector.ConnectAsync(node.Broker.Address.Port, "roboperception/v1/e2e/#");
        await node.StartAsync(node.Wall(200), "--loop");
        await using Requester planner = await Requester.ConnectAsync(node.Broker.Address.Port);
        ulong first = Frames(collector)[0].ModelId;

        // The configured file read again, then its successor, then back: three models in order.
        Assert.False((await planner.FulfilledAsync("cmd/reload-model", "")).GetProperty("changed").GetBoolean());
        File.WriteAllBytes(configured, Test(0.02f));
        JsonElement second = await planner.FulfilledAsync("cmd/reload-model", "");
        Assert.True(second.GetProperty("changed").GetBoolean());
        await collector.WaitUntilAsync(_ => Frames(collector).Any(f => f.ModelId != first), "a frame of the second model");
        JsonElement third = await planner.FulfilledAsync("cmd/reload-model", $$"""{"file": "{{node.Model("third.onnx", Test(0.005f))}}"}""");
        await collector.WaitUntilAsync(all => Frames(collector).Select(f => f.ModelId).Distinct().Count() == 3 && Described(all) == Id(third), "a frame of the third model, and its name in the description");

        List<(ulong Sequence, ulong ModelId, float Depth)> frames = Frames(collector);
        Assert.Equal(frames.Select((_, i) => frames[0].Sequence + (ulong)i), frames.Select(f => f.Sequence));
        ulong[] order = [first, Convert.ToUInt64(Id(second), 16), Convert.ToUInt64(Id(third), 16)];
        // Every frame is of the model that its header names: the wall is at 2, 4 and 1 metres.
        float[] metres = [2, 4, 1];
        Assert.All(frames, f => Assert.Equal(metres[Array.IndexOf(order, f.ModelId)], f.Depth, 0.001f));
        int[] places = [.. frames.Select(f => Array.IndexOf(order, f.ModelId))];
        Assert.Equal(places.Order(), places);
    }

    [Fact]
    public async Task A_model_that_fails_on_its_first_frame_gives_that_frame_back()
    {
        await using Collector collector = await Collector.ConnectAsync(node.Broker.Address.Port, "roboperception/v1/e2e/#");
        await node.StartAsync(node.Wall(255), "--loop");
        await using Requester planner = await Requester.ConnectAsync(node.Broker.Address.Port);
        string name = node.Model("fails.onnx", new TestModel { Width = 64, Height = 48, FailsOnWhite = true }.ToBytes());
        Assert.Contains("the model failed on a frame, and the one before goes on", await planner.RefusalAsync("cmd/reload-model", $$"""{"file": "{{name}}"}"""), StringComparison.Ordinal);
        int seen = Frames(collector).Count;
        await collector.WaitUntilAsync(_ => Frames(collector).Count > seen + 5, "frames go on");
        List<(ulong Sequence, ulong ModelId, float Depth)> frames = Frames(collector);
        Assert.Equal(frames.Select((_, i) => frames[0].Sequence + (ulong)i), frames.Select(f => f.Sequence));
        Assert.Single(frames.Select(f => f.ModelId).Distinct());
        Assert.All(frames, f => Assert.Equal(2.55f, f.Depth, 0.001f));
        // And it can be tried again.
        await planner.FulfilledAsync("cmd/reload-model", $$"""{"file": "{{node.Model("good.onnx", Test(0.02f))}}"}""");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task All_cameras_change_or_none_does_and_no_number_is_missing_on_any(int cameras)
    {
        // Only the last camera ever sees white, so only there the failing model fails.
        byte[] levels = cameras == 2 ? [200, 255] : [100, 200, 255];
        await using Collector collector = await Collector.ConnectAsync(node.Broker.Address.Port, "roboperception/v1/e2e/#");
        await node.StartAsync(Slow(levels[0]), [.. levels.Skip(1).Select(Slow), "--loop"]);
        string[] names = [.. levels.Select((_, i) => $"cam{i}")];
        await collector.WaitUntilAsync(_ => names.All(n => Frames(collector, n).Count > 2), "every camera runs");
        await using Requester planner = await Requester.ConnectAsync(node.Broker.Address.Port);
        ulong first = Frames(collector)[0].ModelId;

        JsonElement answer = await planner.FulfilledAsync("cmd/reload-model", $$"""{"file": "{{node.Model("second.onnx", Test(0.02f))}}"}""");
        ulong second = Convert.ToUInt64(Id(answer), 16);
        await collector.WaitUntilAsync(_ => names.All(n => Frames(collector, n).Any(f => f.ModelId == second)), "every camera has the second model");
        string bad = node.Model("fails.onnx", new TestModel { Width = 64, Height = 48, FailsOnWhite = true }.ToBytes());
        Assert.Contains("the model failed on a frame, and the one before goes on", await planner.RefusalAsync("cmd/reload-model", $$"""{"file": "{{bad}}"}"""), StringComparison.Ordinal);
        int[] seen = [.. names.Select(n => Frames(collector, n).Count)];
        await collector.WaitUntilAsync(_ => names.Select((n, i) => Frames(collector, n).Count > seen[i] + 4).All(more => more), "frames go on");

        for (int i = 0; i < cameras; i++)
        {
            List<(ulong Sequence, ulong ModelId, float Depth)> frames = Frames(collector, names[i]);
            Assert.Equal(frames.Select((_, n) => frames[0].Sequence + (ulong)n), frames.Select(f => f.Sequence));
            Assert.All(frames, f => Assert.Equal((f.ModelId == second ? 0.02f : 0.01f) * levels[i], f.Depth, 0.001f));
            // The first, the second, on trial the failing one where it does not fail, and the second again.
            List<ulong> order = [.. frames.Select(f => f.ModelId).Where((id, n) => n == 0 || id != frames[n - 1].ModelId)];
            ulong failing = order.Find(id => id != first && id != second);
            Assert.Equal(failing == 0 ? [first, second] : [first, second, failing, second], order);
            Assert.True(failing == 0 || i < cameras - 1, "the failing model made a frame of the camera on which it fails");
        }
    }

    [Fact]
    public async Task What_cannot_take_over_is_refused_with_the_reason()
    {
        await node.StartAsync(node.Wall(200), "--loop");
        await using Requester planner = await Requester.ConnectAsync(node.Broker.Address.Port);
        File.WriteAllBytes(Path.Combine(folder.Path, "outside.onnx"), Test(0.02f));
        foreach (string file in new[] { "../outside.onnx", Path.Combine(folder.Path, "outside.onnx"), "model.pth", "", ".onnx" })
        {
            Assert.Contains("without a path", await planner.RefusalAsync("cmd/reload-model", JsonSerializer.Serialize(new { file })), StringComparison.Ordinal);
        }
        Assert.Contains("there is no 'missing.onnx'", await planner.RefusalAsync("cmd/reload-model", """{"file": "missing.onnx"}"""), StringComparison.Ordinal);
        Assert.Contains("its grid is 32x24, not 64x48", await RefusedAsync(new TestModel { Width = 32, Height = 24 }.ToBytes()), StringComparison.Ordinal);
        Assert.Contains("its class 0 is sky, not blue; restart the node with it", await RefusedAsync(Classes(new(0, "sky", 0, 0, 255), new(1, "green", 0, 255, 0), new(2, "red", 255, 0, 0))), StringComparison.Ordinal);
        Assert.Contains("its class 1 (green) has another colour", await RefusedAsync(Classes(new(0, "blue", 0, 0, 255), new(1, "green", 0, 200, 0), new(2, "red", 255, 0, 0))), StringComparison.Ordinal);
        Assert.Contains("is not an ONNX file", await RefusedAsync("no model at all"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("breaks the model contract", await RefusedAsync(new TestModel { Width = 64, Height = 48, SegmentationAsInt64 = true }.ToBytes()), StringComparison.Ordinal);

        static byte[] Classes(params ClassInfo[] classes) =>
            new TestModel { Width = 64, Height = 48, Describe = d => d with { Outputs = [d.Outputs[0] with { Classes = new ClassMap(classes) }, .. d.Outputs.Skip(1)] } }.ToBytes();

        Task<string> RefusedAsync(byte[] content) => planner.RefusalAsync("cmd/reload-model", $$"""{"file": "{{node.Model("wrong.onnx", content)}}"}""");
    }

    private static byte[] Test(float gain) => new TestModel { Width = 64, Height = 48, DepthGain = gain }.ToBytes();

    private static string Id(JsonElement answer) => answer.GetProperty("model_id").GetString()!;

    private static string? Described(IReadOnlyList<Collector.Received> all) =>
        all.LastOrDefault(m => m.Topic == Replayed.Topics.Description) is { } last ? MessageJson.Read<DescriptionDocument>(last.Payload).Model!.Id : null;

    private string Slow(byte level) => $"file://{node.Wall(level)}?fps=10";

    private static List<(ulong Sequence, ulong ModelId, float Depth)> Frames(Collector collector, string camera = "cam0") => [.. collector.All.Where(m => m.Topic == Replayed.Topics.Output(camera, OutputKind.Depth)).Select(m =>
    {
        DecodedFrame frame = PayloadDecoder.Decode(m.Payload);
        return (frame.Header.Sequence, frame.Header.ModelId, frame.Depth![0]);
    })];
}
