using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;
using RoboPerception.Messaging.Tests;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: a broker that does not take everything is told about, and what it takes flows.</summary>
public sealed partial class BrokerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public BrokerTests() => model = folder.Write("model.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes());

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_recording_none_of_whose_frames_the_broker_took_ends_with_exit_code_5()
    {
        using var broker = new ConfiguredBroker(ConfiguredBroker.ReadOnly);
        using NodeProcess node = NodeProcess.Start("replay", Recording.Write(folder.Path, 10), "--model", model, "--node", "e2e", "--broker", broker.Address.ToString());
        Assert.Equal((int)ExitCode.Broker, node.WaitForExit());
        Assert.Contains("none of the frames", node.Errors, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(node.Errors, "does not take 'roboperception/v1/e2e/status'"));
    }

    [Fact]
    public async Task Outputs_that_are_too_large_are_named_at_the_start_and_in_health_and_the_others_flow()
    {
        // Segmentation is 3 kB raw, depth 6 kB, normals 9 kB.
        using var broker = new ConfiguredBroker("max_packet_size 7000");
        await using Collector collector = await Collector.ConnectAsync(broker.Address.Port);
        using NodeProcess node = Live(broker.Address, "--normals", "raw", "--depth", "raw", "--segmentation", "raw");
        node.WaitForLine(CannotPass());
        await collector.WaitUntilAsync(all => all.Count(m => m.Topic.EndsWith("/depth", StringComparison.Ordinal)) > 5, "depth flows");
        await collector.WaitUntilAsync(all => all.Where(m => m.Topic.EndsWith("/health", StringComparison.Ordinal)).Any(IsRefused), "health names it");
        await collector.WaitUntilAsync(all => all.Any(m => m.Topic.EndsWith("/status", StringComparison.Ordinal) && MessageJson.Read<StatusDocument>(m.Payload).State == NodeStates.Degraded), "degraded");
        Assert.Empty(collector.Of("/normals"));
        node.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, node.WaitForExit());
    }

    [Fact]
    public async Task A_second_node_of_one_name_is_refused_or_takes_over()
    {
        using LocalBroker broker = LocalBroker.Start();
        await using Collector collector = await Collector.ConnectAsync(broker.Address.Port);
        using NodeProcess first = Live(broker.Address);
        await collector.WaitUntilAsync(all => all.Any(m => m.Topic.EndsWith("/health", StringComparison.Ordinal)) && all.Any(m => m.Topic.EndsWith("/depth", StringComparison.Ordinal)), "the first runs");
        using (NodeProcess second = Live(broker.Address))
        {
            Assert.Equal((int)ExitCode.Usage, second.WaitForExit());
            Assert.Contains("--take-over", second.Errors, StringComparison.Ordinal);
        }
        using NodeProcess third = Live(broker.Address, "--take-over");
        Assert.Equal((int)ExitCode.Broker, first.WaitForExit());
        Assert.Contains("taken over", first.Errors, StringComparison.Ordinal);
        int before = collector.Of("/depth").Count;
        await collector.WaitUntilAsync(all => all.Count(m => m.Topic.EndsWith("/depth", StringComparison.Ordinal)) > before + 5, "the third runs");
        third.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, third.WaitForExit());
    }

    private static bool IsRefused(Collector.Received message) => MessageJson.Read<HealthDocument>(message.Payload).Components
        .Any(c => c.Name == "broker" && c.Cause == HealthCauses.Refused && c.Values!.Keys.Any(k => k.EndsWith("/normals", StringComparison.Ordinal)));

    [GeneratedRegex("output '(normals)' cannot pass")]
    private static partial Regex CannotPass();

    private NodeProcess Live(BrokerAddress broker, params string[] more) =>
        NodeProcess.Start(["run", "test://?size=64x48&fps=50&live=true", "--model", model, "--node", "e2e", "--providers", "cpu", "--overlay", "0", "--broker", broker.ToString(), .. more]);
}
