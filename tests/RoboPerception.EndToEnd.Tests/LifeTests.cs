using System.Diagnostics;
using System.Runtime.InteropServices;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: recovery. Signals, crashes and a broker that dies are part of a robot's day.</summary>
public sealed class LifeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public LifeTests() => model = folder.Write("model.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes());

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(PosixSignal.SIGINT, ExitCode.Interrupted)]
    [InlineData(PosixSignal.SIGTERM, ExitCode.Ok)]
    public async Task A_signal_ends_the_node_cleanly_and_its_broker_with_it(PosixSignal signal, ExitCode expected)
    {
        using NodeProcess node = NodeProcess.Start("run", "test://?size=64x48&fps=50&live=true", "--model", model, "--node", "e2e", "--providers", "cpu");
        int port = node.WaitForOwnBroker();
        await using Collector collector = await Collector.ConnectAsync(port);
        await collector.WaitUntilAsync(all => all.Any(m => m.Topic.EndsWith("/depth", StringComparison.Ordinal)), "a first frame");
        await collector.WaitUntilAsync(all => States(all).Contains(NodeStates.Ready), "state ready");
        node.Signal(signal);
        // Not after the exit, which blocks this thread: MQTTnet drops what it has not handed over when the broker hangs up.
        await collector.WaitUntilAsync(all => States(all).Contains(NodeStates.Stopped), "state stopped");
        Assert.Equal((int)expected, node.WaitForExit());
        Assert.Equal(NodeStates.Stopped, States(collector.All)[^1]);
        Assert.DoesNotContain(NodeStates.Lost, States(collector.All));
        await Assert.ThrowsAnyAsync<Exception>(() => Collector.ConnectAsync(port));
    }

    [Fact]
    public async Task A_crash_shows_as_lost_and_takes_its_own_broker_along()
    {
        using LocalBroker broker = LocalBroker.Start();
        await using Collector collector = await Collector.ConnectAsync(broker.Address.Port);
        using (NodeProcess node = Run(broker))
        {
            await collector.WaitUntilAsync(all => States(all).Contains(NodeStates.Ready), "state ready");
            node.KillHard();
            await collector.WaitUntilAsync(all => States(all)[^1] == NodeStates.Lost, "the will");
        }
        using NodeProcess alone = NodeProcess.Start("run", "test://?size=64x48&fps=50&live=true", "--model", model, "--providers", "cpu");
        int port = alone.WaitForOwnBroker();
        alone.KillHard();
        alone.WaitForExit();
        long deadline = Environment.TickCount64 + 20_000;
        while (IsListening(port) && Environment.TickCount64 < deadline)
        {
            await Task.Delay(20);
        }
        Assert.False(IsListening(port), "the broker outlived its node");
    }

    [Fact]
    public async Task A_broker_that_dies_mid_stream_is_met_again_without_a_restart_and_nothing_stale_is_delivered()
    {
        LocalBroker broker = LocalBroker.Start();
        int port = broker.Address.Port;
        using NodeProcess node = Run(broker);
        await using (Collector before = await Collector.ConnectAsync(port))
        {
            await before.WaitUntilAsync(all => all.Count(m => m.Topic.EndsWith("/depth", StringComparison.Ordinal)) > 5, "frames before");
        }
        using (Process mosquitto = Process.GetProcessById(broker.ProcessId))
        {
            mosquitto.Kill();
            mosquitto.WaitForExit();
        }
        broker.Dispose();
        long restartedAt = UnixClock.Now;
        using LocalBroker again = LocalBroker.Start(port: port);
        await using Collector after = await Collector.ConnectAsync(port);
        await after.WaitUntilAsync(all => all.Count(m => m.Topic.EndsWith("/depth", StringComparison.Ordinal)) > 5, "frames after");
        await after.WaitUntilAsync(all => new[] { "/status", "/description", "/info", "/labels" }.All(t => all.Any(m => m.Topic.EndsWith(t, StringComparison.Ordinal))), "the retained topics");
        Assert.All(after.Of("/depth"), m => Assert.True(PayloadDecoder.ReadHeader(m.Payload).AcquisitionStamp > restartedAt, "a frame from before the restart was delivered"));
        node.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, node.WaitForExit());
    }

    [Fact]
    public async Task A_broker_of_our_own_that_is_killed_comes_back_on_its_port()
    {
        using NodeProcess node = NodeProcess.Start("run", "test://?size=64x48&fps=50&live=true", "--model", model, "--node", "e2e", "--providers", "cpu");
        int port = node.WaitForOwnBroker();
        await using (Collector before = await Collector.ConnectAsync(port))
        {
            await before.WaitUntilAsync(all => all.Any(m => m.Topic.EndsWith("/depth", StringComparison.Ordinal)), "a frame before");
        }
        using (Process mosquitto = Process.GetProcessesByName("mosquitto").Single(p => Parent(p.Id) == node.Id))
        {
            mosquitto.Kill();
            mosquitto.WaitForExit();
        }
        node.WaitForLine(new System.Text.RegularExpressions.Regex("(starting it again)"));
        Collector? after = null;
        long deadline = Environment.TickCount64 + 20_000;
        while (after is null && Environment.TickCount64 < deadline)
        {
            try
            {
                after = await Collector.ConnectAsync(port);
            }
            catch (MQTTnet.Exceptions.MqttCommunicationException)
            {
                await Task.Delay(20);
            }
        }
        Assert.NotNull(after);
        await using (after)
        {
            await after.WaitUntilAsync(all => all.Any(m => m.Topic.EndsWith("/depth", StringComparison.Ordinal)), "a frame after");
        }
        node.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, node.WaitForExit());
    }

    [Fact]
    public async Task Watch_shows_the_node_and_saves_images()
    {
        using LocalBroker broker = LocalBroker.Start();
        using NodeProcess node = Run(broker);
        string images = Path.Combine(folder.Path, "pictures");
        using NodeProcess watch = NodeProcess.Start("watch", "--broker", broker.Address.ToString(), "--node", "e2e", "--save", images, "--frames", "5");
        Assert.Equal(0, watch.WaitForExit());
        Assert.Contains("cam0", watch.Output, StringComparison.Ordinal);
        Assert.Contains("inference", watch.Output, StringComparison.Ordinal);
        foreach (string output in new[] { "segmentation", "depth", "normals" })
        {
            string[] files = Directory.GetFiles(images, output + "-*.png");
            Assert.NotEmpty(files);
            using var image = new OpenCvSharp.Mat(files[0]);
            Assert.Equal((64, 48), (image.Width, image.Height));
        }
        node.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, node.WaitForExit());
        await Task.CompletedTask;
    }

    private static List<string> States(IReadOnlyList<Collector.Received> all) =>
        [.. all.Where(m => m.Topic.EndsWith("/status", StringComparison.Ordinal)).Select(m => MessageJson.Read<StatusDocument>(m.Payload).State)];

    private static bool IsListening(int port) =>
        System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(e => e.Port == port);

    private static int Parent(int process) =>
        int.Parse(File.ReadAllText($"/proc/{process}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);

    private NodeProcess Run(LocalBroker broker) =>
        NodeProcess.Start("run", "test://?size=64x48&fps=50&live=true", "--model", model, "--node", "e2e", "--providers", "cpu", "--broker", broker.Address.ToString());
}
