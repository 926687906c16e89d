using System.Numerics;
using RoboPerception.Core;
using RoboPerception.Scenes;

namespace RoboPerception.Scenes.Tests;

/// <summary>What the camera model does to light, and that it leaves labels alone.</summary>
public sealed class SensorTests
{
    private static readonly GeneratedRoom Room = RoomGenerator.Generate(3);
    private static readonly CameraIntrinsics Camera = TestScenes.Camera(160, 120);

    [Fact]
    public void A_stop_more_exposure_is_brighter_and_leaves_labels_alone()
    {
        FrameBuffers normal = Render(SensorParameters.Ideal), more = Render(SensorParameters.Ideal with { Exposure = 1 });
        Assert.True(Mean(more) > Mean(normal) * 1.15);
        Assert.True(normal.Depth.AsSpan().SequenceEqual(more.Depth));
        Assert.True(normal.Segmentation.AsSpan().SequenceEqual(more.Segmentation));
    }

    [Fact]
    public void Noise_has_the_asked_strength_and_changes_with_the_frame()
    {
        FrameBuffers clean = Render(SensorParameters.Ideal), noisy = Render(SensorParameters.Ideal with { ReadNoise = 0.01f });
        FrameBuffers other = Render(SensorParameters.Ideal with { ReadNoise = 0.01f }, frame: 1);
        double sum = 0;
        int count = 0;
        for (int i = 0; i < clean.Bgr.Length; i++)
        {
            // Mid greys, where the tone curve's slope is known: d(sRGB)/d(linear) = 1.055/2.4 * linear^(1/2.4 - 1).
            if (clean.Bgr[i] is > 90 and < 150)
            {
                double linear = Math.Pow((clean.Bgr[i] / 255.0 * 0.985 + 0.055) / 1.055, 2.4);
                double slope = 255 / 0.985 * 1.055 / 2.4 * Math.Pow(linear, 1 / 2.4 - 1);
                sum += Math.Pow((noisy.Bgr[i] - clean.Bgr[i]) / slope, 2);
                count++;
            }
        }
        Assert.True(count > 1000);
        Assert.InRange(Math.Sqrt(sum / count), 0.0085, 0.012);
        Assert.False(noisy.Bgr.AsSpan().SequenceEqual(other.Bgr));
    }

    [Fact]
    public void Vignetting_darkens_corners_and_not_the_middle()
    {
        Scene wall = TestScenes.Of(TestScenes.Solid(PrimitiveShape.Box, new(4, 0, 0), new(0.5f, 50, 50)));
        var pose = CameraPose.Looking(Vector3.Zero, 0, 0);
        FrameBuffers plain = TestScenes.Render(wall, pose, Camera, sensor: SensorParameters.Ideal);
        FrameBuffers vignetted = TestScenes.Render(wall, pose, Camera, sensor: SensorParameters.Ideal with { Vignetting = 0.5f });
        int middle = 3 * ((60 * 160) + 80);
        Assert.InRange(vignetted.Bgr[middle], plain.Bgr[middle] - 2, plain.Bgr[middle]);
        Assert.True(vignetted.Bgr[0] < plain.Bgr[0] * 0.85);
    }

    [Fact]
    public void A_lower_jpeg_quality_loses_more()
    {
        FrameBuffers clean = Render(SensorParameters.Ideal);
        double Loss(int quality) => Difference(clean, Render(SensorParameters.Ideal with { JpegQuality = quality }));
        double good = Loss(95), fair = Loss(60), poor = Loss(15);
        Assert.True(good < fair && fair < poor, $"{good:F2} {fair:F2} {poor:F2}");
        Assert.InRange(good, 0.1, 6);
    }

    [Fact]
    public void White_balance_moves_the_mean_colour_towards_grey()
    {
        double Cast(float balance)
        {
            FrameBuffers f = Render(SensorParameters.Ideal with { WhiteBalance = balance });
            double b = 0, r = 0;
            for (int i = 0; i < f.Bgr.Length; i += 3)
            {
                b += f.Bgr[i];
                r += f.Bgr[i + 2];
            }
            return Math.Abs(r / b - 1);
        }
        Assert.True(Cast(1) < Cast(0));
    }

    [Fact]
    public void Light_from_a_lamp_falls_off_and_shadows_are_dark()
    {
        Primitive floor = TestScenes.Solid(PrimitiveShape.Box, new(0, 0, -1), new(20, 20, 1));
        Primitive lid = TestScenes.Solid(PrimitiveShape.Box, new(0, 0, 1), new(0.5f, 0.5f, 0.02f), instance: 1);
        var things = new List<SceneInstance> { new(SceneClass.Floor, "floor"), new(SceneClass.Table, "lid") };
        var lamp = new AreaLight(LightShape.Ball, new(0, 0, 2.5f), default, default, 0.05f, new(60));
        var scene = new Scene([floor, lid], [TestScenes.Grey], things, [lamp], new(new(-6, -6, 0), new(6, 6, 3)));
        var pose = new CameraPose(new(0, 0, 0.9f), new(Vector3.UnitX, -Vector3.UnitY, -Vector3.UnitZ));
        FrameBuffers f = TestScenes.Render(scene, pose, TestScenes.Camera(160, 120) with { Fx = 20, Fy = 20 }, sensor: SensorParameters.Ideal);
        int Level(int u) => f.Bgr[3 * ((60 * 160) + u) + 1];
        // The lid's shadow ends 0.83 m from the middle; pixel 80 + 20/0.9 per metre.
        Assert.True(Level(81) < Level(110) * 0.8, $"shadow {Level(81)}, light {Level(110)}");
        Assert.True(Level(110) > Level(150), $"near {Level(110)}, far {Level(150)}");
    }

    [Fact]
    public void A_turning_camera_blurs_the_image_and_not_the_labels()
    {
        CameraPose pose = Room.RandomView(0);
        var sharp = new FrameBuffers(Camera.Width, Camera.Height);
        var blurred = new FrameBuffers(Camera.Width, Camera.Height);
        using var renderer = new Renderer(Camera, SensorParameters.Ideal);
        renderer.Render(Room.Scene, pose, 0, sharp);
        renderer.Render(Room.Scene, pose, 0, blurred, pose with { Orientation = pose.Orientation.Then(Rotation.AboutY(0.06f)) });
        Assert.True(Gradient(blurred) < 0.8 * Gradient(sharp), $"{Gradient(blurred):F2} against {Gradient(sharp):F2}");
        Assert.True(sharp.Depth.AsSpan().SequenceEqual(blurred.Depth));
        renderer.Render(Room.Scene, pose, 0, blurred, pose);
        Assert.True(sharp.Bgr.AsSpan().SequenceEqual(blurred.Bgr), "a camera at rest must not blur");

        static double Gradient(FrameBuffers f) => f.Bgr.Skip(3).Zip(f.Bgr, (a, b) => Math.Abs(a - b)).Average();
    }

    private static FrameBuffers Render(SensorParameters sensor, long frame = 0) => TestScenes.Render(Room.Scene, Room.RandomView(0), Camera, 2, sensor, frame);

    private static double Mean(FrameBuffers f) => f.Bgr.Average(b => (double)b);

    private static double Difference(FrameBuffers a, FrameBuffers b) => a.Bgr.Zip(b.Bgr, (x, y) => Math.Abs((double)x - y)).Average();
}
