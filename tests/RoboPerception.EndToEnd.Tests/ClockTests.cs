using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: time. The program's wall clock jumps hours back and forth (jumping_clock.cpp), as NTP makes it do on a robot without a battery.</summary>
public sealed class ClockTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public ClockTests() => model = folder.Write("model.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes());

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_wall_clock_that_jumps_moves_the_stamps_and_nothing_else()
    {
        using LocalBroker broker = LocalBroker.Start();
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        string socket = Path.Combine(folder.Path, "notify");
        systemd.Bind(new UnixDomainSocketEndPoint(socket));
        await using Collector collector = await Collector.ConnectAsync(broker.Address.Port);
        SetClock(TimeSpan.FromDays(-40)); // As a machine without a battery boots.
        using NodeProcess node = NodeProcess.Start(
            new Dictionary<string, string>
            {
                ["LD_PRELOAD"] = BuildPreload(),
                ["JUMPING_CLOCK"] = ClockFile,
                ["NOTIFY_SOCKET"] = socket,
            },
            "run", "test://?size=64x48&fps=20&live=true", "--model", model, "--node", "e2e", "--providers", "cpu", "--broker", broker.Address.ToString());
        await StampsAreBehindByAsync(collector, TimeSpan.FromDays(40));
        SetClock(TimeSpan.Zero); // NTP has an answer.
        await StampsAreBehindByAsync(collector, TimeSpan.Zero);
        SetClock(TimeSpan.FromHours(-3));
        await StampsAreBehindByAsync(collector, TimeSpan.FromHours(3));
        await ClockIsDescribedAsync(collector, steps: 2, TimeSpan.FromHours(-3));
        Drain(systemd);
        Assert.Equal("WATCHDOG=1", Next(systemd));
        Assert.Equal("WATCHDOG=1", Next(systemd));

        FrameHeader[] headers = Headers(collector);
        Assert.All(headers.Zip(headers.Skip(1)), pair => Assert.True(pair.Second.Sequence > pair.First.Sequence, "a frame came out of order"));
        Assert.All(headers, h => Assert.InRange(h.PublishStamp - h.AcquisitionStamp, 0, TimeSpan.FromMinutes(1).Ticks * 100));
        Assert.Equal(2, headers.Zip(headers.Skip(1)).Count(pair => Math.Abs(pair.Second.AcquisitionStamp - pair.First.AcquisitionStamp) > TimeSpan.FromMinutes(1).Ticks * 100));
        MetricsDocument metrics = MessageJson.Read<MetricsDocument>(collector.Of("/metrics")[^1].Payload);
        Assert.InRange(metrics.UptimeSeconds, 0, 600);
        Assert.InRange(metrics.Cameras[0].Age!.P99, 0, 60_000);
        Assert.DoesNotContain(collector.Of("/status"), m => MessageJson.Read<StatusDocument>(m.Payload).State is NodeStates.Degraded or NodeStates.Lost);

        node.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, node.WaitForExit());
    }

    private string ClockFile => Path.Combine(folder.Path, "clock");

    private string BuildPreload()
    {
        string library = Path.Combine(folder.Path, "jumping_clock.so");
        using Process compiler = Process.Start("g++", ["-O1", "-Wall", "-shared", "-fPIC", "-o", library, Path.Combine(AppContext.BaseDirectory, "jumping_clock.cpp")]);
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
        return library;
    }

    // In place: the program has the file in its memory.
    private void SetClock(TimeSpan offset)
    {
        using FileStream file = File.Open(ClockFile, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        file.Write(BitConverter.GetBytes((long)offset.TotalSeconds));
    }

    private static async Task StampsAreBehindByAsync(Collector collector, TimeSpan expected) =>
        await collector.WaitUntilAsync(
            _ => collector.Of("/depth") is { Count: > 0 } frames && Math.Abs((Behind(frames[^1]) - expected).TotalSeconds) < 60,
            string.Create(CultureInfo.InvariantCulture, $"stamps {expected.TotalHours} hours behind"));

    private static TimeSpan Behind(Collector.Received frame) => TimeSpan.FromTicks((UnixClock.Wall - PayloadDecoder.ReadHeader(frame.Payload).AcquisitionStamp) / 100);

    private static async Task ClockIsDescribedAsync(Collector collector, int steps, TimeSpan last)
    {
        await collector.WaitUntilAsync(_ => Describe(collector)?.Clock is { } clock && clock.Steps == steps, "the description tells of the jumps");
        DescriptionDocument description = Describe(collector)!;
        Assert.Equal(ClockDescription.Wall, description.Clock!.Name);
        Assert.Equal(last.TotalSeconds, description.Clock.LastStepSeconds, 1.0);
        Assert.Equal(ClockDescription.Wall, description.Cameras[0].Clock);
    }

    private static DescriptionDocument? Describe(Collector collector) =>
        collector.Of("/description") is { Count: > 0 } all ? MessageJson.Read<DescriptionDocument>(all[^1].Payload) : null;

    private static FrameHeader[] Headers(Collector collector) => [.. collector.Of("/depth").Select(m => PayloadDecoder.ReadHeader(m.Payload))];

    private static void Drain(Socket socket)
    {
        while (socket.Available > 0)
        {
            socket.Receive(new byte[256]);
        }
    }

    private static string Next(Socket socket)
    {
        byte[] message = new byte[256];
        return Encoding.UTF8.GetString(message, 0, socket.Receive(message));
    }
}
