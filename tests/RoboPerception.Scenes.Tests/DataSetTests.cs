using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Scenes;

namespace RoboPerception.Scenes.Tests;

/// <summary>Folders of rendered training data.</summary>
public sealed class DataSetTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("scenes-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Every_sample_has_its_files_and_they_hold_the_rendered_values()
    {
        CameraIntrinsics camera = SceneSamples.NyuCamera(48, 36);
        int written = SceneDataSetWriter.Write(Options(5, camera), f => [.. f.Bgr]);
        Assert.Equal(5, written);
        string[] ids = File.ReadAllLines(Path.Combine(folder, "ids.txt"));
        Assert.Equal(["000000", "000001", "000002", "000003", "000004"], ids);
        using var samples = new SceneSamples(11, camera, viewsPerRoom: 2);
        var f = new FrameBuffers(48, 36);
        for (int i = 0; i < 5; i++)
        {
            samples.Render(i, f);
            Assert.Equal(f.Bgr, File.ReadAllBytes(Path.Combine(folder, "rgb", ids[i] + ".jpg")));
            Assert.Equal(f.Segmentation, Decode("seg13", ids[i], 1));
            byte[] depth = Decode("depth", ids[i], 2), normal = Decode("normal", ids[i], 3);
            for (int p = 0; p < f.Depth.Length; p++)
            {
                Assert.Equal(f.Depth[p], BinaryPrimitives.ReadUInt16BigEndian(depth.AsSpan(2 * p)) / 1000.0, 0.00051);
                for (int c = 0; c < 3; c++)
                {
                    Assert.Equal(f.Normals[c * f.Depth.Length + p], normal[3 * p + c] / 127.5 - 1, 0.00393);
                }
            }
            using JsonDocument meta = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "meta", ids[i] + ".json")));
            Assert.Equal(camera.Fx, meta.RootElement.GetProperty("intrinsics").GetProperty("fx").GetDouble());
            Assert.Equal(16, meta.RootElement.GetProperty("camera_to_world").GetArrayLength());
        }
    }

    [Fact]
    public void An_interrupted_series_is_resumed_with_the_same_bytes()
    {
        CameraIntrinsics camera = SceneSamples.NyuCamera(32, 24);
        Assert.Equal(4, SceneDataSetWriter.Write(Options(4, camera), f => [.. f.Bgr]));
        byte[] depth = File.ReadAllBytes(Path.Combine(folder, "depth", "000002.png"));
        File.Delete(Path.Combine(folder, "meta", "000002.json"));
        File.Delete(Path.Combine(folder, "depth", "000002.png"));
        Assert.Equal(1, SceneDataSetWriter.Write(Options(4, camera), f => [.. f.Bgr]));
        Assert.Equal(depth, File.ReadAllBytes(Path.Combine(folder, "depth", "000002.png")));
        Assert.Empty(Directory.EnumerateFiles(folder, "*.part", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_cancelled_run_stops_and_leaves_no_list()
    {
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.Equal(0, SceneDataSetWriter.Write(Options(4, SceneSamples.NyuCamera(32, 24)), f => [.. f.Bgr], null, cancel.Token));
        Assert.False(File.Exists(Path.Combine(folder, "ids.txt")));
    }

    [Fact]
    public void A_folder_of_another_series_is_refused()
    {
        CameraIntrinsics camera = SceneSamples.NyuCamera(32, 24);
        SceneDataSetWriter.Write(Options(1, camera), f => [.. f.Bgr]);
        var error = Assert.Throws<InvalidOperationException>(() => SceneDataSetWriter.Write(Options(1, camera) with { Seed = 12 }, f => [.. f.Bgr]));
        Assert.Contains("series.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validation_rooms_are_not_trained_on()
    {
        SceneDataSetWriter.Write(Options(24, SceneSamples.NyuCamera(16, 16)), _ => [1]);
        string[] fit = File.ReadAllLines(Path.Combine(folder, "ids_fit.txt")), val = File.ReadAllLines(Path.Combine(folder, "ids_val.txt"));
        Assert.Equal(["000018", "000019"], val);
        Assert.Equal(22, fit.Length);
        Assert.Empty(fit.Intersect(val));
    }

    private SceneDataSetOptions Options(int count, CameraIntrinsics camera) => new(folder, count, Seed: 11, camera);

    /// <summary>The pixels of a PNG without interlace whose rows use filter 0 or 4 (Paeth).</summary>
    private byte[] Decode(string sub, string id, int bytesPerPixel)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(folder, sub, id + ".png"));
        int width = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)), height = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20));
        int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(33));
        Assert.Equal("IDAT", System.Text.Encoding.ASCII.GetString(file, 37, 4));
        using var zlib = new ZLibStream(new MemoryStream(file, 41, length), CompressionMode.Decompress);
        var pixels = new byte[width * height * bytesPerPixel];
        var row = new byte[width * bytesPerPixel + 1];
        for (int y = 0; y < height; y++)
        {
            zlib.ReadExactly(row);
            Span<byte> target = pixels.AsSpan(y * width * bytesPerPixel, width * bytesPerPixel);
            for (int i = 0; i < target.Length; i++)
            {
                int a = i >= bytesPerPixel ? target[i - bytesPerPixel] : 0, b = y > 0 ? pixels[((y - 1) * target.Length) + i] : 0;
                int c = y > 0 && i >= bytesPerPixel ? pixels[((y - 1) * target.Length) + i - bytesPerPixel] : 0;
                int nearest = ((int[])[a, b, c]).MinBy(value => Math.Abs(a + b - c - value));
                target[i] = (byte)(row[i + 1] + (row[0] == 4 ? nearest : 0));
            }
        }
        return pixels;
    }
}
