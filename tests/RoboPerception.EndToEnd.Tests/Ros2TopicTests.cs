using System.Globalization;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;
using RoboPerception.Tests;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: what arrives on the ROS 2 topics is, for somebody else's decoder, value by value what the other topics say.</summary>
public sealed class Ros2TopicTests : IAsyncLifetime, IDisposable
{
    private const int Width = 64;
    private const int Height = 48;
    private const int Last = 2;

    private readonly TemporaryFolder folder = new();
    private IReadOnlyList<Collector.Received> received = [];

    public async Task InitializeAsync()
    {
        string model = folder.Write("model.onnx", new TestModel { Width = Width, Height = Height }.ToBytes());
        received = await Replayed.RunAsync(
            model, $"scene://room?seed=7&fps=10&size={Width}x{Height}&frames={Last + 1}",
            "--ros2", "all", "--image", "60", "--scan", "--points", "300", "--height", "1.2", "--tilt", "10", "--depth", "raw", "--normals", "raw");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_topic_says_what_its_sibling_says()
    {
        Images();
        CameraInfo();
        Scan();
        Points();
        Labels();
        // One message for each frame, and the class names once.
        foreach (string name in new[] { "depth", "compressed-depth", "segmentation", "normals", "image", "camera-info", "scan", "points" })
        {
            Assert.Equal(Last + 1, received.Of(Replayed.Topics.Ros2("cam0", name)).Count);
        }
        Collector.Received labels = Assert.Single(received, m => m.Topic == Replayed.Topics.Ros2("cam0", "labels"));
        Assert.Equal(ContentTypes.Cdr, labels.ContentType);
        DescriptionDocument description = MessageJson.Read<DescriptionDocument>(received.Of(Replayed.Topics.Description)[^1]);
        Assert.Equal(
            ["sensor_msgs/msg/CameraInfo", "sensor_msgs/msg/CompressedImage", "sensor_msgs/msg/Image", "sensor_msgs/msg/LaserScan", "sensor_msgs/msg/PointCloud2", "vision_msgs/msg/LabelInfo"],
            description.Cameras[0].Outputs.Where(o => o.Encoding == "cdr").Select(o => o.Type!).Distinct().Order());
    }

    [Fact]
    public void The_bridge_s_configuration_names_every_topic_with_its_type()
    {
        DescriptionDocument description = MessageJson.Read<DescriptionDocument>(received.Of(Replayed.Topics.Description)[^1]);
        var yaml = new YamlDotNet.RepresentationModel.YamlStream();
        using (StreamReader file = File.OpenText(Path.Combine(RoboPerception.Node.DefaultModel.Folder!, "..", "launch", "ros2-bridge.yaml")))
        {
            yaml.Load(file);
        }
        YamlDotNet.RepresentationModel.YamlNode bridge = yaml.Documents[0].RootNode["/**/*"]["ros__parameters"]["bridge"]["mqtt2ros"];
        string[] topics = [.. ((YamlDotNet.RepresentationModel.YamlSequenceNode)bridge["mqtt_topics"]).Select(t => t.ToString())];
        Assert.Equal(
            description.Cameras[0].Outputs.Where(o => o.Encoding == "cdr").Select(o => (o.Topic.Replace("/e2e/", "/front/", StringComparison.Ordinal), o.Type!)).Order(),
            topics.Select(t => (t, bridge[t]["ros_type"].ToString())).Order());
    }

    private void Images()
    {
        DecodedFrame depth = Sibling(OutputKind.Depth), normals = Sibling(OutputKind.Normals);
        using JsonDocument metres = Message("depth", "sensor_msgs/msg/Image");
        Header(metres, "cam0_optical_frame");
        Assert.Equal(("32FC1", Width, Height, 4 * Width), (Text(metres, "encoding"), Int(metres, "width"), Int(metres, "height"), Int(metres, "step")));
        float[] values = Floats(metres);
        Assert.Equal(Width * Height, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            // The sibling has whole millimetres.
            Assert.True(float.IsNaN(depth.Depth![i]) ? !(values[i] > 0.0005f) : MathF.Abs(depth.Depth[i] - values[i]) <= 0.00051f, $"pixel {i}: {depth.Depth[i]} and {values[i]}");
        }

        using JsonDocument classes = Message("segmentation", "sensor_msgs/msg/Image");
        Assert.Equal("mono8", Text(classes, "encoding"));
        Assert.Equal(Sibling(OutputKind.Segmentation).ClassIds!, Bytes(classes, "data"));

        using JsonDocument vectors = Message("normals", "sensor_msgs/msg/Image");
        Assert.Equal(("32FC3", 12 * Width), (Text(vectors, "encoding"), Int(vectors, "step")));
        float[] xyz = Floats(vectors);
        for (int i = 0; i < Width * Height; i++)
        {
            for (int axis = 0; axis < 3; axis++)
            {
                Assert.Equal(normals.Normals![(axis * Width * Height) + i], xyz[(3 * i) + axis], 0.012f);
            }
        }

        using JsonDocument compressed = Message("compressed-depth", "sensor_msgs/msg/CompressedImage");
        Assert.Equal("16UC1; compressedDepth png", Text(compressed, "format"));
        byte[] data = Bytes(compressed, "data");
        Assert.Equal(new byte[12], data[..12]);
        using OpenCvSharp.Mat millimetres = OpenCvSharp.Cv2.ImDecode(data[12..], OpenCvSharp.ImreadModes.Unchanged);
        Assert.Equal(depth.Depth!.Select(m => float.IsNaN(m) ? 0 : (int)MathF.Round(m * 1000)), millimetres.AsSpan<ushort>().ToArray().Select(v => (int)v));

        using JsonDocument image = Message("image", "sensor_msgs/msg/CompressedImage");
        Assert.Equal("jpeg", Text(image, "format"));
        Assert.Equal(received.Of(Replayed.Topics.Output("cam0", OutputKind.Image))[Last], Bytes(image, "data"));
    }

    private void CameraInfo()
    {
        CameraInfoDocument sibling = MessageJson.Read<CameraInfoDocument>(received.Of(Replayed.Topics.CameraInfo("cam0"))[0]);
        using JsonDocument info = Message("camera-info", "sensor_msgs/msg/CameraInfo");
        Header(info, "cam0_optical_frame");
        Assert.Equal((sibling.Width, sibling.Height, sibling.DistortionModel), (Int(info, "width"), Int(info, "height"), Text(info, "distortion_model")));
        Assert.Equal(sibling.K, Doubles(info, "k"));
        Assert.Equal(sibling.R, Doubles(info, "r"));
        Assert.Equal(sibling.P, Doubles(info, "p"));
        Assert.True(sibling.K[0] > 0);
    }

    private void Scan()
    {
        using JsonDocument sibling = JsonDocument.Parse(received.Of(Replayed.Topics.Scan("cam0"))[Last]);
        using JsonDocument scan = Message("scan", "sensor_msgs/msg/LaserScan");
        Header(scan, "cam0_scan");
        foreach (string name in new[] { "angle_min", "angle_max", "angle_increment", "scan_time", "range_min", "range_max" })
        {
            Assert.Equal(sibling.RootElement.GetProperty(name).GetDouble(), scan.RootElement.GetProperty(name).GetDouble(), 6e-3);
        }
        string[] theirs = Texts(sibling, "ranges"), ours = Texts(scan, "ranges");
        Assert.Equal(128, ours.Length);
        for (int i = 0; i < ours.Length; i++)
        {
            float a = Number(theirs[i]), b = Number(ours[i]);
            Assert.True(float.IsFinite(a) ? MathF.Abs(a - b) <= 0.0051f : a.Equals(b), $"beam {i}: {a} and {b}");
        }
        Assert.Contains(ours, range => float.IsFinite(Number(range)));
    }

    private void Points()
    {
        byte[] payload = received.Of(Replayed.Topics.Output("cam0", OutputKind.Points))[Last];
        PerceptionPoint[] sibling = PointsPayload.Read(payload);
        using JsonDocument cloud = Message("points", "sensor_msgs/msg/PointCloud2");
        Header(cloud, "cam0_optical_frame");
        Assert.Equal((sibling.Length, 1, 25), (Int(cloud, "width"), Int(cloud, "height"), Int(cloud, "point_step")));
        Assert.Equal(payload[FrameHeader.Size..], Bytes(cloud, "data"));
        Assert.Equal(
            [("x", 0, 7), ("y", 4, 7), ("z", 8, 7), ("normal_x", 12, 7), ("normal_y", 16, 7), ("normal_z", 20, 7), ("label", 24, 2)],
            cloud.RootElement.GetProperty("fields").EnumerateArray().Select(f => (f.GetProperty("name").GetString()!, f.GetProperty("offset").GetInt32(), f.GetProperty("datatype").GetInt32())));
    }

    private void Labels()
    {
        using JsonDocument labels = Message("labels", "vision_msgs/LabelInfo", 0);
        Assert.Equal(
            [(0, "blue"), (1, "green"), (2, "red")],
            labels.RootElement.GetProperty("class_map").EnumerateArray().Select(c => (c.GetProperty("class_id").GetInt32(), c.GetProperty("class_name").GetString()!)));
    }

    private JsonDocument Message(string name, string type, int frame = Last)
    {
        byte[] payload = received.Of(Replayed.Topics.Ros2("cam0", name))[frame];
        return IndependentReader.Run("decode-ros2.mjs", type, folder.Write($"{name}.cdr", payload));
    }

    private DecodedFrame Sibling(OutputKind kind) => PayloadDecoder.Decode(received.Of(Replayed.Topics.Output("cam0", kind))[Last]);

    private void Header(JsonDocument message, string frameId)
    {
        JsonElement header = message.RootElement.GetProperty("header");
        Assert.Equal(frameId, header.GetProperty("frame_id").GetString());
        JsonElement stamp = header.GetProperty("stamp");
        long nanoseconds = (stamp.GetProperty("sec").GetInt64() * 1_000_000_000) + stamp.GetProperty(stamp.TryGetProperty("nsec", out _) ? "nsec" : "nanosec").GetInt64();
        Assert.Equal(PayloadDecoder.ReadHeader(received.Of(Replayed.Topics.Output("cam0", OutputKind.Depth))[Last]).AcquisitionStamp, nanoseconds);
    }

    private static string Text(JsonDocument message, string name) => message.RootElement.GetProperty(name).GetString()!;

    private static int Int(JsonDocument message, string name) => message.RootElement.GetProperty(name).GetInt32();

    private static double[] Doubles(JsonDocument message, string name) => [.. message.RootElement.GetProperty(name).EnumerateArray().Select(v => v.GetDouble())];

    private static byte[] Bytes(JsonDocument message, string name) => [.. message.RootElement.GetProperty(name).EnumerateArray().Select(v => v.GetByte())];

    private static string[] Texts(JsonDocument message, string name) => [.. message.RootElement.GetProperty(name).EnumerateArray().Select(v => v.ToString())];

    private static float[] Floats(JsonDocument message)
    {
        byte[] bytes = Bytes(message, "data");
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }

    private static float Number(string text) => text switch
    {
        "Infinity" => float.PositiveInfinity,
        "-Infinity" => float.NegativeInfinity,
        _ => float.Parse(text, CultureInfo.InvariantCulture),
    };
}
