using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

/// <summary>MQTTnet's receive queue knows no limit; what keeps it empty is that nothing of ours ever waits in its handler.</summary>
[Collection(nameof(AllocationTests))]
public sealed class SlowSubscriberTests
{
    private const int Width = 640;
    private const int Height = 480;
    private const int FrameBytes = (2 * Width * Height) + FrameHeader.Size;
    private const int Slowness = 3;
    private const int Takes = 50;

    private static readonly Topics Names = new("roboperception", "n");

    [Fact]
    public async Task A_subscriber_three_times_too_slow_sees_nothing_older_than_two_of_its_periods_and_its_memory_is_flat()
    {
        using LocalBroker broker = LocalBroker.Start();
        await using var node = new MqttConnection(TestSupport.Options(broker, "node"));
        await node.StartAsync();
        await using var robot = new PerceptionSubscriber(TestSupport.Options(broker, "robot"), Names, "front", OutputKind.Depth);
        await robot.StartAsync();
        // A quick reader beside the slow one sets the camera's pace: on a machine so busy that frames do not get through, the camera waits, and
        // what the slow one is behind by is its own.
        long witnessed = 0;
        await using var witness = new PerceptionSubscriber(TestSupport.Options(broker, "witness"), Names, "front", OutputKind.Depth);
        witness.PayloadReceived += payload => Volatile.Write(ref witnessed, (long)payload.Header.Sequence);
        await witness.StartAsync();
        using var publisher = new FramePublisher(node, Names.Output("front", OutputKind.Depth), ContentTypes.Of(PayloadEncoding.Raw));
        long published = 0;
        using var stop = new CancellationTokenSource();
        Task camera = Task.Run(async () =>
        {
            var encoder = new PayloadEncoder(OutputKind.Depth, PayloadEncoding.Raw);
            float[] metres = TestSupport.DepthImage(Width, Height);
            using var period = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / 30));
            for (ulong sequence = 1; !stop.IsCancellationRequested; sequence++)
            {
                await period.WaitForNextTickAsync();
                while ((long)sequence - Volatile.Read(ref witnessed) > 2 && !stop.IsCancellationRequested)
                {
                    await Task.Delay(1);
                }
                PayloadBuffer buffer = publisher.Rent();
                encoder.EncodeDepth(TestSupport.Header(OutputKind.Depth, Width, Height, sequence), metres, buffer);
                publisher.Publish(buffer);
                Interlocked.Increment(ref published);
            }
        });
        var taken = new List<(long Sequence, long PublishedWhenTaken)>();
        var live = new List<long>();
        while (taken.Count < Takes)
        {
            ReceivedPayload? payload = await robot.TakePayloadAsync(OutputKind.Depth, TestSupport.Patience);
            Assert.Equal(FrameBytes, payload?.Payload.Length);
            taken.Add(((long)payload!.Header.Sequence, Interlocked.Read(ref published)));
            // Work that takes as long as three frames of the camera. The full collection tells what is alive: a frame in some queue is.
            long until = taken[^1].PublishedWhenTaken + Slowness;
            await TestSupport.EventuallyAsync(() => Interlocked.Read(ref published) >= until, "three more frames");
            if (taken.Count % 5 == 0)
            {
                live.Add(GC.GetTotalMemory(forceFullCollection: true));
            }
        }
        await stop.CancelAsync();
        await camera;

        // Ages are counted in the consumer's own turns, so that a pause of this machine ages nothing.
        string seen = string.Join(' ', taken.Select(t => $"{t.Sequence}@{t.PublishedWhenTaken}"));
        Assert.All(Enumerable.Range(2, Takes - 2), i => Assert.True(taken[i].Sequence >= taken[i - 2].PublishedWhenTaken, $"take {i} of {seen}"));
        Assert.True(robot.Superseded(OutputKind.Depth) + publisher.Superseded >= Takes, "a consumer three times too slow must miss frames");
        // Had they queued up instead, 100 frames would be alive by the end. It may fall: what tests before this one left in the array pool goes when it has lain long enough.
        long rise = Enumerable.Range(0, live.Count).Max(i => live[i] - live[..(i + 1)].Min());
        Assert.True(rise < 6L * FrameBytes, $"live bytes: {string.Join(' ', live)}");
    }
}
