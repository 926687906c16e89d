using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

/// <summary>Alone, because what other tests allocate would count.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    private const int Width = 96;
    private const int Height = 72;

    /// <summary>Budget of a frame on the thread that sends it: MQTTnet's packet object, its task and nothing of ours.</summary>
    private const int BytesPerFrame = 512;

    [Fact]
    public async Task Ten_thousand_frames_cost_at_most_512_bytes_each_and_no_collection_beyond_generation_0()
    {
        const int warmUp = 20, rounds = 200, framesPerRound = 5;
        using LocalBroker broker = LocalBroker.Start();
        await using var connection = new MqttConnection(TestSupport.Options(broker, "node"));
        await connection.StartAsync();
        var topics = new Topics("roboperception", "n");
        byte[] segmentation = TestSupport.SegmentationImage(Width, Height);
        float[] depth = TestSupport.DepthImage(Width, Height);
        float[] normals = TestSupport.NormalsImage(Width, Height);
        var lines = new List<(PayloadEncoder Encoder, FramePublisher Publisher)>();
        foreach (var combination in TestSupport.Combinations)
        {
            var (kind, encoding) = ((OutputKind)combination[0], (PayloadEncoding)combination[1]);
            lines.Add((new PayloadEncoder(kind, encoding), new FramePublisher(connection, topics.Output("front", kind), ContentTypes.Of(encoding), lossless: true)));
        }
        long[] allocated = new long[rounds];
        int collections = 0;
        long live = 0;
        ulong sequence = 1000;
        for (int round = -warmUp; round < rounds; round++)
        {
            if (round == 0)
            {
                live = GC.GetTotalMemory(forceFullCollection: true);
                collections = GC.CollectionCount(1);
            }
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < framesPerRound; i++, sequence++)
            {
                foreach ((PayloadEncoder encoder, FramePublisher publisher) in lines)
                {
                    PayloadBuffer buffer = publisher.Rent();
                    FrameHeader header = TestSupport.Header(encoder.Kind, Width, Height, sequence);
                    switch (encoder.Kind)
                    {
                        case OutputKind.Segmentation:
                            encoder.EncodeSegmentation(header, segmentation, buffer);
                            break;
                        case OutputKind.Depth:
                            encoder.EncodeDepth(header, depth, buffer);
                            break;
                        default:
                            encoder.EncodeNormals(header, normals, buffer);
                            break;
                    }
                    publisher.Publish(buffer);
                }
                foreach ((_, FramePublisher publisher) in lines)
                {
                    publisher.WaitUntilIdle(TestSupport.Patience);
                }
            }
            if (round >= 0)
            {
                allocated[round] = GC.GetTotalAllocatedBytes(precise: true) - before;
            }
        }
        int collected = GC.CollectionCount(1) - collections;
        long grown = GC.GetTotalMemory(forceFullCollection: true) - live;
        lines.ForEach(line => line.Publisher.Dispose());
        // Timers of the test runner allocate now and then, so the middle round speaks for all.
        double bytes = allocated.Order().ElementAt(rounds / 2) / (double)(framesPerRound * lines.Count);
        Assert.True(bytes <= BytesPerFrame, $"{bytes} bytes a frame");
        Assert.Equal(0, collected);
        Assert.True(grown < 100_000, $"{grown} bytes stayed");
    }

    [Fact]
    public async Task What_MQTTnet_allocates_for_a_message_is_a_packet_object_and_a_task()
    {
        using LocalBroker broker = LocalBroker.Start();
        await using var connection = new MqttConnection(TestSupport.Options(broker, "node"));
        await connection.StartAsync();
        var message = new MQTTnet.MqttApplicationMessage { Topic = "t", Payload = new System.Buffers.ReadOnlySequence<byte>(new byte[700_000]) };
        long[] bytes = new long[50];
        using var stop = new CancellationTokenSource();
        var thread = new Thread(() =>
        {
            SocketStream.AllowBlocking(stop.Token);
            for (int i = 0; i < bytes.Length; i++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                Task publish = connection.Client.PublishAsync(message);
                bytes[i] = GC.GetAllocatedBytesForCurrentThread() - before;
                publish.Wait();
            }
        });
        thread.Start();
        thread.Join();
        Assert.All(bytes[20..], b => Assert.InRange(b, 1, 300));
    }
}
