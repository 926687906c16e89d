using RoboPerception.Core;
using RoboPerception.Messaging;

namespace RoboPerception.Benchmarks.Mqtt;

/// <summary>A subscriber three times too slow: how old is what it takes, in its own periods, and does its memory grow.</summary>
internal static class SlowSubscriber
{
    private const int Slowness = 3;

    public static async Task<object> RunAsync(int seconds, int rate, int width, int height)
    {
        using LocalBroker broker = LocalBroker.Start();
        var topics = new Topics("bench", "slow");
        await using var node = new MqttConnection(new MqttConnectionOptions { Broker = broker.Address, ClientId = "bench-camera" });
        await node.StartAsync();
        await using var robot = new PerceptionSubscriber(new MqttConnectionOptions { Broker = broker.Address, ClientId = "bench-robot" }, topics, "front", OutputKind.Depth);
        await robot.StartAsync();
        using var publisher = new FramePublisher(node, topics.Output("front", OutputKind.Depth), ContentTypes.Of(PayloadEncoding.Raw));
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        Task camera = Task.Run(() => PublishAsync(publisher, rate, width, height, stop.Token));
        var period = TimeSpan.FromSeconds((double)Slowness / rate);
        List<double> ages = [], live = [], resident = [];
        using var turn = new PeriodicTimer(period);
        while (!stop.IsCancellationRequested)
        {
            await turn.WaitForNextTickAsync();
            if (await robot.TakePayloadAsync(OutputKind.Depth, TimeSpan.FromSeconds(5)) is { } frame)
            {
                ages.Add((UnixClock.Now - frame.Header.AcquisitionStamp) / 1e9 / period.TotalSeconds);
            }
            if (ages.Count % 50 == 0)
            {
                resident.Add(Environment.WorkingSet / 1e6);
                live.Add(GC.GetTotalMemory(forceFullCollection: true) / 1e6);
            }
        }
        await camera;
        return new
        {
            Seconds = seconds,
            ConsumerPeriodMs = Math.Round(period.TotalMilliseconds, 1),
            FramesPublished = publisher.Sent,
            FramesTaken = ages.Count,
            AgeInPeriodsP50 = Math.Round(ages.Order().ElementAt(ages.Count / 2), 2),
            AgeInPeriodsMax = Math.Round(ages.Max(), 2),
            LiveMegabytesFirstToLast = $"{live[0]:0.0} to {live[^1]:0.0}",
            LiveMegabytesMax = Math.Round(live.Max(), 1),
            ResidentMegabytesHalves = $"{resident[..(resident.Count / 2)].DefaultIfEmpty(resident[0]).Max():0} then {resident[(resident.Count / 2)..].Max():0}",
        };
    }

    private static async Task PublishAsync(FramePublisher publisher, int rate, int width, int height, CancellationToken stop)
    {
        var encoder = new PayloadEncoder(OutputKind.Depth, PayloadEncoding.Raw);
        float[] metres = new float[width * height];
        using var period = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / rate));
        for (ulong sequence = 1; !stop.IsCancellationRequested; sequence++)
        {
            await period.WaitForNextTickAsync(CancellationToken.None);
            var header = new FrameHeader(
                OutputKind.Depth, PayloadEncoding.Raw, 0, (ushort)width, (ushort)height, (ushort)width, (ushort)height, sequence, UnixClock.Now, 0, 1, PixelTransform.Identity, 1, 0, 0, 0);
            PayloadBuffer buffer = publisher.Rent();
            encoder.EncodeDepth(header, metres, buffer);
            publisher.Publish(buffer);
        }
    }
}
