using RoboPerception.Core;
using RoboPerception.Scenes;

namespace RoboPerception.Benchmarks.Scenes;

/// <summary>Frames beside their labels, for people to look at: image, segmentation, depth, normals.</summary>
public static class SceneContactSheet
{
    /// <summary>Writes one PNG with a row per seed.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="seeds">Seeds of the rooms.</param>
    public static int Write(string folder, IReadOnlyList<ulong> seeds)
    {
        ArgumentNullException.ThrowIfNull(seeds);
        int count = seeds.Count;
        CameraIntrinsics camera = SceneSamples.NyuCamera(384, 288);
        int w = camera.Width, h = camera.Height, n = w * h;
        var sheet = new byte[4 * w * count * h * 3];
        var f = new FrameBuffers(w, h);
        using var renderer = new Renderer(camera, new SensorParameters());
        for (int i = 0; i < count; i++)
        {
            GeneratedRoom room = RoomGenerator.Generate(seeds[i]);
            renderer.Render(room.Scene, room.RandomView(0), 0, f);
            for (int p = 0; p < n; p++)
            {
                ClassInfo c = ClassMap.Nyu13.Classes[f.Segmentation[p]];
                byte near = Level(1.1f - f.Depth[p] * 0.16f);
                Put(i, 0, p, f.Bgr[3 * p + 2], f.Bgr[3 * p + 1], f.Bgr[3 * p]);
                Put(i, 1, p, c.Red, c.Green, c.Blue);
                Put(i, 2, p, near, near, near);
                Put(i, 3, p, Level(f.Normals[p] * 0.5f + 0.5f), Level(f.Normals[n + p] * 0.5f + 0.5f), Level(f.Normals[2 * n + p] * 0.5f + 0.5f));
            }
        }
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, "scenes.png");
        File.WriteAllBytes(path, PngWriter.Rgb(sheet, 4 * w, count * h));
        Console.WriteLine(path);
        return 0;

        void Put(int row, int column, int pixel, byte r, byte g, byte b)
        {
            int at = 3 * (((row * h + pixel / w) * 4 * w) + column * w + pixel % w);
            (sheet[at], sheet[at + 1], sheet[at + 2]) = (r, g, b);
        }
    }

    private static byte Level(float value) => (byte)Math.Clamp(value * 255 + 0.5f, 0, 255);
}
