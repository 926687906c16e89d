using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

public sealed class SubscriberTests : IAsyncLifetime
{
    private static readonly Topics Names = new("roboperception", "n");

    private readonly LocalBroker broker = LocalBroker.Start();
    private readonly Dictionary<OutputKind, FramePublisher> publishers = [];
    private MqttConnection node = null!;
    private PerceptionSubscriber robot = null!;

    public async Task InitializeAsync()
    {
        node = new MqttConnection(TestSupport.Options(broker, "node"));
        await node.StartAsync();
        foreach (OutputKind kind in (OutputKind[])[OutputKind.Segmentation, OutputKind.Depth, OutputKind.Normals])
        {
            publishers[kind] = new FramePublisher(node, Names.Output("front", kind), ContentTypes.Of(PayloadEncoding.Raw), lossless: true);
        }
        robot = new PerceptionSubscriber(TestSupport.Options(broker, "robot"), Names, "front");
        await robot.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await robot.DisposeAsync();
        foreach (FramePublisher publisher in publishers.Values)
        {
            publisher.Dispose();
        }
        await node.DisposeAsync();
        broker.Dispose();
    }

    [Fact]
    public async Task A_consumer_of_any_speed_takes_the_newest_frame_and_what_it_missed_is_counted()
    {
        // The consumer is three times too slow: it takes once for every three frames that have arrived.
        ulong sequence = 0;
        for (int taken = 1; taken <= 20; taken++)
        {
            for (int i = 0; i < 3; i++)
            {
                Publish(OutputKind.Depth, ++sequence);
            }
            await TestSupport.EventuallyAsync(() => robot.Received(OutputKind.Depth) == (long)sequence, "frames arrived");
            DecodedFrame frame = (await robot.TakeAsync(OutputKind.Depth, TestSupport.Patience))!;
            Assert.Equal(sequence, frame.Header.Sequence);
            Assert.Equal(2 * taken, robot.Superseded(OutputKind.Depth));
        }
        Assert.Equal((0, 0, 0), (robot.Missing(OutputKind.Depth), robot.Damaged, robot.Stale));
        Assert.Null(await robot.TakeAsync(OutputKind.Depth, TimeSpan.FromMilliseconds(20)));
    }

    [Fact]
    public async Task A_restart_of_the_node_begins_a_new_session_and_ends_the_old_one()
    {
        var sessions = new List<uint>();
        robot.SessionStarted += sessions.Add;
        Publish(OutputKind.Depth, 50, session: 1);
        Publish(OutputKind.Depth, 52, session: 1);
        await TestSupport.EventuallyAsync(() => robot.Received(OutputKind.Depth) == 2, "the first session");
        Assert.Equal(1, robot.Missing(OutputKind.Depth));
        Publish(OutputKind.Depth, 0, session: 2);
        await TestSupport.EventuallyAsync(() => robot.Received(OutputKind.Depth) == 3, "the second session");
        Assert.Equal([1u, 2u], sessions);
        DecodedFrame frame = (await robot.TakeAsync(OutputKind.Depth, TestSupport.Patience))!;
        Assert.Equal((0ul, 2u), (frame.Header.Sequence, frame.Header.SessionId));

        // The same frame again, and one from before it: stale.
        Publish(OutputKind.Depth, 0, session: 2);
        await TestSupport.EventuallyAsync(() => robot.Stale == 1, "a repeated frame is stale");
        Assert.Null(await robot.TakeAsync(OutputKind.Depth, TimeSpan.FromMilliseconds(20)));
    }

    [Fact]
    public async Task A_session_whose_clock_stands_hours_before_the_last_is_followed_and_the_last_is_over()
    {
        const long hour = 3_600_000_000_000;
        Publish(OutputKind.Depth, 7, session: 1);
        await TestSupport.EventuallyAsync(() => robot.Received(OutputKind.Depth) == 1, "the first session");
        Publish(OutputKind.Depth, 0, session: 2, clockCorrection: -3 * hour);
        await TestSupport.EventuallyAsync(() => robot.Received(OutputKind.Depth) == 2, "the second session, three hours before the first");
        Assert.Equal(2, robot.Sessions);
        Publish(OutputKind.Depth, 8, session: 1);
        await TestSupport.EventuallyAsync(() => robot.Stale == 1, "the first session is over");
        Assert.Equal(2u, (await robot.TakeAsync(OutputKind.Depth, TestSupport.Patience))!.Header.SessionId);

        node.SetRetained(Names.Status, MessageJson.Write(new StatusDocument(NodeStates.Ready, "00000001")));
        await TestSupport.EventuallyAsync(() => robot.Status is not null, "the node's own word");
        Publish(OutputKind.Depth, 9, session: 1);
        await TestSupport.EventuallyAsync(() => robot.Received(OutputKind.Depth) == 3, "a session that lives after all");
    }

    [Fact]
    public async Task The_outputs_of_one_frame_are_joined_and_incomplete_frames_hold_nothing_up()
    {
        Publish(OutputKind.Segmentation, 1);
        Publish(OutputKind.Depth, 1);
        foreach (OutputKind kind in publishers.Keys)
        {
            Publish(kind, 2);
        }
        SynchronisedPayloads frame = (await robot.TakeSynchronisedAsync(TestSupport.Patience))!;
        Assert.Equal(2ul, frame.Sequence);
        Assert.All(publishers.Keys, kind => Assert.Equal((kind, 2ul), (frame[kind].Header.Kind, frame[kind].Header.Sequence)));
        Assert.Equal(TestSupport.SegmentationImage(16, 8), frame[OutputKind.Segmentation].Decode().ClassIds);
    }

    [Fact]
    public async Task Damaged_and_retained_frames_are_counted_and_never_delivered()
    {
        string topic = Names.Output("front", OutputKind.Depth);
        byte[] payload = TestSupport.Encode(PayloadEncoding.Raw, TestSupport.Header(OutputKind.Depth, 16, 8)).Memory.ToArray();
        byte[] noMagic = [.. payload];
        noMagic[0] = 0;
        Assert.True(node.TryPublish(topic, noMagic));
        await TestSupport.EventuallyAsync(() => robot.Damaged == 1, "damage was noticed");

        // Retained frames reach only those who come later.
        node.SetRetained(topic, payload);
        await node.FlushRetainedAsync();
        await using var late = new PerceptionSubscriber(TestSupport.Options(broker, "late"), Names, "front", OutputKind.Depth);
        await late.StartAsync();
        await TestSupport.EventuallyAsync(() => late.Stale == 1, "the retained frame was refused");
        Assert.Null(await late.TakeAsync(OutputKind.Depth, TimeSpan.FromMilliseconds(20)));
    }

    [Fact]
    public async Task Documents_are_there_for_those_who_come_late_and_an_old_will_ends_no_new_session()
    {
        node.SetRetained(Names.Labels("front"), MessageJson.Write(LabelsDocument.Of(ClassMap.Nyu13)));
        node.SetRetained(Names.CameraInfo("front"), MessageJson.Write(CameraInfoDocument.Of(null, false, 16, 8, "front_optical_frame")));
        node.SetRetained(Names.Description, MessageJson.Write(new DescriptionDocument { Node = "n", Session = "s2" }));
        node.SetRetained(Names.Status, MessageJson.Write(new StatusDocument(NodeStates.Ready, "s2")));
        await node.FlushRetainedAsync();
        await TestSupport.EventuallyAsync(() => robot.Status?.State == NodeStates.Ready, "status came");
        Assert.Equal(13, robot.Labels!.Classes.Count);
        Assert.Equal(16, robot.CameraInfo!.Width);
        Assert.Equal("s2", robot.Description!.Session);

        Assert.True(node.TryPublish(Names.Status, MessageJson.Write(new StatusDocument(NodeStates.Lost, "s1"))));
        Assert.True(node.TryPublish(Names.Metrics, MessageJson.Write(new MetricsDocument("s2", DateTimeOffset.UnixEpoch, []))));
        await TestSupport.EventuallyAsync(() => robot.Metrics is not null, "metrics came after the old will");
        Assert.Equal(NodeStates.Ready, robot.Status!.State);
        node.SetRetained(Names.Status, MessageJson.Write(new StatusDocument(NodeStates.Lost, "s2")));
        await TestSupport.EventuallyAsync(() => robot.Status!.State == NodeStates.Lost, "the will of this session counts");
    }

    private void Publish(OutputKind kind, ulong sequence, uint session = 1, long clockCorrection = 0)
    {
        PayloadBuffer source = TestSupport.Encode(PayloadEncoding.Raw, TestSupport.Header(kind, 16, 8, sequence, session));
        publishers[kind].Publish(source, clockCorrection);
        Assert.True(publishers[kind].WaitUntilIdle(TestSupport.Patience));
    }
}
