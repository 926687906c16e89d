using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text.Json;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Pipeline;
using RoboPerception.Node.Web.Live;
using RoboPerception.Tests;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: those who watch the dashboard, however many and however slow, cost the pipeline's threads no byte and no frame.</summary>
public sealed class ViewerTests : IDisposable
{
    private const int Viewers = 20;
    private const int Stuck = 10;
    private const int BytesPerFrame = 512;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Twenty_viewers_half_of_them_stuck_cost_no_frame_and_are_encoded_for_once()
    {
        int port = LocalBroker.FreePort();
        NodeSettings settings = new SettingsReader().AddSources([Recording.Write(folder.Path, 20, 128, 96)])
            .Add("cameras.0.pace", "fast", "test").Add("cameras.0.loop", "true", "test").Add("node.id", "inside", "test").Add("model.providers", "cpu", "test").Add("outputs.overlay", "0", "test")
            .Add("http.port", $"{port}", "test").Add("http.rate", "60", "test").Build();
        settings.ModelFile = folder.Write("model.onnx", new TestModel { Width = 96, Height = 64 }.ToBytes());
        await using var host = new NodeApplication(new NodeRequest(settings, true, 1_000_000, false, null), new NodeLog { IsQuiet = true });
        await host.StartAsync(CancellationToken.None);
        CameraPipeline camera = host.Cameras[0];
        FrameView view = camera.View!;
        using var stop = new CancellationTokenSource();
        Task run = host.RunAsync(stop.Token);

        // Nobody watches: nothing is encoded.
        await UntilAsync(() => camera.Statistics.Published >= 100);
        Assert.Equal(0, view.Encoded);

        var seen = new ConcurrentDictionary<long, ConcurrentBag<string>>();
        int[] received = new int[Viewers];
        using var leave = new CancellationTokenSource();
        ClientWebSocket[] sockets = [.. Enumerable.Range(0, Viewers).Select(_ => new ClientWebSocket())];
        Task[] watching = [.. sockets.Select((socket, i) => Task.Run(() => WatchAsync(socket, port, i < Stuck, seen, () => Interlocked.Increment(ref received[i]), leave.Token)))];
        await UntilAsync(() => received.All(r => r >= 1) && received.Skip(Stuck).All(r => r >= 5));
        long before = camera.Statistics.AllocatedBytes, from = camera.Statistics.Published;
        await UntilAsync(() => camera.Statistics.Published >= from + 350);
        (long bytes, long frames) = (camera.Statistics.AllocatedBytes - before, camera.Statistics.Published - from);
        Assert.Equal(Viewers, view.Viewers.Count);
        await leave.CancelAsync();
        await Task.WhenAll(watching);
        long encoded = view.Encoded;
        await stop.CancelAsync();
        await run;
        Array.ForEach(sockets, s => s.Dispose());

        Assert.True(bytes <= BytesPerFrame * frames, $"{bytes} bytes in {frames} frames");
        // A recording loses no frame, and waits for no viewer.
        Assert.Equal((camera.Statistics.Inferred, 0L), (camera.Statistics.Published, camera.Statistics.Drops.Total));
        // Whoever does not say that he has drawn a frame is sent no other; what he misses is thrown away.
        Assert.All(received.Take(Stuck), r => Assert.Equal(1, r));
        Assert.All(received.Skip(Stuck), r => Assert.InRange(r, 5, encoded));
        Assert.All(seen.Values, copies => Assert.Single(copies.Distinct()));
        Assert.InRange(seen.Count, 1, encoded);
        Assert.Contains(seen.Values, copies => copies.Count > 1);
    }

    private static async Task WatchAsync(ClientWebSocket socket, int port, bool isStuck, ConcurrentDictionary<long, ConcurrentBag<string>> seen, Action count, CancellationToken leave)
    {
        byte[] buffer = new byte[1 << 20];
        try
        {
            await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/live/cam0"), leave);
            while (true)
            {
                int length = 0;
                WebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(new ArraySegment<byte>(buffer, length, buffer.Length - length), leave);
                    length += part.Count;
                }
                while (!part.EndOfMessage);
                count();
                using JsonDocument about = JsonDocument.Parse(buffer.AsMemory(4, BitConverter.ToInt32(buffer, 0)));
                seen.GetOrAdd(about.RootElement.GetProperty("sequence").GetInt64(), _ => []).Add(Convert.ToHexString(SHA256.HashData(buffer.AsSpan(0, length))));
                if (!isStuck)
                {
                    await socket.SendAsync("drawn"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, leave);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The viewer leaves.
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        long deadline = Environment.TickCount64 + 60_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "did not happen within a minute");
            await Task.Delay(20);
        }
    }
}
