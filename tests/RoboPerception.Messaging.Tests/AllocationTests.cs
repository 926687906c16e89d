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

    [Fact]
    public async Task Encoding_and_publishing_a_frame_allocates_nothing_after_warm_up()
    {
        using LocalBroker broker = LocalBroker.Start();
        await using var connection = new MqttConnection(TestSupport.Options(broker, "node"));
        await connection.StartAsync();
        var topics = new Topics("roboperception", "n");
        byte[] segmentation = TestSupport.SegmentationPicture(Width, Height);
        float[] depth = TestSupport.DepthPicture(Width, Height);
        float[] normals = TestSupport.NormalsPicture(Width, Height);
        var lines = new List<(PayloadEncoder Encoder, FramePublisher Publisher)>();
        foreach (var combination in TestSupport.Combinations)
        {
            var (kind, encoding) = ((OutputKind)combination[0], (PayloadEncoding)combination[1]);
            lines.Add((new PayloadEncoder(kind, encoding), new FramePublisher(connection, topics.Output("front", kind), ContentTypes.Of(encoding), lossless: true)));
        }
        long[] leaks = new long[30];
        ulong sequence = 1000;
        for (int round = 0; round < leaks.Length; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < 5; i++, sequence++)
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
            leaks[round] = GC.GetTotalAllocatedBytes(precise: true) - before;
        }
        lines.ForEach(line => line.Publisher.Dispose());
        // Timers of the test runner allocate now and then; a leak of ours would be in every round of 50 frames.
        Assert.Contains(0, leaks[10..]);
    }
}
