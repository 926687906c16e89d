using System.Numerics;
using RoboPerception.Core;
using RoboPerception.Scenes;

namespace RoboPerception.Scenes.Tests;

/// <summary>Small scenes with known answers.</summary>
internal static class TestScenes
{
    public static CameraIntrinsics Camera(int width = 96, int height = 72) =>
        new CameraIntrinsics(640, 480, 518.86, 519.47, 325.58, 253.74).ScaledTo(width, height);

    public static Material Grey { get; } = new(SurfacePattern.Plain, new(0.5f), new(0.5f));

    public static Primitive Solid(PrimitiveShape shape, Vector3 centre, Vector3 half, float radius = 0, Rotation? frame = null, int instance = 0) => new()
    {
        Shape = shape,
        Frame = frame ?? Rotation.Identity,
        Centre = centre,
        Half = half,
        Radius = radius,
        Instance = instance,
    };

    public static Scene Of(params Primitive[] solids)
    {
        int instances = solids.Max(s => s.Instance) + 1;
        var classes = Enumerable.Range(0, instances).Select(i => new SceneInstance((SceneClass)(i % 13), "solid")).ToList();
        var lamp = new AreaLight(LightShape.Ball, new(0, 0, 2.5f), default, default, 0.1f, new(5));
        return new(solids, [Grey], classes, [lamp], new(new(-3), new(3)));
    }

    public static FrameBuffers Render(Scene scene, CameraPose pose, CameraIntrinsics camera, int workers = 2, SensorParameters? sensor = null, long frame = 0)
    {
        var buffers = new FrameBuffers(camera.Width, camera.Height);
        using var renderer = new Renderer(camera, sensor, new RenderOptions(Workers: workers));
        renderer.Render(scene, pose, frame, buffers);
        return buffers;
    }

    /// <summary>Ray through a pixel's centre, camera frame, z = 1.</summary>
    public static (double X, double Y) Ray(CameraIntrinsics c, int u, int v) => ((u - c.Cx) / c.Fx, (v - c.Cy) / c.Fy);
}
