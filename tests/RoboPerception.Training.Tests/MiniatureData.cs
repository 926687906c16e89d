using OpenCvSharp;
using RoboPerception.Training.Data;

namespace RoboPerception.Training.Tests;

/// <summary>A small folder in the layout of the real data: a floor below, a wall above, a box, with labels, depth and normals.</summary>
internal sealed class MiniatureData : IDisposable
{
    public const int Height = 48, Width = 64;

    public MiniatureData(int count, bool depth16 = true)
    {
        Folder = Directory.CreateTempSubdirectory("roboperception").FullName;
        foreach (var part in new[] { "rgb", "seg13", depth16 ? "depth" : "depth8", "normal" })
        {
            Directory.CreateDirectory(Path.Combine(Folder, part));
        }

        string[] ids = [.. Enumerable.Range(1, count).Select(i => i.ToString("D4", null))];
        File.WriteAllLines(Path.Combine(Folder, "ids.txt"), ids);
        for (var i = 0; i < count; i++)
        {
            Write(ids[i], Scene(i, Height, Width), depth16);
        }
    }

    public string Folder { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>A scene in memory: horizon and box depend on the number.</summary>
    public static LabeledImage Scene(int number, int height, int width)
    {
        var image = new LabeledImage(height, width);
        var horizon = height * (5 + (number % 3)) / 12;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var isBox = Math.Abs(x - (width * (2 + (number % 4)) / 8)) < width / 8 && Math.Abs(y - (height / 2)) < height / 6;
                var isFloor = !isBox && y >= horizon;
                var i = (y * width) + x;
                (byte label, ushort depth, sbyte ny, sbyte nz) = isBox ? ((byte)3, (ushort)1500, (sbyte)0, (sbyte)-127)
                    : isFloor ? ((byte)4, (ushort)(3000 - (1500 * (y - horizon) / height)), (sbyte)-127, (sbyte)0)
                    : ((byte)11, (ushort)3000, (sbyte)0, (sbyte)-127);
                image.Labels[i] = label;
                image.DepthMillimetres[i] = depth;
                (image.Normals[(3 * i) + 1], image.Normals[(3 * i) + 2]) = (ny, nz);
                var (r, g, b) = isBox ? (220, 40, 40) : isFloor ? (90, 160 + (y % 5), 60) : (60, 70, 200 - (x % 7));
                (image.Rgb[3 * i], image.Rgb[(3 * i) + 1], image.Rgb[(3 * i) + 2]) = ((byte)r, (byte)g, (byte)b);
            }
        }

        return image;
    }

    /// <summary>Several scenes of one size.</summary>
    public static ImageSet Set(int count, int height, int width) => new([.. Enumerable.Range(0, count).Select(i => Scene(i, height, width))]);

    private void Write(string id, LabeledImage image, bool depth16)
    {
        WriteColours($"rgb/{id}.png", image, i => new Vec3b(image.Rgb[(3 * i) + 2], image.Rgb[(3 * i) + 1], image.Rgb[3 * i]));
        WriteColours($"normal/{id}.png", image, i => new Vec3b(Code(image.Normals[(3 * i) + 2]), Code(image.Normals[(3 * i) + 1]), Code(image.Normals[3 * i])));
        using var labels = new Mat(image.Height, image.Width, MatType.CV_8UC1);
        image.Labels.CopyTo(labels.AsSpan<byte>());
        Save($"seg13/{id}.png", labels);
        using var depth = new Mat(image.Height, image.Width, depth16 ? MatType.CV_16UC1 : MatType.CV_8UC1);
        for (var i = 0; i < image.DepthMillimetres.Length; i++)
        {
            if (depth16)
            {
                depth.AsSpan<ushort>()[i] = image.DepthMillimetres[i];
            }
            else
            {
                depth.AsSpan<byte>()[i] = (byte)(image.DepthMillimetres[i] * 255 / 9995.47);
            }
        }

        Save($"{(depth16 ? "depth" : "depth8")}/{id}.png", depth);
    }

    private static byte Code(sbyte component) => (byte)Math.Round(((component / 127.0) + 1) * 127.5);

    private void WriteColours(string name, LabeledImage image, Func<int, Vec3b> pixel)
    {
        using var mat = new Mat(image.Height, image.Width, MatType.CV_8UC3);
        var span = mat.AsSpan<Vec3b>();
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = pixel(i);
        }

        Save(name, mat);
    }

    private void Save(string name, Mat mat) => Assert.True(Cv2.ImWrite(Path.Combine(Folder, name), mat), name);
}
