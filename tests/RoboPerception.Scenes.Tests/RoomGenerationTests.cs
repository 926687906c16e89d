using System.Numerics;
using RoboPerception.Core;
using RoboPerception.Scenes;

namespace RoboPerception.Scenes.Tests;

/// <summary>Rooms of many seeds: complete, finite, walkable. The benchmark "scene seeds" does the same for ten thousand.</summary>
public sealed class RoomGenerationTests
{
    [Fact]
    public void A_sample_of_seeds_gives_rooms_one_can_walk_through_and_see_something_in()
    {
        CameraIntrinsics camera = TestScenes.Camera(32, 24);
        var buffers = new FrameBuffers(32, 24);
        using var renderer = new Renderer(camera, SensorParameters.Ideal, new RenderOptions(1, false, 1));
        for (ulong seed = 0; seed < 60; seed++)
        {
            GeneratedRoom room = RoomGenerator.Generate(seed * 7919);
            Assert.True(room.Scene.Instances.Count >= 12, $"seed {seed}: {room.Scene.Instances.Count} things");
            for (double s = 0; s < room.Path.Period; s += 0.5)
            {
                Vector3 eye = room.Path.At(s).Position;
                Assert.False(room.Scene.IsInsideSolid(eye), $"seed {seed}: the camera is inside something at {s} s");
                Assert.True(room.Scene.Interior.Contains(eye), $"seed {seed}: the camera is outside the room at {s} s");
            }
            for (int view = 0; view < 2; view++)
            {
                CameraPose pose = view == 0 ? room.Path.At(2) : room.RandomView(0);
                renderer.Render(room.Scene, pose, 0, buffers);
                Assert.All(buffers.Depth, d => Assert.True(float.IsFinite(d) && d > 0.02f && d < 15, $"seed {seed}: depth {d}"));
                Assert.All(buffers.Normals, n => Assert.True(float.IsFinite(n)));
                Assert.DoesNotContain((byte)255, buffers.Segmentation);
                Assert.True(buffers.Segmentation.Distinct().Count() >= 2, $"seed {seed}: the view is empty");
                Assert.True(buffers.Bgr.Max() > 60, $"seed {seed}: the image is dark");
            }
        }
    }

    [Fact]
    public void The_camera_keeps_its_distance_from_furniture()
    {
        for (ulong seed = 100; seed < 130; seed++)
        {
            GeneratedRoom room = RoomGenerator.Generate(seed);
            float least = MathF.Min(0.25f, room.Walkable.Margin * 0.5f);
            for (double s = 0; s < room.Path.Period; s += 0.1)
            {
                Vector3 eye = room.Path.At(s).Position;
                float clearance = room.Walkable.ClearanceAt(new(eye.X, eye.Y));
                Assert.True(clearance >= least, $"seed {seed}: {clearance:F2} m from furniture at {s:F1} s, least is {least:F2}");
            }
        }
    }

    [Fact]
    public void The_walk_is_smooth_and_closed()
    {
        GeneratedRoom room = RoomGenerator.Generate(12);
        CameraPose last = room.Path.At(0);
        Vector3 start = last.Position;
        for (double s = 0.02; s <= room.Path.Period; s += 0.02)
        {
            CameraPose pose = room.Path.At(s);
            Assert.True(Vector3.Distance(pose.Position, last.Position) < 0.05f, $"a jump at {s:F2} s");
            Assert.True(Vector3.Dot(pose.Orientation.Z, last.Orientation.Z) > 0.995f, $"a jerk of the head at {s:F2} s");
            last = pose;
        }
        Assert.True(Vector3.Distance(start with { Z = 0 }, last.Position with { Z = 0 }) < 0.1f);
    }

    [Fact]
    public void The_13_classes_all_appear_with_their_share()
    {
        var counts = new long[13];
        var buffers = new FrameBuffers(48, 36);
        using var renderer = new Renderer(TestScenes.Camera(48, 36), SensorParameters.Ideal, new RenderOptions(1, false, 1));
        for (ulong seed = 0; seed < 60; seed++)
        {
            GeneratedRoom room = RoomGenerator.Generate(9000 + seed);
            renderer.Render(room.Scene, room.RandomView(0), 0, buffers);
            foreach (byte label in buffers.Segmentation)
            {
                counts[label]++;
            }
        }
        double all = counts.Sum();
        for (int c = 0; c < 13; c++)
        {
            Assert.True(counts[c] / all > 0.004, $"{(SceneClass)c} has {100 * counts[c] / all:F2} % of the pixels");
        }
    }

    [Fact]
    public void A_wished_kind_of_room_holds_what_makes_it_one()
    {
        bool Holds(RoomKind kind, SceneClass c) => Enumerable.Range(0, 6).Count(s => RoomGenerator.Generate((ulong)s, kind).Scene.Instances.Any(i => i.Class == c)) >= 5;
        Assert.True(Holds(RoomKind.Bedroom, SceneClass.Bed));
        Assert.True(Holds(RoomKind.Living, SceneClass.Sofa));
        Assert.True(Holds(RoomKind.Office, SceneClass.Table));
        Assert.True(Holds(RoomKind.Dining, SceneClass.Chair));
        Assert.True(Holds(RoomKind.Study, SceneClass.Books));
        Assert.True(Holds(RoomKind.Kitchen, SceneClass.Furniture));
    }

    [Fact]
    public void A_broken_solid_is_refused_by_name()
    {
        Primitive solid = TestScenes.Solid(PrimitiveShape.Box, new(float.NaN, 0, 0), new(1));
        var error = Assert.Throws<ArgumentException>(() => TestScenes.Of(solid));
        Assert.Contains("Primitive 0", error.Message, StringComparison.Ordinal);
    }
}
