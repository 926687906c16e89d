using System.Numerics;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Interop.Obstacles;
using RoboPerception.Scenes;
using RoboPerception.Scenes.Tests;

namespace RoboPerception.Interop.Tests;

/// <summary>Promise: the scan says how far a robot may drive, checked ray by ray against rooms whose geometry is exact.</summary>
public sealed class ObstacleTests
{
    private static readonly CameraIntrinsics Camera = TestScenes.Camera(384, 288);

    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(11)]
    [InlineData(25)]
    [InlineData(40)]
    public void With_the_exact_depth_ranges_are_right_within_two_centimetres(int seed)
    {
        GeneratedRoom room = RoomGenerator.Generate((ulong)seed);
        CameraPose pose = room.RandomView(0);
        FrameBuffers f = TestScenes.Render(room.Scene, pose, Camera);
        GroundPlane ground = GroundOf(pose);
        var options = new ObstacleOptions();
        var detector = new ObstacleDetector(Camera, ClassMap.Nyu13, options);
        detector.Detect(new DenseFrame(Camera, f.Depth, f.Segmentation, f.Normals), ground);

        var errors = new List<float>();
        Vector3 forward = Horizontal(pose.Orientation.ToOuter(ground.Forward));
        Vector3 left = Horizontal(pose.Orientation.ToOuter(ground.Left));
        for (int beam = 0; beam < options.Beams; beam++)
        {
            float bearing = detector.Scan.AngleMin + (beam * detector.Scan.AngleIncrement);
            Vector3 direction = (forward * MathF.Cos(bearing)) + (left * MathF.Sin(bearing));
            float expected = NearestVisible(room.Scene, pose, direction, f, options);
            if (float.IsFinite(expected) && float.IsFinite(detector.Scan.Ranges[beam]))
            {
                errors.Add(MathF.Abs(detector.Scan.Ranges[beam] - expected));
            }
        }
        errors.Sort();
        Assert.True(errors.Count > options.Beams / 2, $"only {errors.Count} beams can be compared");
        Assert.InRange(errors[errors.Count / 2], 0, 0.02f);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(25)]
    public void The_floor_is_found_where_it_is(int seed)
    {
        GeneratedRoom room = RoomGenerator.Generate((ulong)seed);
        (CameraPose pose, FrameBuffers f) = ViewOfFloor(room);
        GroundPlane expected = GroundOf(pose);
        foreach (byte? floorId in new byte?[] { (byte)SceneClass.Floor, null })
        {
            GroundPlane? found = new GroundPlaneEstimator(floorId).Estimate(new DenseFrame(Camera, f.Depth, f.Segmentation, f.Normals));
            Assert.NotNull(found);
            Assert.InRange(found.Value.Height, expected.Height - 0.03f, expected.Height + 0.03f);
            Assert.InRange(Vector3.Dot(found.Value.Up, expected.Up), MathF.Cos(0.02f), 1.0001f);
            // Without a class, table tops face up as well.
            Assert.InRange(found.Value.Confidence, floorId is null ? 0.3f : 0.8f, 1);
        }
    }

    [Fact]
    public void Without_a_floor_there_is_no_plane()
    {
        float[] depth = new float[384 * 288];
        Array.Fill(depth, 2);
        Assert.Null(new GroundPlaneEstimator(4).Estimate(new DenseFrame(Camera, depth, new byte[384 * 288], [])));
    }

    [Fact]
    public void A_wall_at_two_metres_is_at_two_metres_and_nothing_is_no_return()
    {
        float[] depth = new float[384 * 288];
        byte[] classes = new byte[384 * 288];
        Array.Fill(classes, (byte)SceneClass.Wall);
        // Left half: a wall across at 2 m. Right half: the floor alone, as far as it is seen.
        GroundPlane ground = GroundPlane.Mounted(1, 0.1f);
        for (int i = 0; i < depth.Length; i++)
        {
            (double x, double y) = TestScenes.Ray(Camera, i % 384, i / 384);
            var ray = new Vector3((float)x, (float)y, 1);
            float down = -Vector3.Dot(ray, ground.Up);
            float floor = down > 0 ? ground.Height / down : float.PositiveInfinity;
            float wall = 2 / Vector3.Dot(ray, ground.Forward);
            bool leftHalf = x < 0;
            depth[i] = leftHalf && wall < floor ? wall : floor < 30 ? floor : float.NaN;
            classes[i] = leftHalf && wall < floor ? (byte)SceneClass.Wall : (byte)SceneClass.Floor;
        }
        var detector = new ObstacleDetector(Camera, ClassMap.Nyu13);
        detector.Detect(new DenseFrame(Camera, depth, classes, []), ground);
        float[] ranges = detector.Scan.Ranges;
        Assert.Equal(2 / MathF.Cos(detector.Scan.AngleMax * 0.5f), ranges[ranges.Length * 3 / 4], 0.03f);
        Assert.Equal(float.PositiveInfinity, ranges[ranges.Length / 4]);
        NearestObstacle nearest = Assert.Single(detector.Nearest.Found);
        Assert.Equal(("wall", 2f), (nearest.Name, MathF.Round(nearest.Distance, 1)));
        Assert.InRange(nearest.Bearing, 0, 0.3f);
        Assert.InRange(nearest.Share, 0.2f, 0.8f);
    }

    [Fact]
    public void What_is_too_close_and_what_is_not_known_have_their_own_values()
    {
        float[] depth = new float[384 * 288];
        Array.Fill(depth, float.NaN);
        for (int i = 0; i < depth.Length; i++)
        {
            if (i % 384 < 100)
            {
                depth[i] = 0.1f;
            }
        }
        var detector = new ObstacleDetector(Camera, null);
        detector.Detect(new DenseFrame(Camera, depth, [], []), GroundPlane.Mounted(1, 0));
        Assert.Equal(float.NegativeInfinity, detector.Scan.Ranges[^24]);
        Assert.Equal(float.NaN, detector.Scan.Ranges[24]);
    }

    [Fact]
    public void Documents_are_small_and_say_what_was_found_without_costing_memory()
    {
        GeneratedRoom room = RoomGenerator.Generate(7);
        (CameraPose pose, FrameBuffers f) = ViewOfFloor(room);
        var detector = new ObstacleDetector(Camera, ClassMap.Nyu13);
        using var documents = new ObstacleDocuments();
        long before = 0;
        int scanBytes = 0, nearestBytes = 0;
        for (int i = 0; i < 50; i++)
        {
            before = i == 10 ? GC.GetAllocatedBytesForCurrentThread() : before;
            detector.Detect(new DenseFrame(Camera, f.Depth, f.Segmentation, f.Normals), GroundOf(pose));
            scanBytes = documents.Scan(detector.Scan, GroundOf(pose), 1_700_000_123_456_789_012, 17, "cam0_scan").Length;
            nearestBytes = documents.Nearest(detector.Nearest, 1_700_000_123_456_789_012, 17, "cam0_scan").Length;
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, 0, 40 * 512);
        Assert.InRange(scanBytes, 500, 2048);
        // Both at 30 Hz stay under 0.6 Mbit/s.
        Assert.InRange((scanBytes + nearestBytes) * 8 * 30, 0, 600_000);

        using JsonDocument scan = JsonDocument.Parse(documents.Scan(detector.Scan, GroundOf(pose), 1_700_000_123_456_789_012, 17, "cam0_scan"));
        JsonElement root = scan.RootElement;
        Assert.Equal(456_789_012, root.GetProperty("header").GetProperty("stamp").GetProperty("nanosec").GetInt32());
        Assert.Equal(detector.Scan.Ranges.Length, root.GetProperty("ranges").GetArrayLength());
        foreach ((float range, JsonElement written) in detector.Scan.Ranges.Zip(root.GetProperty("ranges").EnumerateArray()))
        {
            if (float.IsFinite(range))
            {
                Assert.Equal(range, written.GetSingle(), 0.0051f);
            }
            else
            {
                Assert.Equal(range > 0 ? "Infinity" : range < 0 ? "-Infinity" : "NaN", written.GetString());
            }
        }
        using JsonDocument nearest = JsonDocument.Parse(documents.Nearest(detector.Nearest, 0, 17, "cam0_scan"));
        Assert.Equal(detector.Nearest.Found.Select(found => found.Name), nearest.RootElement.GetProperty("nearest").EnumerateArray().Select(item => item.GetProperty("name").GetString()));
    }

    [Fact]
    public void The_longest_scan_there_can_be_fits_into_two_kilobytes()
    {
        var scan = new LaserScan(128) { AngleMin = -0.61641f, AngleMax = 0.61641f, AngleIncrement = 0.0097072f, ScanTime = 0.0333f, RangeMin = 0.2f, RangeMax = 10 };
        Array.Fill(scan.Ranges, float.NegativeInfinity);
        using var documents = new ObstacleDocuments();
        Assert.InRange(documents.Scan(scan, GroundPlane.Mounted(1.234f, -0.1234f), long.MaxValue, ulong.MaxValue, "a-camera-with-a-name_scan").Length, 1500, 2048);
    }

    /// <summary>The ground as the scene has it: the floor is z = 0.</summary>
    private static GroundPlane GroundOf(CameraPose pose) => new(pose.Orientation.ToInner(Vector3.UnitZ), pose.Position.Z, 1);

    private static Vector3 Horizontal(Vector3 v) => Vector3.Normalize(v with { Z = 0 });

    private static (CameraPose Pose, FrameBuffers Frame) ViewOfFloor(GeneratedRoom room)
    {
        for (int view = 0; view < 10; view++)
        {
            CameraPose pose = room.RandomView(view);
            FrameBuffers f = TestScenes.Render(room.Scene, pose, Camera);
            if (f.Segmentation.Count(id => id == (byte)SceneClass.Floor) > f.Segmentation.Length / 12)
            {
                return (pose, f);
            }
        }
        throw new InvalidOperationException("no view of this room shows its floor");
    }

    /// <summary>Metres along a bearing to the nearest obstacle at any height that counts, of those that the camera sees.</summary>
    private static float NearestVisible(Scene scene, CameraPose pose, Vector3 direction, FrameBuffers f, ObstacleOptions options)
    {
        float nearest = float.PositiveInfinity;
        for (float height = options.LowestHeight + 0.01f; height < options.GreatestHeight; height += 0.01f)
        {
            (int index, double distance) = ReferenceTracer.Closest(scene.Primitives, pose.Position with { Z = height }, direction);
            if (index < 0 || scene.Instances[scene.Primitives[index].Instance].Class is SceneClass.Floor or SceneClass.Ceiling)
            {
                continue;
            }
            Vector3 seen = pose.ToCamera((pose.Position with { Z = height }) + (direction * (float)distance));
            int u = (int)MathF.Round((float)((seen.X / seen.Z * Camera.Fx) + Camera.Cx));
            int v = (int)MathF.Round((float)((seen.Y / seen.Z * Camera.Fy) + Camera.Cy));
            bool visible = seen.Z > 0 && u >= 0 && v >= 0 && u < f.Width && v < f.Height && MathF.Abs(f.Depth[(v * f.Width) + u] - seen.Z) < 0.03f * MathF.Max(1, seen.Z);
            nearest = visible ? MathF.Min(nearest, (float)distance) : nearest;
        }
        return nearest;
    }
}
