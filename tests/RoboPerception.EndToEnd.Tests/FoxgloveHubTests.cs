using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Pipeline;
using RoboPerception.Node.Web.Foxglove;
using RoboPerception.Recording.Schemas;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: a channel is written while somebody is subscribed to it, once for all subscribers, and a slow one keeps one message.</summary>
public sealed class FoxgloveHubTests : IDisposable
{
    private const int Width = 96;
    private const int Height = 64;

    private readonly TemporaryFolder folder = new();
    private readonly ModelFile model;
    private readonly NodeSettings settings;
    private readonly FoxgloveHub hub;
    private readonly OutputBuffers buffers;
    private readonly FramePrediction prediction = new(0, 3 * Width * Height);
    private long stamp;

    public FoxgloveHubTests()
    {
        model = ModelFile.Load(folder.Write("model.onnx", new TestModel { Width = Width, Height = Height }.ToBytes()));
        settings = new SettingsReader().AddSources(["test://"]).Add("http.rate", "60", "test").Build();
        hub = new FoxgloveHub(settings, model, new NodeIdentity(new NodeRequest(settings, false, null, false, null)), new NodeLog { IsQuiet = true }, NullLoggerFactory.Instance);
        buffers = new OutputBuffers(model.Description);
        buffers.DepthMemory.Span.Fill(1.5f);
    }

    public void Dispose()
    {
        hub.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void What_nobody_watches_is_not_written_and_what_two_watch_is_written_once()
    {
        FoxgloveChannel depth = hub.ChannelOf("/cam0/depth"), normals = hub.ChannelOf("/cam0/normals"), image = hub.ChannelOf("/cam0/image");
        FoxgloveCamera camera = hub.TapOf(settings.Cameras[0]);
        for (int i = 0; i < 5; i++)
        {
            Show(camera);
        }
        Assert.Equal(0, depth.Offered + normals.Offered);
        Assert.False(camera.WantsSource);

        FoxgloveSubscription one = new(1, depth, () => { }), two = new(2, depth, () => { });
        depth.Add(one);
        depth.Add(two);
        FoxgloveMessage first = ShowUntil(camera, one);
        Assert.Same(first, Wait(two));
        Assert.Equal((1, 0, 0), (depth.Offered, normals.Offered, image.Offered));
        Assert.Equal(stamp, first.LogTime);
        Assert.Equal(1500, BitConverter.ToUInt16(RawImage.Parser.ParseFrom(first.Data).Data.Span[..2]));

        // The image needs the camera's own picture, which is kept from then on.
        var picture = new FoxgloveSubscription(3, image, () => { });
        image.Add(picture);
        Assert.True(SpinWait.SpinUntil(() => camera.WantsSource, TimeSpan.FromSeconds(30)));
        image.Remove(picture);
        depth.Remove(one);
        depth.Remove(two);
        long before = depth.Offered;
        for (int i = 0; i < 5; i++)
        {
            Show(camera);
        }
        Assert.Equal((before, 0), (depth.Offered, image.Offered));
    }

    [Fact]
    public void A_slow_client_keeps_the_newest_message_of_a_channel_and_the_last_lines_of_the_log()
    {
        FoxgloveChannel depth = hub.ChannelOf("/cam0/depth"), log = hub.ChannelOf("/log");
        int wakes = 0;
        var slow = new FoxgloveSubscription(1, depth, () => wakes++);
        depth.Add(slow);
        for (int i = 1; i <= 1000; i++)
        {
            depth.Offer(new FoxgloveMessage(i, []));
            Assert.Equal(1, slow.Waiting);
        }
        Assert.Equal((999, 1000), (slow.Missed, wakes));
        Assert.True(slow.TryTake(out FoxgloveMessage? newest));
        Assert.Equal(1000, newest.LogTime);
        Assert.False(slow.TryTake(out _));

        for (int i = 1; i <= 1000; i++)
        {
            log.Stand(new FoxgloveMessage(i, new Log { Message = $"line {i}" }.ToByteArray()));
        }
        var late = new FoxgloveSubscription(2, log, () => { });
        log.Add(late);
        Assert.Equal(log.Kept, late.Waiting);
        List<long> times = [];
        while (late.TryTake(out FoxgloveMessage? line))
        {
            times.Add(line.LogTime);
        }
        Assert.Equal(Enumerable.Range(1001 - log.Kept, log.Kept).Select(i => (long)i), times);
    }

    private FoxgloveMessage ShowUntil(FoxgloveCamera camera, FoxgloveSubscription subscription)
    {
        Show(camera);
        return Wait(subscription);
    }

    private static FoxgloveMessage Wait(FoxgloveSubscription subscription)
    {
        FoxgloveMessage? message = null;
        Assert.True(SpinWait.SpinUntil(() => subscription.TryTake(out message), TimeSpan.FromSeconds(30)));
        return message!;
    }

    private void Show(FoxgloveCamera camera)
    {
        stamp++;
        camera.Take(prediction, buffers, new FrameHeader(OutputKind.Image, default, 0, Width, Height, Width, Height, (ulong)stamp, stamp, 0, 0, default, 1, 0, 0, 0), null);
    }
}
