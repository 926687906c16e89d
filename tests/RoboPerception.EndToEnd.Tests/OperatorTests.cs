using System.Runtime.InteropServices;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: whoever runs many nodes sees them all, and learns from a command what is wrong before a robot does.</summary>
public sealed class OperatorTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public OperatorTests() => model = folder.Write("model.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes());

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Top_shows_every_node_of_the_broker_and_those_that_are_gone()
    {
        using LocalBroker broker = LocalBroker.Start();
        await using Collector collector = await Collector.ConnectAsync(broker.Address.Port);
        using NodeProcess left = Run(broker, "left"), right = Run(broker, "right");
        await collector.WaitUntilAsync(
            all => new[] { "left", "right" }.All(n => all.Any(m => m.Topic == $"roboperception/v1/{n}/status" && MessageJson.Read<StatusDocument>(m.Payload).State == NodeStates.Ready)), "both are ready");
        right.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, right.WaitForExit());
        using NodeProcess top = NodeProcess.Start("top", "--broker", broker.Address.ToString());
        Assert.Equal(0, top.WaitForExit());
        string[] lines = top.Output.Split('\n');
        string[] live = Row(lines, "left"), gone = Row(lines, "right");
        Assert.True(live is ["left", "ready", "cam0", ..], top.Output);
        Assert.InRange(double.Parse(live[3], System.Globalization.CultureInfo.InvariantCulture), 0.1, 1000);
        Assert.Equal(["right", "stopped", "cam0", "-"], gone[..4]);
        left.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, left.WaitForExit());
    }

    [Fact]
    public async Task Home_Assistant_is_told_of_topics_that_are_published_and_of_values_that_are_in_them()
    {
        using LocalBroker broker = LocalBroker.Start();
        using NodeProcess node = NodeProcess.Start(
            new Dictionary<string, string> { ["ROBOPERCEPTION__BROKER__HOME_ASSISTANT"] = "homeassistant" },
            "run", "test://?size=64x48&fps=20&live=true", "--model", model, "--node", "left-1", "--providers", "cpu", "--broker", broker.Address.ToString());
        await using Collector collector = await Collector.ConnectAsync(broker.Address.Port);
        await collector.WaitUntilAsync(_ => collector.Of("/metrics").Count > 1 && collector.Of("/overlay").Count > 0, "the node runs");
        await using Collector late = await Collector.ConnectAsync(broker.Address.Port, "homeassistant/#");
        await late.WaitUntilAsync(all => all.Count > 0, "the discovery message is retained");
        Collector.Received message = late.All[0];
        Assert.Equal("homeassistant/device/roboperception_left_1/config", message.Topic);
        using var json = JsonDocument.Parse(message.Payload);
        JsonElement components = json.RootElement.GetProperty("components");
        HashSet<string?> published = [.. collector.All.Select(m => m.Topic)];
        Assert.All(components.EnumerateObject(), c => Assert.Contains(c.Value.TryGetProperty("state_topic", out JsonElement state) ? state.GetString() : c.Value.GetProperty("topic").GetString(), published));
        Assert.Equal(["camera", "sensor", "sensor", "sensor", "sensor"], components.EnumerateObject().Select(c => c.Value.GetProperty("p").GetString()).Order());
        JsonElement camera = JsonDocument.Parse(collector.Of("/metrics")[^1].Payload).RootElement.GetProperty("cameras")[0];
        Assert.Equal("cam0", camera.GetProperty("camera").GetString());
        foreach (JsonProperty sensor in components.EnumerateObject().Where(c => c.Value.GetProperty("p").GetString() == "sensor" && c.Name != "roboperception_left_1_state"))
        {
            // {{ (... | first).PATH }}, perhaps with a filter behind it.
            string path = sensor.Value.GetProperty("value_template").GetString()!.Split(").")[1].Split(" }}")[0].Split(".values()")[0];
            JsonElement value = path.Split('.').Aggregate(camera, (place, name) => place.GetProperty(name));
            Assert.True(value.ValueKind is JsonValueKind.Number or JsonValueKind.Object, path);
        }
        Assert.Equal(["roboperception_left_1_state"], components.EnumerateObject().Where(c => c.Value.TryGetProperty("state_topic", out JsonElement t) && t.GetString() == "roboperception/v1/left-1/status").Select(c => c.Name));
        node.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, node.WaitForExit());
    }

    [Fact]
    public void Models_are_listed_and_checked_by_their_own_golden_input()
    {
        folder.Write("other.onnx", [1, 2, 3]);
        using NodeProcess list = NodeProcess.Start("models", "list", folder.Path);
        Assert.Equal(0, list.WaitForExit());
        Assert.Contains("64x48", list.Output, StringComparison.Ordinal);
        using NodeProcess good = NodeProcess.Start("models", "check", model);
        Assert.Equal(0, good.WaitForExit());
        using NodeProcess bad = NodeProcess.Start("models", "check", model, Path.Combine(folder.Path, "other.onnx"));
        Assert.Equal((int)ExitCode.ModelContract, bad.WaitForExit());
        Assert.Contains("other.onnx", bad.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_engine_that_cannot_be_built_here_says_why()
    {
        using NodeProcess engine = NodeProcess.Start(new Dictionary<string, string> { ["ROBOPERCEPTION__MODEL__ENGINE_CACHE"] = folder.Path }, "engine", "build", "--model", model);
        int code = engine.WaitForExit();
        // With TensorRT at hand there is an engine; without it, a reason and a remedy.
        Assert.True(code == 0 ? engine.Output.Contains(folder.Path, StringComparison.Ordinal) : code == (int)ExitCode.ModelContract && engine.Errors.Contains("no engine of", StringComparison.Ordinal), engine.Errors);
    }

    private static string[] Row(string[] lines, string node) =>
        lines.Select(l => l.Split('│', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Select(c => c.Length > 1 ? c : (c.FirstOrDefault() ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Single(c => c.Length > 3 && c[0] == node);

    private NodeProcess Run(LocalBroker broker, string name) =>
        NodeProcess.Start("run", "test://?size=64x48&fps=20&live=true", "--model", model, "--node", name, "--providers", "cpu", "--broker", broker.Address.ToString());
}
