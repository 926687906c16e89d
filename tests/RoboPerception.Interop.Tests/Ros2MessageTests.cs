using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Interop.Obstacles;
using RoboPerception.Interop.Ros2;
using RoboPerception.Tests;

namespace RoboPerception.Interop.Tests;

/// <summary>Promise: what is written as a ROS 2 message is one to other people's reader, value by value.</summary>
public sealed class Ros2MessageTests : IDisposable
{
    private static readonly MessageHeader Header = new(1_700_000_123_456_789_012, "cam0_optical_frame");
    private readonly string folder = Directory.CreateTempSubdirectory("ros2").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Depth_is_an_image_of_metres()
    {
        float[] metres = [1.5f, float.NaN, 2.25f, 0.125f, 3, float.PositiveInfinity];
        using JsonDocument message = Decode("sensor_msgs/Image", cdr => ImageMessages.Depth(cdr, Header, 3, metres));
        JsonElement root = message.RootElement;
        AssertHeader(root);
        Assert.Equal((2, 3, "32FC1", 12), (Int(root, "height"), Int(root, "width"), Text(root, "encoding"), Int(root, "step")));
        Assert.Equal(metres, Floats(root.GetProperty("data")));
    }

    [Fact]
    public void Segmentation_is_an_image_of_ids()
    {
        byte[] ids = [0, 1, 255, 12];
        using JsonDocument message = Decode("sensor_msgs/Image", cdr => ImageMessages.Segmentation(cdr, Header, 2, ids));
        JsonElement root = message.RootElement;
        Assert.Equal((2, 2, "mono8", 2), (Int(root, "height"), Int(root, "width"), Text(root, "encoding"), Int(root, "step")));
        Assert.Equal(ids, root.GetProperty("data").EnumerateArray().Select(item => item.GetByte()));
    }

    [Fact]
    public void Normals_are_an_image_of_vectors_pixel_by_pixel()
    {
        float[] planes = [0.5f, 0, /* y */ -0.25f, 0, /* z */ -1, 0];
        using JsonDocument message = Decode("sensor_msgs/Image", cdr => ImageMessages.Normals(cdr, Header, 2, planes));
        JsonElement root = message.RootElement;
        Assert.Equal((1, 2, "32FC3", 24), (Int(root, "height"), Int(root, "width"), Text(root, "encoding"), Int(root, "step")));
        Assert.Equal([0.5f, -0.25f, -1, 0, 0, 0], Floats(root.GetProperty("data")));
    }

    [Fact]
    public void Compressed_depth_has_twelve_bytes_before_its_png()
    {
        byte[] png = [0x89, 0x50, 0x4e, 0x47, 1, 2, 3];
        using JsonDocument message = Decode("sensor_msgs/CompressedImage", cdr => ImageMessages.CompressedDepth(cdr, Header, png));
        Assert.Equal("16UC1; compressedDepth png", Text(message.RootElement, "format"));
        Assert.Equal([.. new byte[12], .. png], message.RootElement.GetProperty("data").EnumerateArray().Select(item => item.GetByte()));
    }

    [Fact]
    public void Camera_info_holds_the_intrinsics()
    {
        var camera = new CameraIntrinsics(384, 288, 300, 301, 190.5, 140.25) { Distortion = [0.1, -0.2, 0.001, 0.002, 0.05] };
        using JsonDocument message = Decode("sensor_msgs/CameraInfo", cdr => ImageMessages.CameraInfo(cdr, Header, 384, 288, camera));
        JsonElement root = message.RootElement;
        AssertHeader(root);
        Assert.Equal((288, 384, "plumb_bob"), (Int(root, "height"), Int(root, "width"), Text(root, "distortion_model")));
        Assert.Equal([0.1, -0.2, 0.001, 0.002, 0.05], Doubles(root, "d"));
        Assert.Equal([300, 0, 190.5, 0, 301, 140.25, 0, 0, 1], Doubles(root, "k"));
        Assert.Equal([1, 0, 0, 0, 1, 0, 0, 0, 1], Doubles(root, "r"));
        Assert.Equal([300, 0, 190.5, 0, 0, 301, 140.25, 0, 0, 0, 1, 0], Doubles(root, "p"));
        Assert.False(root.GetProperty("roi").GetProperty("do_rectify").GetBoolean());
    }

    [Fact]
    public void Without_intrinsics_a_camera_is_uncalibrated()
    {
        using JsonDocument message = Decode("sensor_msgs/CameraInfo", cdr => ImageMessages.CameraInfo(cdr, Header, 384, 288, null));
        Assert.Equal(new double[9], Doubles(message.RootElement, "k"));
        Assert.Empty(Doubles(message.RootElement, "d"));
    }

    [Fact]
    public void A_scan_keeps_what_is_too_close_too_far_and_unknown()
    {
        var scan = new LaserScan(4) { AngleMin = -0.5f, AngleMax = 0.5f, AngleIncrement = 1f / 3, ScanTime = 0.1f, RangeMin = 0.2f, RangeMax = 10 };
        float[] ranges = [1.25f, float.PositiveInfinity, float.NegativeInfinity, float.NaN];
        ranges.CopyTo(scan.Ranges, 0);
        using JsonDocument message = Decode("sensor_msgs/LaserScan", cdr => OtherMessages.Scan(cdr, Header, scan));
        JsonElement root = message.RootElement;
        AssertHeader(root);
        Assert.Equal([-0.5f, 0.5f, 1f / 3, 0.1f, 0.2f, 10], new[] { "angle_min", "angle_max", "angle_increment", "scan_time", "range_min", "range_max" }.Select(name => root.GetProperty(name).GetSingle()));
        Assert.Equal(["1.25", "Infinity", "-Infinity", "NaN"], root.GetProperty("ranges").EnumerateArray().Select(item => item.ToString()));
    }

    [Fact]
    public void Points_have_place_normal_and_class()
    {
        var camera = new CameraIntrinsics(2, 1, 2, 2, 0, 0);
        var cloud = new PointCloud(10);
        cloud.Fill(new DenseFrame(camera, [2, float.NaN], [7, 1], [0, 0, 0, 0, -1, 0]));
        using JsonDocument message = Decode("sensor_msgs/PointCloud2", cdr => OtherMessages.Points(cdr, Header, cloud));
        JsonElement root = message.RootElement;
        Assert.Equal((1, 1, 25, 25), (Int(root, "height"), Int(root, "width"), Int(root, "point_step"), Int(root, "row_step")));
        Assert.Equal(
            ["x@0:7", "y@4:7", "z@8:7", "normal_x@12:7", "normal_y@16:7", "normal_z@20:7", "label@24:2"],
            root.GetProperty("fields").EnumerateArray().Select(field => $"{Text(field, "name")}@{Int(field, "offset")}:{Int(field, "datatype")}"));
        byte[] data = [.. root.GetProperty("data").EnumerateArray().Select(item => item.GetByte())];
        Assert.Equal([0, 0, 2, 0, 0, -1], Enumerable.Range(0, 6).Select(i => BitConverter.ToSingle(data, i * 4)));
        Assert.Equal(7, data[24]);
    }

    [Fact]
    public void Labels_name_every_class()
    {
        using JsonDocument message = Decode("vision_msgs/LabelInfo", cdr => OtherMessages.Labels(cdr, Header, ClassMap.Nyu13));
        JsonElement root = message.RootElement;
        AssertHeader(root);
        Assert.Equal(
            ClassMap.Nyu13.Classes.Select(info => $"{info.Id} {info.Name}"),
            root.GetProperty("class_map").EnumerateArray().Select(item => $"{Int(item, "class_id")} {Text(item, "class_name")}"));
    }

    [Fact]
    public void A_stamp_before_1970_counts_nanoseconds_upwards()
    {
        using JsonDocument message = Decode("sensor_msgs/Image", cdr => ImageMessages.Segmentation(cdr, new MessageHeader(-1, "f"), 1, [0]));
        Assert.Equal((-1, 999_999_999), Stamp(message.RootElement));
    }

    [Fact]
    public void Writing_on_costs_no_memory()
    {
        var cdr = new CdrWriter();
        float[] metres = new float[384 * 288];
        ImageMessages.Depth(cdr, Header, 384, metres);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            ImageMessages.Depth(cdr, Header, 384, metres);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private JsonDocument Decode(string type, Action<CdrWriter> write)
    {
        var cdr = new CdrWriter();
        write(cdr);
        string path = Path.Combine(folder, "message.cdr");
        File.WriteAllBytes(path, cdr.Written.ToArray());
        return IndependentReader.Run("decode-ros2.mjs", type, path);
    }

    private static void AssertHeader(JsonElement message)
    {
        Assert.Equal((1_700_000_123, 456_789_012), Stamp(message));
        Assert.Equal(Header.FrameId, Text(message.GetProperty("header"), "frame_id"));
    }

    private static (int Seconds, int Nanoseconds) Stamp(JsonElement message)
    {
        JsonElement stamp = message.GetProperty("header").GetProperty("stamp");
        return (Int(stamp, "sec"), stamp.TryGetProperty("nanosec", out JsonElement rest) ? rest.GetInt32() : Int(stamp, "nsec"));
    }

    private static int Int(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static IEnumerable<double> Doubles(JsonElement element, string name) => element.GetProperty(name).EnumerateArray().Select(item => item.GetDouble());

    private static float[] Floats(JsonElement bytes)
    {
        byte[] data = [.. bytes.EnumerateArray().Select(item => item.GetByte())];
        return [.. Enumerable.Range(0, data.Length / 4).Select(i => BitConverter.ToSingle(data, i * 4))];
    }
}
