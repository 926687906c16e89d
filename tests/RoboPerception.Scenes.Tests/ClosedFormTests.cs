using System.Numerics;
using RoboPerception.Core;
using RoboPerception.Scenes;

namespace RoboPerception.Scenes.Tests;

/// <summary>Depth and normals against formulas on scenes of one solid.</summary>
public sealed class ClosedFormTests
{
    private const double Tolerance = 1e-5;
    private static readonly CameraPose AlongX = CameraPose.Looking(Vector3.Zero, 0, 0);

    [Fact]
    public void A_wall_across_the_view_has_one_depth_and_one_normal()
    {
        Scene scene = TestScenes.Of(TestScenes.Solid(PrimitiveShape.Box, new(4, 0, 0), new(0.5f, 50, 50)));
        FrameBuffers f = TestScenes.Render(scene, AlongX, TestScenes.Camera());
        int n = f.Width * f.Height;
        Assert.All(f.Depth, d => Assert.Equal(3.5, d, Tolerance));
        for (int i = 0; i < n; i++)
        {
            Assert.Equal(0, f.Normals[i], Tolerance);
            Assert.Equal(0, f.Normals[n + i], Tolerance);
            Assert.Equal(-1, f.Normals[2 * n + i], Tolerance);
        }
    }

    [Fact]
    public void A_floor_has_the_depth_of_the_ray_that_meets_it()
    {
        const float Height = 1.5f;
        Scene scene = TestScenes.Of(TestScenes.Solid(PrimitiveShape.Box, new(0, 0, -1), new(40, 40, 1)));
        var pose = CameraPose.Looking(new(0, 0, Height), 0, -0.6f);
        CameraIntrinsics camera = TestScenes.Camera();
        FrameBuffers f = TestScenes.Render(scene, pose, camera);
        int n = f.Width * f.Height;
        double s = Math.Sin(-0.6), c = Math.Cos(-0.6);
        for (int v = 0; v < f.Height; v++)
        {
            for (int u = 0; u < f.Width; u++)
            {
                double y = TestScenes.Ray(camera, u, v).Y;
                double expected = -Height / (s - y * c);
                if (expected is < 0 or > 12)
                {
                    continue;
                }
                Assert.Equal(expected, f.Depth[v * f.Width + u], expected * Tolerance);
                Assert.Equal(0, f.Normals[v * f.Width + u], Tolerance);
                Assert.Equal(-c, f.Normals[n + v * f.Width + u], Tolerance);
                Assert.Equal(s, f.Normals[2 * n + v * f.Width + u], Tolerance);
            }
        }
    }

    [Theory]
    [InlineData(0.05f, 1.5f)]
    [InlineData(0.7f, 3f)]
    [InlineData(1.2f, 6f)]
    public void A_ball_has_the_depth_and_normals_of_a_sphere(float radius, float distance)
    {
        Scene scene = TestScenes.Of(TestScenes.Solid(PrimitiveShape.Ellipsoid, new(distance, 0, 0), new(radius)));
        CameraIntrinsics camera = TestScenes.Camera(192, 144);
        FrameBuffers f = TestScenes.Render(scene, AlongX, camera);
        int n = f.Width * f.Height, hits = 0;
        for (int v = 0; v < f.Height; v++)
        {
            for (int u = 0; u < f.Width; u++)
            {
                var (x, y) = TestScenes.Ray(camera, u, v);
                double a = x * x + y * y + 1, gap = distance * distance - a * (distance * distance - radius * radius);
                int at = v * f.Width + u;
                if (Math.Abs(gap) < 0.01 * radius * radius)
                {
                    continue; // Rays that graze within 6 degrees: depth there is as sharp as the root of the last bit.
                }
                if (gap < 0)
                {
                    Assert.Equal(0, f.Depth[at]);
                    continue;
                }
                hits++;
                double t = (distance - Math.Sqrt(gap)) / a;
                Assert.Equal(t, f.Depth[at], Tolerance);
                // A grazing hit moves along the ball by far more than it moves in depth.
                double slack = Tolerance * distance / radius / Math.Sqrt(gap);
                Assert.Equal(x * t / radius, f.Normals[at], slack);
                Assert.Equal(y * t / radius, f.Normals[n + at], slack);
                Assert.Equal((t - distance) / radius, f.Normals[2 * n + at], slack);
            }
        }
        Assert.True(hits > 20, $"only {hits} pixels show the ball");
    }

    [Fact]
    public void An_upright_cylinder_has_the_depth_and_normals_of_a_circle()
    {
        const float Radius = 0.6f, Distance = 2.5f;
        Scene scene = TestScenes.Of(TestScenes.Solid(PrimitiveShape.Frustum, new(Distance, 0, 0), new(Radius, Radius, 20), Radius));
        CameraIntrinsics camera = TestScenes.Camera();
        FrameBuffers f = TestScenes.Render(scene, AlongX, camera);
        int n = f.Width * f.Height, hits = 0;
        for (int i = 0; i < n; i++)
        {
            double x = TestScenes.Ray(camera, i % f.Width, i / f.Width).X;
            double gap = Distance * Distance - (1 + x * x) * (Distance * Distance - Radius * Radius);
            if (gap < 1e-3)
            {
                continue;
            }
            hits++;
            double t = (Distance - Math.Sqrt(gap)) / (1 + x * x);
            Assert.Equal(t, f.Depth[i], Tolerance);
            Assert.Equal(x * t / Radius, f.Normals[i], 5 * Tolerance);
            Assert.Equal(0, f.Normals[n + i], Tolerance);
            Assert.Equal((t - Distance) / Radius, f.Normals[2 * n + i], 5 * Tolerance);
        }
        Assert.True(hits > 500);
    }

    [Theory]
    [InlineData(PrimitiveShape.Box, 0f)]
    [InlineData(PrimitiveShape.RoundedBox, 0.15f)]
    [InlineData(PrimitiveShape.Ellipsoid, 0f)]
    [InlineData(PrimitiveShape.Frustum, 0.2f)]
    [InlineData(PrimitiveShape.Frustum, 0.9f)]
    public void Every_solid_is_hit_where_double_precision_hits_it_from_all_sides(object solid, float radius)
    {
        var shape = (PrimitiveShape)solid;
        var random = new SceneRandom(5);
        CameraIntrinsics camera = TestScenes.Camera(64, 48);
        int compared = 0;
        for (int round = 0; round < 12; round++)
        {
            Rotation frame = Rotation.AboutZ(random.Next(-3, 3)).Then(Rotation.AboutX(random.Next(-3, 3)));
            float side = random.Next(0.3f, 0.8f);
            Vector3 half = shape == PrimitiveShape.Frustum ? new(side, side, random.Next(0.2f, 0.9f)) : new(side, random.Next(0.2f, 0.9f), random.Next(0.2f, 0.9f));
            Scene scene = TestScenes.Of(TestScenes.Solid(shape, new(2.5f, 0.1f, -0.2f), half, radius, frame));
            FrameBuffers f = TestScenes.Render(scene, AlongX, camera);
            for (int i = 0; i < f.Depth.Length; i++)
            {
                var (x, y) = TestScenes.Ray(camera, i % f.Width, i / f.Width);
                var d = new Vector3(1, (float)-x, (float)-y);
                var (index, t) = ReferenceTracer.Closest(scene.Primitives, Vector3.Zero, d);
                bool edge = index < 0 != (f.Depth[i] == 0);
                if (edge)
                {
                    // Only rays within a millionth of the silhouette may differ.
                    var (nudgedIndex, _) = ReferenceTracer.Closest(scene.Primitives, Vector3.Zero, d + new Vector3(0, 1e-5f, 1e-5f));
                    var (otherIndex, _) = ReferenceTracer.Closest(scene.Primitives, Vector3.Zero, d - new Vector3(0, 1e-5f, 1e-5f));
                    Assert.True(nudgedIndex != otherIndex, $"pixel {i}: depth {f.Depth[i]}, double precision {t}");
                    continue;
                }
                if (index >= 0)
                {
                    compared++;
                    Primitive s = scene.Primitives[0];
                    Vector3 normal = s.Frame.ToOuter(s.NormalAt(s.ToLocal(d * (float)t)));
                    double grazing = Math.Abs(Vector3.Dot(Vector3.Normalize(d), normal));
                    Assert.Equal(t, f.Depth[i], Tolerance / Math.Max(0.05, grazing));
                }
            }
        }
        Assert.True(compared > 3000, $"only {compared} pixels compared");
    }

    [Fact]
    public void A_lens_bends_labels_exactly_as_its_model_says()
    {
        Scene scene = TestScenes.Of(TestScenes.Solid(PrimitiveShape.Box, new(0, 0, -1), new(40, 40, 1)));
        CameraIntrinsics camera = TestScenes.Camera() with { Distortion = [-0.28, 0.09, 0.001, -0.0008, 0] };
        FrameBuffers f = TestScenes.Render(scene, CameraPose.Looking(new(0, 0, 1.5f), 0, -1.2f), camera);
        double s = Math.Sin(-1.2), c = Math.Cos(-1.2);
        for (int i = 0; i < f.Depth.Length; i += 7)
        {
            // The ideal ray that belongs to the measured depth, sent through the lens model, must give the pixel back.
            double ideal = (s + 1.5 / f.Depth[i]) / c;
            var (x, y) = Undistorted(camera, i % f.Width, i / f.Width);
            Assert.Equal(y, ideal, 2e-5);
            var (k1, k2, p1, p2) = (-0.28, 0.09, 0.001, -0.0008);
            double r2 = x * x + y * y, radial = 1 + k1 * r2 + k2 * r2 * r2;
            Assert.Equal(i % f.Width, (x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x)) * camera.Fx + camera.Cx, 1e-4);
            Assert.Equal(i / f.Width, (y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y) * camera.Fy + camera.Cy, 1e-4);
        }
    }

    private static (double X, double Y) Undistorted(CameraIntrinsics camera, int u, int v)
    {
        var (x, y) = TestScenes.Ray(camera, u, v);
        return LensRays.Undistort(camera, x, y);
    }
}
