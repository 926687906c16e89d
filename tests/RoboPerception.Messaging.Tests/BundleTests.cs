using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

/// <summary>Promise: a bundle holds whole outputs of one frame, damage is named, and a subscriber uses it where it is enough.</summary>
public sealed class BundleTests
{
    private static readonly Topics Names = new("roboperception", "n");
    private static readonly OutputKind[] Kinds = [OutputKind.Segmentation, OutputKind.Depth, OutputKind.Normals];

    [Theory]
    [InlineData(PayloadEncoding.Png)]
    [InlineData(PayloadEncoding.Fast)]
    [InlineData(PayloadEncoding.Raw)]
    public void What_goes_in_comes_out(PayloadEncoding encoding)
    {
        PayloadBuffer bundle = Bundle(7, encoding);
        bundle.StampPublish(1234);
        IReadOnlyList<ReceivedPayload> parts = BundleReader.Read(bundle.Memory.ToArray());
        Assert.Equal(Kinds, parts.Select(p => p.Header.Kind));
        foreach (ReceivedPayload part in parts)
        {
            PayloadBuffer alone = TestSupport.Encode(encoding, Header(part.Header.Kind, 7));
            Assert.Equal(alone.Memory.ToArray(), part.Payload.ToArray());
            Assert.Equal(1234, part.Header.PublishStamp);
        }
        Assert.Equal(TestSupport.SegmentationImage(16, 8), parts[0].Decode().ClassIds);
    }

    [Fact]
    public void An_output_that_came_later_is_passed_over()
    {
        byte[] message = Bundle(7).Memory.ToArray();
        message[FrameHeader.Size + 4 + 8] = 200; // kind of the second part
        Sign(message);
        Assert.Equal([OutputKind.Segmentation, OutputKind.Normals], BundleReader.Read(message).Select(p => p.Header.Kind));
    }

    [Fact]
    public void Damage_is_refused_wherever_it_is()
    {
        byte[] whole = Bundle(7).Memory.ToArray();
        for (int cut = 0; cut < whole.Length; cut += 7)
        {
            Assert.Throws<PayloadException>(() => BundleReader.Read(whole.AsMemory(0, cut)));
        }
        for (int at = FrameHeader.Size; at < whole.Length; at += 5)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x10;
            Assert.Throws<PayloadException>(() => BundleReader.Read(damaged));
        }
        // A table that lies, under a checksum that is right.
        foreach ((int at, byte value) in new[] { (0, (byte)4), (0, (byte)255), (8, (byte)0xff), (11, (byte)0x7f), (4, (byte)2) })
        {
            byte[] lying = [.. whole];
            lying[FrameHeader.Size + at] = value;
            Sign(lying);
            Assert.Throws<PayloadException>(() => BundleReader.Read(lying));
        }
    }

    [Fact]
    public void Outputs_of_two_frames_are_no_bundle()
    {
        var writer = new BundleWriter(2);
        var target = new PayloadBuffer();
        writer.Begin(Header(OutputKind.Bundle, 7), target);
        writer.Add(TestSupport.Encode(PayloadEncoding.Raw, Header(OutputKind.Depth, 7)));
        Assert.Throws<InvalidOperationException>(writer.Finish);
        writer.Add(TestSupport.Encode(PayloadEncoding.Raw, Header(OutputKind.Normals, 8)));
        writer.Finish();
        Assert.Contains("frame 8", Assert.Throws<PayloadException>(() => BundleReader.Read(target.Memory.ToArray())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subscriber_leaves_the_single_topics_when_bundles_come_and_returns_when_they_end()
    {
        using LocalBroker broker = LocalBroker.Start();
        await using var node = new MqttConnection(TestSupport.Options(broker, "node"));
        await node.StartAsync();
        using var bundles = new FramePublisher(node, Names.Output("front", OutputKind.Bundle), ContentTypes.Bundle, lossless: true);
        using var depth = new FramePublisher(node, Names.Output("front", OutputKind.Depth), ContentTypes.Of(PayloadEncoding.Raw), lossless: true);
        await using var robot = new PerceptionSubscriber(TestSupport.Options(broker, "robot"), Names, "front");
        await robot.StartAsync();
        Describe(node, "segmentation", "depth", "normals");
        ulong sequence = 0;
        await UntilAsync(() => Send(bundles, Bundle(++sequence)), () => robot.Received(OutputKind.Normals) > 0);
        PerceptionFrame frame = (await robot.TakeFrameAsync(TestSupport.Patience))!;
        Assert.Equal(TestSupport.SegmentationImage(16, 8), frame.ClassIds);
        Assert.NotNull(frame.Depth);
        Assert.NotNull(frame.Normals);

        // Soon an output that is sent alone comes no more: of it and a bundle behind it, one arrives.
        bool left = false;
        await UntilAsync(
            () =>
            {
                long depths = robot.Received(OutputKind.Depth), all = robot.Received(OutputKind.Normals);
                Send(depth, TestSupport.Encode(PayloadEncoding.Raw, Header(OutputKind.Depth, ++sequence)));
                Send(bundles, Bundle(++sequence));
                Assert.True(SpinWait.SpinUntil(() => robot.Received(OutputKind.Normals) > all, TestSupport.Patience));
                left = robot.Received(OutputKind.Depth) == depths + 1;
            },
            () => left);
        Assert.Equal((0, 0), (robot.Damaged, robot.Stale));

        // A node that was restarted without.
        Describe(node);
        long before = robot.Received(OutputKind.Depth), normals = robot.Received(OutputKind.Normals);
        await UntilAsync(() => Send(depth, TestSupport.Encode(PayloadEncoding.Raw, Header(OutputKind.Depth, ++sequence))), () => robot.Received(OutputKind.Depth) > before + 2);
        Assert.Equal(normals, robot.Received(OutputKind.Normals));
    }

    [Fact]
    public async Task Who_wants_one_output_or_another_than_is_in_the_bundle_gets_the_single_topics()
    {
        using LocalBroker broker = LocalBroker.Start();
        await using var node = new MqttConnection(TestSupport.Options(broker, "node"));
        await node.StartAsync();
        using var bundles = new FramePublisher(node, Names.Output("front", OutputKind.Bundle), ContentTypes.Bundle, lossless: true);
        using var depth = new FramePublisher(node, Names.Output("front", OutputKind.Depth), ContentTypes.Of(PayloadEncoding.Raw), lossless: true);
        await using var one = new PerceptionSubscriber(TestSupport.Options(broker, "one"), Names, "front", OutputKind.Depth);
        await using var all = new PerceptionSubscriber(TestSupport.Options(broker, "all"), Names, "front");
        await one.StartAsync();
        await all.StartAsync();
        Describe(node, "segmentation", "depth");
        await node.FlushRetainedAsync();
        await TestSupport.EventuallyAsync(() => one.Description is not null && all.Description is not null, "descriptions came");
        for (ulong sequence = 1; sequence <= 5; sequence++)
        {
            Send(bundles, Bundle(sequence));
            Send(depth, TestSupport.Encode(PayloadEncoding.Raw, Header(OutputKind.Depth, sequence)));
        }
        await TestSupport.EventuallyAsync(() => one.Received(OutputKind.Depth) == 5 && all.Received(OutputKind.Depth) == 5, "the single topic is received");
        Assert.Equal((0, 0), (one.Stale, all.Received(OutputKind.Segmentation)));
    }

    private static FrameHeader Header(OutputKind kind, ulong sequence) => TestSupport.Header(kind, 16, 8, sequence);

    private static PayloadBuffer Bundle(ulong sequence, PayloadEncoding encoding = PayloadEncoding.Raw)
    {
        var writer = new BundleWriter(Kinds.Length);
        var target = new PayloadBuffer();
        writer.Begin(Header(OutputKind.Bundle, sequence), target);
        foreach (OutputKind kind in Kinds)
        {
            writer.Add(TestSupport.Encode(encoding, Header(kind, sequence)));
        }
        writer.Finish();
        return target;
    }

    /// <summary>Puts the right checksum on what was changed.</summary>
    private static void Sign(byte[] message) =>
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(78), System.IO.Hashing.Crc32.HashToUInt32(message.AsSpan(FrameHeader.Size)));

    private static void Describe(MqttConnection node, params string[] parts) => node.SetRetained(Names.Description, MessageJson.Write(new DescriptionDocument
    {
        Node = "n",
        Session = "s",
        Cameras =
        [
            new CameraDescription
            {
                Id = "front",
                Source = "test",
                Outputs = parts.Length == 0 ? [] : [new OutputDescription("bundle", Names.Output("front", OutputKind.Bundle), "bundle", 16, 8) { Parts = parts }],
            },
        ],
    }));

    private static void Send(FramePublisher publisher, PayloadBuffer payload)
    {
        publisher.Publish(payload);
        Assert.True(publisher.WaitUntilIdle(TestSupport.Patience));
    }

    private static async Task UntilAsync(Action again, Func<bool> condition)
    {
        long deadline = Environment.TickCount64 + (long)TestSupport.Patience.TotalMilliseconds;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "did not happen");
            again();
            await Task.Delay(20);
        }
    }
}
