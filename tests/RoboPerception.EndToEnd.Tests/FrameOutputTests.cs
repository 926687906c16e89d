using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: what a camera publishes beside its dense outputs arrives for every frame, says the same as they do, and is there only where it was asked for.</summary>
public sealed class FrameOutputTests : IDisposable
{
    private const string Scene = "scene://room?seed=7&fps=10&size=64x48&frames=6";
    private static readonly OutputKind[] Dense = [OutputKind.Segmentation, OutputKind.Depth, OutputKind.Normals];

    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public FrameOutputTests() => model = folder.Write("model.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes());

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Nothing_is_published_that_was_not_asked_for()
    {
        IReadOnlyList<Collector.Received> received = await Replayed.RunAsync(model, Scene, "--overlay", "0");
        string[] levels = [.. received.Select(m => m.Topic[(Replayed.Topics.Root.Length + 1)..]).Where(t => t.Contains('/', StringComparison.Ordinal)).Distinct().Order()];
        Assert.Equal(["cam/cam0/depth", "cam/cam0/info", "cam/cam0/labels", "cam/cam0/normals", "cam/cam0/segmentation"], levels);
    }

    [Fact]
    public async Task The_bundle_holds_what_the_topics_hold_frame_by_frame()
    {
        IReadOnlyList<Collector.Received> received = await Replayed.RunAsync(model, Scene, "--bundle", "all", "--depth", "rvl", "--normals", "fast");
        List<byte[]> bundles = received.Of(Replayed.Topics.Output("cam0", OutputKind.Bundle));
        Assert.Equal(6, bundles.Count);
        for (int i = 0; i < bundles.Count; i++)
        {
            IReadOnlyList<ReceivedPayload> parts = BundleReader.Read(bundles[i]);
            Assert.Equal(Dense, parts.Select(p => p.Header.Kind));
            FrameHeader outer = PayloadDecoder.ReadHeader(bundles[i]);
            Assert.Equal((OutputKind.Bundle, (ulong)i), (outer.Kind, outer.Sequence));
            foreach (ReceivedPayload part in parts)
            {
                byte[] alone = received.Of(Replayed.Topics.Output("cam0", part.Header.Kind))[i];
                FrameHeader header = PayloadDecoder.ReadHeader(alone);
                Assert.Equal(header with { PublishStamp = 0 }, part.Header with { PublishStamp = 0 });
                Assert.Equal(outer.PublishStamp, part.Header.PublishStamp);
                Assert.Equal(Values(PayloadDecoder.Decode(alone)), Values(part.Decode()));
            }
        }
        OutputDescription about = Assert.Single(Description(received).Cameras[0].Outputs, o => o.Kind == "bundle");
        Assert.Equal(["segmentation", "depth", "normals"], about.Parts);
    }

    [Fact]
    public async Task A_robot_takes_one_frame_with_all_outputs_by_one_call()
    {
        using LocalBroker broker = LocalBroker.Start();
        await using var robot = new PerceptionSubscriber(new MqttConnectionOptions { Broker = broker.Address, ClientId = "robot" }, Replayed.Topics, "cam0");
        await robot.StartAsync();
        using NodeProcess node = NodeProcess.Start(
            "run", "test://?fps=30&size=64x48", "--model", model, "--providers", "cpu", "--node", "e2e", "--broker", broker.Address.ToString(), "--bundle", "segmentation,depth,normals");
        ulong last = 0;
        for (int i = 0; i < 10; i++)
        {
            PerceptionFrame? frame = await robot.TakeFrameAsync(TimeSpan.FromSeconds(60));
            Assert.True(frame is not null, node.Errors);
            Assert.True(i == 0 || frame.Header.Sequence > last);
            last = frame.Header.Sequence;
            // The test model's depth is the mean of the channels, its class the largest and its normal the colour: they must be of one image.
            for (int p = 0; p < frame.ClassIds!.Length; p += 97)
            {
                float[] normal = [.. Enumerable.Range(0, 3).Select(axis => -frame.Normals![(axis * frame.ClassIds.Length) + p])];
                if (normal.Order().Last() - normal.Order().ElementAt(1) > 0.05f)
                {
                    Assert.Equal(Array.IndexOf(normal, normal.Max()), frame.ClassIds[p]);
                }
            }
        }
        Assert.Equal((0, 0), (robot.Damaged, robot.Stale));
    }

    [Fact]
    public async Task Images_come_at_their_rate_in_the_time_of_the_source()
    {
        string[] arguments = ["--image", "2"];
        IReadOnlyList<Collector.Received> received = await Replayed.RunAsync(model, "scene://room?seed=7&fps=10&size=64x48&frames=21", arguments);
        List<byte[]> images = received.Of(Replayed.Topics.Output("cam0", OutputKind.Image));
        // Frames 0, 5, 10, 15 and 20 of ten a second.
        Assert.Equal(5, images.Count);
        using OpenCvSharp.Mat image = OpenCvSharp.Cv2.ImDecode(images[0], OpenCvSharp.ImreadModes.Color);
        Assert.Equal((64, 48), (image.Width, image.Height));
        IReadOnlyList<Collector.Received> again = await Replayed.RunAsync(model, "scene://room?seed=7&fps=10&size=64x48&frames=21", arguments);
        Assert.Equal(images, again.Of(Replayed.Topics.Output("cam0", OutputKind.Image)));
    }

    [Fact]
    public async Task Points_lie_where_depth_normals_and_classes_have_them()
    {
        IReadOnlyList<Collector.Received> received = await Replayed.RunAsync(model, Scene, "--points", "500", "--depth", "raw", "--normals", "raw");
        List<byte[]> clouds = received.Of(Replayed.Topics.Output("cam0", OutputKind.Points));
        Assert.Equal(6, clouds.Count);
        CameraInfoDocument info = MessageJson.Read<CameraInfoDocument>(received.Of(Replayed.Topics.CameraInfo("cam0"))[0]);
        for (int i = 0; i < clouds.Count; i++)
        {
            PerceptionPoint[] points = PointsPayload.Read(clouds[i]);
            Assert.InRange(points.Length, 200, 500);
            DecodedFrame Output(OutputKind kind) => PayloadDecoder.Decode(received.Of(Replayed.Topics.Output("cam0", kind))[i]);
            DecodedFrame depth = Output(OutputKind.Depth), normals = Output(OutputKind.Normals), classes = Output(OutputKind.Segmentation);
            foreach (PerceptionPoint point in points)
            {
                int u = (int)Math.Round((point.X / point.Z * info.K[0]) + info.K[2]), v = (int)Math.Round((point.Y / point.Z * info.K[4]) + info.K[5]);
                int place = (v * 64) + u;
                Assert.Equal(depth.Depth![place], point.Z, 0.0006f);
                Assert.Equal(classes.ClassIds![place], point.ClassId);
                Assert.Equal(normals.Normals![(2 * 64 * 48) + place], point.NormalZ, 0.01f);
            }
        }
    }

    [Fact]
    public async Task What_the_configuration_says_of_the_mount_is_what_the_scan_rests_on()
    {
        IReadOnlyList<Collector.Received> received = await Replayed.RunAsync(model, Scene, "--scan", "--nearest", "--height", "1.25", "--tilt", "8");
        List<byte[]> scans = received.Of(Replayed.Topics.Scan("cam0")), nearest = received.Of(Replayed.Topics.Nearest("cam0"));
        Assert.Equal((6, 6), (scans.Count, nearest.Count));
        for (int i = 0; i < scans.Count; i++)
        {
            using JsonDocument scan = JsonDocument.Parse(scans[i]);
            JsonElement ground = scan.RootElement.GetProperty("ground");
            Assert.Equal((1.25, 1.0), (ground.GetProperty("camera_height").GetDouble(), ground.GetProperty("confidence").GetDouble()));
            Assert.Equal(8 * Math.PI / 180, ground.GetProperty("camera_tilt").GetDouble(), 1e-4);
            Assert.Equal(i, scan.RootElement.GetProperty("seq").GetInt32());
            Assert.Equal("cam0_scan", scan.RootElement.GetProperty("header").GetProperty("frame_id").GetString());
            Assert.InRange(scans[i].Length, 300, 2048);
            using JsonDocument near = JsonDocument.Parse(nearest[i]);
            float[] distances = [.. near.RootElement.GetProperty("nearest").EnumerateArray().Select(n => n.GetProperty("distance").GetSingle())];
            Assert.Equal(distances.Order(), distances);
        }
        Assert.Equal(["scan", "nearest"], Description(received).Cameras[0].Outputs.Where(o => o.Encoding == "json").Select(o => o.Kind));
    }

    [Theory]
    [InlineData("needs the intrinsics of camera 'cam0'", "--scan")]
    [InlineData("outputs.points needs the intrinsics", "--points", "100")]
    [InlineData("set outputs.image", "--ros2", "image")]
    [InlineData("'smell' is not one of", "--bundle", "smell")]
    public void What_cannot_be_is_refused_with_the_remedy(string words, params string[] arguments)
    {
        using NodeProcess node = NodeProcess.Start(["replay", Recording.Write(folder.Path, 2), "--model", model, "--providers", "cpu", .. arguments]);
        Assert.Equal((int)ExitCode.Usage, node.WaitForExit());
        Assert.Contains(words, node.Errors, StringComparison.Ordinal);
    }

    private static DescriptionDocument Description(IReadOnlyList<Collector.Received> received) => MessageJson.Read<DescriptionDocument>(received.Of(Replayed.Topics.Description)[^1]);

    private static float[] Values(DecodedFrame frame) => frame.Depth ?? frame.Normals ?? [.. frame.ClassIds!.Select(id => (float)id)];
}
