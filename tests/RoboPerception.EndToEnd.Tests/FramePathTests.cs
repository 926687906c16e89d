using System.Diagnostics;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Pipeline;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: freshness. The node runs inside the test so that its counters can be read.</summary>
public sealed class FramePathTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public FramePathTests() => model = folder.Write("model.onnx", new TestModel { Width = 96, Height = 64 }.ToBytes());

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_plain_subscriber_with_receive_maximum_2_falls_behind_by_a_few_messages_and_no_more()
    {
        const int slowness = 3;
        // Two in the client's window, two in the broker's queue, one in the pipe, one in the reader's hands.
        const int waiting = 6;
        NodeSettings settings = Settings("test://?size=128x96&fps=60&live=true", loop: false).Add("outputs.normals", "raw", "test").Build();
        await using NodeApplication host = await StartAsync(new NodeRequest(settings, false, null, false, null));
        PipelineStatistics statistics = host.Cameras[0].Statistics;
        using var stop = new CancellationTokenSource();
        Task run = host.RunAsync(stop.Token);
        string topic = new Topics(settings.Prefix, settings.NodeId).Output("cam0", OutputKind.Normals);
        // A message is 147 kB as hexadecimal digits: more than a pipe holds, so mosquitto_sub stands still while nobody reads.
        using Process client = Process.Start(new ProcessStartInfo(
            "mosquitto_sub",
            ["-V", "5", "-h", host.Broker.Host, "-p", $"{host.Broker.Port}", "-q", "1", "-D", "connect", "receive-maximum", "2", "-t", topic, "-F", "%x"])
            { RedirectStandardOutput = true })!;
        var sequences = new List<long>();
        var published = new List<long>();
        while (sequences.Count < 40)
        {
            string? line = await client.StandardOutput.ReadLineAsync();
            Assert.NotNull(line);
            Assert.Null(FrameHeader.TryRead(Convert.FromHexString(line.AsSpan(0, 2 * FrameHeader.Size)), out FrameHeader header, out _));
            sequences.Add((long)header.Sequence);
            published.Add(statistics.Published);
            long until = published[^1] + slowness;
            await UntilAsync(() => statistics.Published >= until);
        }
        client.Kill();
        await stop.CancelAsync();
        await run;
        // A message waits behind six others at most, so it is no older than the moment at which the seventh before it was read. Reading
        // moments are counted in frames: a pause of this machine then ages what waits without failing the test. Without the limits every
        // message would lose two more frames.
        string seen = string.Join(' ', sequences.Zip(published, (sequence, when) => $"{sequence}@{when}"));
        Assert.All(Enumerable.Range(waiting + 1, sequences.Count - waiting - 1), i => Assert.True(sequences[i] >= published[i - waiting - 1], $"message {i} of {seen}"));
    }

    [Fact]
    public async Task A_consumer_three_times_too_slow_never_sees_a_frame_older_than_two_of_its_own_periods()
    {
        const int fps = 30;
        const int slowness = 3;
        NodeSettings settings = Settings($"test://?size=128x96&fps={fps}&live=true", loop: false).Build();
        await using NodeApplication host = await StartAsync(new NodeRequest(settings, false, null, false, null));
        using var stop = new CancellationTokenSource();
        Task run = host.RunAsync(stop.Token);
        var options = new MqttConnectionOptions { Broker = host.Broker, ClientId = "slow" };
        await using var subscriber = new PerceptionSubscriber(options, new Topics(settings.Prefix, settings.NodeId), "cam0", OutputKind.Depth);
        // Counting, not clocks: while the consumer works, frames arrive; the one it takes next must be among the newest.
        ulong newest = 0;
        subscriber.PayloadReceived += p => Volatile.Write(ref newest, p.Header.Sequence);
        await subscriber.StartAsync();
        var lags = new List<long>();
        while (lags.Count < 25)
        {
            ReceivedPayload? payload = await subscriber.TakePayloadAsync(OutputKind.Depth, TimeSpan.FromSeconds(20));
            Assert.NotNull(payload);
            lags.Add((long)Volatile.Read(ref newest) - (long)payload.Header.Sequence);
            // Work that takes as long as three frames take to arrive.
            ulong until = payload.Header.Sequence + slowness;
            await UntilAsync(() => Volatile.Read(ref newest) >= until);
        }
        await stop.CancelAsync();
        await run;
        // Two of its own periods are six frames. What it takes is the newest, or the one before if one arrived that instant.
        Assert.All(lags, lag => Assert.InRange(lag, 0, 2 * slowness));
        Assert.True(subscriber.Superseded(OutputKind.Depth) > 25, "a consumer three times too slow must miss frames");
    }

    [Fact]
    public async Task Live_frames_that_inference_has_no_time_for_are_dropped_and_counted()
    {
        NodeSettings settings = Settings("test://?size=64x48&fps=1000&live=true", loop: false).Build();
        await using NodeApplication host = await StartAsync(new NodeRequest(settings, false, null, false, null));
        CameraPipeline camera = host.Cameras[0];
        using var stop = new CancellationTokenSource();
        Task run = host.RunAsync(stop.Token);
        await UntilAsync(() => camera.Statistics.Published > 200);
        camera.Stop();
        await stop.CancelAsync();
        await run;
        long accounted = camera.Statistics.Published + camera.Statistics.Drops.Total;
        // A frame or two may have been on their way when the source stopped.
        Assert.InRange(camera.Captured - accounted, 0, 3);
    }

    private static SettingsReader Settings(string source, bool loop)
    {
        var reader = new SettingsReader().AddSources([source]);
        reader.Add("cameras.0.pace", "fast", "test").Add("cameras.0.loop", loop ? "true" : "false", "test");
        return reader.Add("node.id", "inside", "test").Add("model.providers", "cpu", "test").Add("outputs.overlay", "0", "test");
    }

    private async Task<NodeApplication> StartAsync(NodeRequest request)
    {
        request.Settings.ModelFile = model;
        var host = new NodeApplication(request, new NodeLog { IsQuiet = true });
        await host.StartAsync(CancellationToken.None);
        return host;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        long deadline = Environment.TickCount64 + 60_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "did not happen within a minute");
            await Task.Delay(2);
        }
    }
}
