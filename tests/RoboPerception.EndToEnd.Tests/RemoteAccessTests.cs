using System.Diagnostics;
using MQTTnet;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;
using RoboPerception.Messaging.Tests;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: nobody controls a node that was not told to let him.</summary>
public sealed class RemoteAccessTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public RemoteAccessTests() => model = folder.Write("model.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes());

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_node_that_was_not_told_to_does_not_listen()
    {
        using LocalBroker broker = LocalBroker.Start();
        await using Collector collector = await Collector.ConnectAsync(broker.Address.Port);
        using NodeProcess node = NodeProcess.Start("run", "test://?size=64x48&fps=30", "--model", model, "--providers", "cpu", "--node", "e2e", "--broker", broker.Address.ToString());
        await collector.WaitUntilAsync(all => all.Any(m => m.Topic.EndsWith("/health", StringComparison.Ordinal)), "the node runs");
        await using Requester planner = await Requester.ConnectAsync(broker.Address.Port);
        await planner.SendAsync("cmd/snapshot", "", "replies/planner/answer", [1]);
        await planner.SendAsync("cam/cam0/depth-encoding/set", "raw", "replies/planner/answer", [2]);
        int beats = collector.Of("/health").Count;
        await collector.WaitUntilAsync(all => all.Count(m => m.Topic.EndsWith("/health", StringComparison.Ordinal)) > beats + 1, "two more beats");
        Assert.Empty(collector.Of("/answer"));
        Assert.Empty(collector.Of("/state"));
        Assert.Null(MessageJson.Read<DescriptionDocument>(collector.Of("/description")[^1].Payload).Commands);
        Assert.All(collector.Of("/cam0/depth"), m => Assert.Equal("image/png", m.ContentType));
    }

    [Fact]
    public async Task The_shipped_access_rules_let_the_planner_ask_and_the_viewer_only_look()
    {
        string accounts = Path.Combine(folder.Path, "accounts");
        foreach (string user in new[] { "front", "viewer", "planner" })
        {
            using Process hash = Process.Start("mosquitto_passwd", ["-b", .. File.Exists(accounts) ? Array.Empty<string>() : ["-c"], accounts, user, $"secret of {user}"]);
            hash.WaitForExit();
        }
        using var broker = new ConfiguredBroker($"acl_file {Shipped("mosquitto-acl.conf")}", $"password_file {accounts}");
        string configuration = folder.Write("node.yaml", System.Text.Encoding.UTF8.GetBytes($$"""
            node: {id: front}
            broker: {url: "mqtt://front@{{broker.Address.Host}}:{{broker.Address.Port}}"}
            model: {file: "{{model}}", providers: [cpu]}
            remote: {control: mqtt}
            """));
        using NodeProcess node = NodeProcess.Start(new Dictionary<string, string> { ["ROBOPERCEPTION__BROKER__PASSWORD"] = "secret of front" }, "run", "test://?size=64x48&fps=30", "--config", configuration);
        await using Requester planner = await Requester.ConnectAsync(broker.Address.Port, "roboperception/v1/front", "planner", "planner", "secret of planner");
        await using Requester viewer = await Requester.ConnectAsync(broker.Address.Port, "roboperception/v1/front", "viewer", "viewer", "secret of viewer");
        await using Collector states = await Collector.ConnectAsync(broker.Address.Port, "roboperception/v1/front/cam/cam0/#", "viewer", "secret of viewer");
        await states.WaitUntilAsync(all => all.Any(m => m.Topic.EndsWith("/rate/state", StringComparison.Ordinal) || m.Topic.EndsWith("/fit/state", StringComparison.Ordinal)), "the viewer sees the states");
        Assert.False(await viewer.SendAsync("cmd/snapshot", "", "replies/viewer/answer", [1]));
        Assert.False(await viewer.SendAsync("cam/cam0/depth-encoding/set", "raw"));
        Assert.False(await planner.SendAsync("cmd/take-over", "{}"));
        Assert.False(await planner.SendAsync("status", "{}"));
        await planner.FulfilledAsync("cam/cam0/depth-encoding/set", "raw");
        await planner.FulfilledAsync("cmd/snapshot", "");
        Assert.Contains("no folder is configured for recordings", await planner.RefusalAsync("cmd/record", """{"action": "start"}"""), StringComparison.Ordinal);
        Assert.Contains("set remote.models", await planner.RefusalAsync("cmd/reload-model", """{"file": "a.onnx"}"""), StringComparison.Ordinal);
        node.Signal(System.Runtime.InteropServices.PosixSignal.SIGTERM);
        Assert.Equal(0, node.WaitForExit());
        Assert.DoesNotContain("does not take", node.Errors, StringComparison.Ordinal);
    }

    private static string Shipped(string name)
    {
        DirectoryInfo? place = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(place!.FullName, "launch", name)))
        {
            place = place.Parent;
        }
        return Path.Combine(place.FullName, "launch", name);
    }
}
