using System.Numerics;
using RoboPerception.Core;
using RoboPerception.Scenes;

namespace RoboPerception.Scenes.Tests;

/// <summary>Labels of whole rooms, against a second tracer and against each other.</summary>
public sealed class RoomExactnessTests
{
    private static readonly CameraIntrinsics Camera = TestScenes.Camera(192, 144);

    [Theory]
    [InlineData(3)]
    [InlineData(14)]
    [InlineData(25)]
    public void Every_sampled_pixel_shows_the_nearest_solid_of_all(int seed)
    {
        GeneratedRoom room = RoomGenerator.Generate((ulong)seed);
        CameraPose pose = room.RandomView(0);
        FrameBuffers f = TestScenes.Render(room.Scene, pose, Camera);
        int wrong = 0, compared = 0;
        for (int i = 0; i < f.Depth.Length; i += 11)
        {
            var (x, y) = TestScenes.Ray(Camera, i % f.Width, i / f.Width);
            Vector3 d = pose.Orientation.Z + (pose.Orientation.X * (float)x) + (pose.Orientation.Y * (float)y);
            var (index, t) = ReferenceTracer.Closest(room.Scene.Primitives, pose.Position, d);
            compared++;
            // Where two solids share an edge the nearer one is a matter of the last bit; depth still agrees.
            if (room.Scene.Primitives[index].Instance + 1 != f.Instances[i] && Math.Abs(t - f.Depth[i]) > 2e-4)
            {
                wrong++;
            }
            else if (Math.Abs(t - f.Depth[i]) > 1e-4 * Math.Max(1, t))
            {
                wrong++;
            }
        }
        // A ray that grazes a silhouette may pass on either side.
        Assert.True(wrong <= compared / 400, $"{wrong} of {compared} pixels differ");
    }

    [Fact]
    public void Labels_change_exactly_where_instances_do()
    {
        GeneratedRoom room = RoomGenerator.Generate(8);
        FrameBuffers f = TestScenes.Render(room.Scene, room.RandomView(1), Camera);
        for (int i = 0; i < f.Segmentation.Length; i++)
        {
            Assert.NotEqual(0, f.Instances[i]);
            Assert.Equal((byte)room.Scene.Instances[f.Instances[i] - 1].Class, f.Segmentation[i]);
        }
    }

    [Fact]
    public void Normals_of_the_depth_map_are_the_rendered_normals_away_from_edges()
    {
        GeneratedRoom room = RoomGenerator.Generate(3);
        CameraIntrinsics camera = TestScenes.Camera(384, 288);
        FrameBuffers f = TestScenes.Render(room.Scene, room.RandomView(0), camera);
        int compared = 0, n = f.Width * f.Height;
        double sum = 0;
        for (int v = 1; v < f.Height - 1; v++)
        {
            for (int u = 1; u < f.Width - 1; u++)
            {
                int i = v * f.Width + u;
                Vector3 normal = Normal(f, i);
                bool smooth = true;
                foreach (int q in (ReadOnlySpan<int>)[i - 1, i + 1, i - f.Width, i + f.Width])
                {
                    smooth &= f.Instances[q] == f.Instances[i] && Vector3.Dot(Normal(f, q), normal) > 0.9999f
                        && Math.Abs(Vector3.Dot(Point(f, camera, q) - Point(f, camera, i), normal)) < 0.0004f;
                }
                if (!smooth || -Vector3.Dot(normal, Vector3.Normalize(Point(f, camera, i))) < 0.1f)
                {
                    continue;
                }
                Vector3 across = Point(f, camera, i + 1) - Point(f, camera, i - 1), down = Point(f, camera, i + f.Width) - Point(f, camera, i - f.Width);
                Vector3 measured = Vector3.Normalize(Vector3.Cross(down, across));
                double angle = Math.Acos(Math.Clamp(Vector3.Dot(measured, normal), -1, 1)) * 180 / Math.PI;
                Assert.True(angle < 2, $"pixel ({u},{v}): {angle:F2} degrees");
                sum += angle;
                compared++;
            }
        }
        Assert.True(compared > n / 2, $"only {compared} of {n} pixels are smooth");
        Assert.True(sum / compared < 0.1, $"mean {sum / compared:F3} degrees");
    }

    [Fact]
    public void Normals_are_unit_vectors_towards_the_camera()
    {
        GeneratedRoom room = RoomGenerator.Generate(11);
        FrameBuffers f = TestScenes.Render(room.Scene, room.RandomView(0), Camera);
        for (int i = 0; i < f.Depth.Length; i++)
        {
            Vector3 normal = Normal(f, i);
            Assert.Equal(1, normal.Length(), 1e-5);
            Assert.True(Vector3.Dot(normal, Point(f, Camera, i)) <= 1e-4f * f.Depth[i], $"pixel {i} faces away");
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    public void What_one_frame_sees_the_next_frame_sees_in_the_same_place(int seed)
    {
        GeneratedRoom room = RoomGenerator.Generate((ulong)seed);
        CameraPose first = room.Path.At(1), second = room.Path.At(1.5);
        FrameBuffers a = TestScenes.Render(room.Scene, first, Camera), b = TestScenes.Render(room.Scene, second, Camera);
        int compared = 0;
        double worst = 0;
        for (int i = 0; i < a.Depth.Length; i += 3)
        {
            Vector3 inSecond = second.ToCamera(first.ToWorld(Point(a, Camera, i)));
            double u = inSecond.X / inSecond.Z * Camera.Fx + Camera.Cx, v = inSecond.Y / inSecond.Z * Camera.Fy + Camera.Cy;
            int q = (int)Math.Round(v) * b.Width + (int)Math.Round(u);
            if (inSecond.Z < 0.1f || u < 1 || v < 1 || u > b.Width - 2 || v > b.Height - 2 || b.Instances[q] != a.Instances[i])
            {
                continue;
            }
            // The surface at the second frame's pixel, met by the exact ray to the point, must lead back to the pixel we came from
            // (flat surfaces only: there the plane is the surface; a drawer's front hides the carcass 2 mm behind it).
            Vector3 plane = Normal(b, q), anchor = Point(b, Camera, q);
            Vector3 worldNormalA = first.Orientation.ToOuter(Normal(a, i)), worldNormalB = second.Orientation.ToOuter(plane);
            if (Vector3.Distance(worldNormalA, worldNormalB) > 1e-5f || Math.Abs(Vector3.Dot(plane, anchor - inSecond)) > 0.0015f
                || -Vector3.Dot(plane, Vector3.Normalize(anchor)) < 0.1f)
            {
                continue;
            }
            Vector3 met = inSecond * (Vector3.Dot(plane, anchor) / Vector3.Dot(plane, inSecond));
            Vector3 back = first.ToCamera(second.ToWorld(met));
            double eu = back.X / back.Z * Camera.Fx + Camera.Cx - i % a.Width, ev = back.Y / back.Z * Camera.Fy + Camera.Cy - i / a.Width;
            worst = Math.Max(worst, Math.Sqrt(eu * eu + ev * ev));
            compared++;
        }
        Assert.True(compared > 3000, $"only {compared} pixels are seen twice");
        Assert.True(worst < 0.05, $"reprojection error {worst:F4} pixels");
    }

    private static Vector3 Normal(FrameBuffers f, int i)
    {
        int n = f.Width * f.Height;
        return new(f.Normals[i], f.Normals[n + i], f.Normals[2 * n + i]);
    }

    private static Vector3 Point(FrameBuffers f, CameraIntrinsics c, int i)
    {
        var (x, y) = TestScenes.Ray(c, i % f.Width, i / f.Width);
        return new Vector3((float)x, (float)y, 1) * f.Depth[i];
    }
}
