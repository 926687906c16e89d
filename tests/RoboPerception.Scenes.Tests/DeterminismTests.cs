using System.Numerics;
using RoboPerception.Core;
using RoboPerception.Scenes;

namespace RoboPerception.Scenes.Tests;

/// <summary>The same numbers always give the same bits.</summary>
public sealed class DeterminismTests
{
    [Fact]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        GeneratedRoom room = RoomGenerator.Generate(5);
        CameraIntrinsics camera = TestScenes.Camera(130, 97);
        var sensor = new SensorParameters(JpegQuality: 80);
        FrameBuffers one = TestScenes.Render(room.Scene, room.RandomView(0), camera, workers: 1, sensor);
        FrameBuffers four = TestScenes.Render(room.Scene, room.RandomView(0), camera, workers: 4, sensor);
        AssertSame(one, four);
    }

    [Fact]
    public void Frames_of_an_address_do_not_depend_on_the_order_they_are_asked_for()
    {
        SceneUri uri = SceneUri.Parse("scene://room?seed=7&fps=10&size=96x72&change=2");
        using var forward = new SceneCamera(uri);
        using var backward = new SceneCamera(uri, workers: 1);
        long[] frames = [0, 3, 19, 20, 41];
        var first = frames.Select(n => Copy(forward, n)).ToList();
        for (int i = frames.Length - 1; i >= 0; i--)
        {
            AssertSame(first[i], Copy(backward, frames[i]));
        }
    }

    /// <summary>
    /// One frame of the documentation's address, hashed: what another machine of this architecture must reproduce. A change of the
    /// generator or renderer changes it on purpose; then the failure prints the new value.
    /// </summary>
    [Fact]
    public void The_documented_address_gives_the_bits_it_gave_before()
    {
        if (System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture != System.Runtime.InteropServices.Architecture.X64)
        {
            return;
        }
        using var camera = new SceneCamera(SceneUri.Parse("scene://room?seed=7&fps=30&size=96x72"));
        FrameBuffers f = Copy(camera, 45);
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        hash.AppendData(f.Bgr);
        hash.AppendData(f.Segmentation);
        hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(f.Depth));
        hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(f.Normals));
        hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes<ushort>(f.Instances));
        Assert.Equal("8D494921FE2A9717E7661E92C04BACDB", Convert.ToHexString(hash.GetHashAndReset())[..32]);
    }

    [Fact]
    public void Different_seeds_and_different_frames_differ()
    {
        using var seven = new SceneCamera(SceneUri.Parse("scene://room?seed=7&size=64x48"));
        using var eight = new SceneCamera(SceneUri.Parse("scene://room?seed=8&size=64x48"));
        FrameBuffers a = Copy(seven, 0), b = Copy(seven, 30), c = Copy(eight, 0);
        Assert.False(a.Depth.AsSpan().SequenceEqual(b.Depth));
        Assert.False(a.Depth.AsSpan().SequenceEqual(c.Depth));
        Assert.False(a.Bgr.AsSpan().SequenceEqual(b.Bgr));
    }

    [Fact]
    public void Training_samples_repeat_and_differ_from_each_other()
    {
        CameraIntrinsics camera = SceneSamples.NyuCamera(80, 60);
        using var samples = new SceneSamples(3, camera, viewsPerRoom: 2);
        var a = new FrameBuffers(80, 60);
        var b = new FrameBuffers(80, 60);
        SceneSample first = samples.Render(4, a);
        samples.Render(9, b);
        Assert.False(a.Depth.AsSpan().SequenceEqual(b.Depth));
        Assert.Equal(first, samples.Render(4, b));
        AssertSame(a, b);
    }

    [Fact]
    public void A_frame_allocates_no_managed_memory_after_the_first()
    {
        GeneratedRoom room = RoomGenerator.Generate(3);
        CameraIntrinsics camera = TestScenes.Camera(64, 48);
        var buffers = new FrameBuffers(64, 48);
        using var renderer = new Renderer(camera, new SensorParameters(JpegQuality: 75), new RenderOptions(Workers: 1));
        for (int i = 0; i < 3; i++)
        {
            renderer.Render(room.Scene, room.Path.At(i), i, buffers);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 3; i < 6; i++)
        {
            renderer.Render(room.Scene, room.Path.At(i), i, buffers);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Elementary_functions_agree_with_the_runtime_to_the_digits_they_promise()
    {
        var random = new SceneRandom(1);
        for (int i = 0; i < 20000; i++)
        {
            double x = random.Next(-20, 20), y = random.Next(-3, 3);
            Assert.Equal(Math.Sin(x), PortableMath.SinCos(x).Sin, 1e-10);
            Assert.Equal(Math.Cos(x), PortableMath.SinCos(x).Cos, 1e-10);
            Assert.Equal(Math.Atan2(y, x), PortableMath.Atan2(y, x), 1e-6);
            Assert.Equal(1, PortableMath.Exp(y) / Math.Exp(y), 1e-9);
            double positive = Math.Abs(x) + 1e-3;
            Assert.Equal(Math.Log(positive), PortableMath.Log(positive), 1e-9);
            Assert.Equal(1, PortableMath.Pow(positive, y) / Math.Pow(positive, y), 1e-8);
        }
    }

    private static FrameBuffers Copy(SceneCamera camera, long frame)
    {
        var buffers = new FrameBuffers(camera.Intrinsics.Width, camera.Intrinsics.Height);
        camera.Render(frame, buffers);
        return buffers;
    }

    private static void AssertSame(FrameBuffers a, FrameBuffers b)
    {
        Assert.True(a.Bgr.AsSpan().SequenceEqual(b.Bgr), "images differ");
        Assert.True(a.Segmentation.AsSpan().SequenceEqual(b.Segmentation), "labels differ");
        Assert.True(a.Instances.AsSpan().SequenceEqual(b.Instances), "instances differ");
        Assert.True(a.Depth.AsSpan().SequenceEqual(b.Depth), "depths differ");
        Assert.True(a.Normals.AsSpan().SequenceEqual(b.Normals), "normals differ");
    }
}
