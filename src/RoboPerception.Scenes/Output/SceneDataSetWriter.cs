using System.Globalization;
using System.Numerics;
using System.Text.Json;
using RoboPerception.Core;

namespace RoboPerception.Scenes;

/// <summary>What to write.</summary>
/// <param name="Folder">Where to; made if missing.</param>
/// <param name="Count">How many samples.</param>
/// <param name="Seed">Seed of the series.</param>
/// <param name="Camera">The camera; null = that of NYU Depth v2 at 640x480.</param>
/// <param name="ViewsPerRoom">Views in one room.</param>
/// <param name="Workers">Threads; 0 = all processors.</param>
internal sealed record SceneDataSetOptions(
    string Folder, int Count, ulong Seed = 1, CameraIntrinsics? Camera = null, int ViewsPerRoom = 2, int Workers = 0);

/// <summary>
/// Writes samples in the folder layout of the NYU Depth v2 copy: <c>rgb/ID.jpg</c>, <c>seg13/ID.png</c> (8 bit), <c>depth/ID.png</c>
/// (16 bit, millimetres), <c>normal/ID.png</c> (n = value / 127.5 - 1), <c>instance/ID.png</c> (16 bit), <c>meta/ID.json</c> (intrinsics, pose,
/// room), <c>ids.txt</c> with <c>ids_fit.txt</c> and <c>ids_val.txt</c> (every tenth room). Resumable: a sample whose meta file exists is done,
/// since that file is written last.
/// </summary>
internal static class SceneDataSetWriter
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = false };

    /// <summary>Writes what is missing.</summary>
    /// <param name="options">What to write.</param>
    /// <param name="encodeJpeg">Encodes <see cref="FrameBuffers.Bgr"/> as a JPEG file; called from several threads.</param>
    /// <param name="progress">Told the number of finished samples.</param>
    /// <param name="cancel">Stops after the samples under way; what is written stays valid.</param>
    /// <returns>How many samples were rendered now.</returns>
    /// <exception cref="InvalidOperationException">The folder holds a series of another seed, camera or views per room.</exception>
    public static int Write(SceneDataSetOptions options, Func<FrameBuffers, byte[]> encodeJpeg, IProgress<int>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(encodeJpeg);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Count, nameof(options));
        CameraIntrinsics camera = options.Camera ?? SceneSamples.NyuCamera(640, 480);
        foreach (string sub in (ReadOnlySpan<string>)["rgb", "seg13", "depth", "normal", "instance", "meta"])
        {
            Directory.CreateDirectory(Path.Combine(options.Folder, sub));
        }
        CheckSeries(options, camera);
        int rooms = (options.Count + options.ViewsPerRoom - 1) / options.ViewsPerRoom;
        int workers = Math.Min(rooms, options.Workers == 0 ? Environment.ProcessorCount : options.Workers);
        int nextRoom = -1, done = 0, rendered = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = CancellationToken.None };
        Parallel.For(0, workers, parallel, _ =>
        {
            using var samples = new SceneSamples(options.Seed, camera, options.ViewsPerRoom, workers: 1);
            var buffers = new FrameBuffers(camera.Width, camera.Height);
            int room;
            while (!cancel.IsCancellationRequested && (room = Interlocked.Increment(ref nextRoom)) < rooms)
            {
                int end = Math.Min(options.Count, (room + 1) * options.ViewsPerRoom);
                for (int i = room * options.ViewsPerRoom; i < end && !cancel.IsCancellationRequested; i++)
                {
                    if (!File.Exists(Path.Combine(options.Folder, "meta", Id(i) + ".json")))
                    {
                        WriteSample(options.Folder, samples.Render(i, buffers), camera, buffers, encodeJpeg);
                        Interlocked.Increment(ref rendered);
                    }
                    progress?.Report(Interlocked.Increment(ref done));
                }
            }
        });
        if (!cancel.IsCancellationRequested)
        {
            WriteLists(options);
        }
        return rendered;
    }

    /// <summary>Name of a sample's files.</summary>
    public static string Id(int index) => index.ToString("D6", CultureInfo.InvariantCulture);

    private static void WriteSample(string folder, SceneSample sample, CameraIntrinsics camera, FrameBuffers frame, Func<FrameBuffers, byte[]> encodeJpeg)
    {
        string id = Id((int)sample.Index);
        int n = frame.Width * frame.Height;
        Save(folder, "rgb", id + ".jpg", encodeJpeg(frame));
        Save(folder, "seg13", id + ".png", PngWriter.Grey8(frame.Segmentation, frame.Width, frame.Height));
        var millimetres = new ushort[n];
        var normal = new byte[3 * n];
        for (int i = 0; i < n; i++)
        {
            millimetres[i] = (ushort)Math.Clamp(frame.Depth[i] * 1000 + 0.5f, 0, 65535);
            for (int c = 0; c < 3; c++)
            {
                normal[3 * i + c] = frame.Instances[i] == 0 ? (byte)0 : (byte)Math.Clamp(((frame.Normals[c * n + i] + 1) * 127.5f) + 0.5f, 0, 255);
            }
        }
        Save(folder, "depth", id + ".png", PngWriter.Grey16(millimetres, frame.Width, frame.Height));
        Save(folder, "normal", id + ".png", PngWriter.Rgb(normal, frame.Width, frame.Height));
        Save(folder, "instance", id + ".png", PngWriter.Grey16(frame.Instances, frame.Width, frame.Height));
        Save(folder, "meta", id + ".json", Meta(sample, camera));
    }

    private static byte[] Meta(SceneSample sample, CameraIntrinsics camera)
    {
        Rotation r = sample.Pose.Orientation;
        Vector3 p = sample.Pose.Position;
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            room_seed = sample.RoomSeed,
            room_kind = sample.Kind.ToString().ToLowerInvariant(),
            intrinsics = Series(camera),
            camera_to_world = new[] { r.X.X, r.Y.X, r.Z.X, p.X, r.X.Y, r.Y.Y, r.Z.Y, p.Y, r.X.Z, r.Y.Z, r.Z.Z, p.Z, 0, 0, 0, 1 },
            exposure = sample.Sensor.Exposure,
            shot_noise = sample.Sensor.ShotNoise,
            jpeg_quality = sample.Sensor.JpegQuality,
        }, Json);
    }

    private static object Series(CameraIntrinsics c) => new
    {
        width = c.Width,
        height = c.Height,
        fx = c.Fx,
        fy = c.Fy,
        cx = c.Cx,
        cy = c.Cy,
        distortion_model = c.DistortionModel,
        distortion = c.Distortion,
    };

    /// <summary>A folder belongs to one series; a second one would mix silently into it.</summary>
    private static void CheckSeries(SceneDataSetOptions options, CameraIntrinsics camera)
    {
        string path = Path.Combine(options.Folder, "series.json");
        string now = JsonSerializer.Serialize(new { generator = 1, seed = options.Seed, views_per_room = options.ViewsPerRoom, intrinsics = Series(camera) }, Json);
        if (File.Exists(path) && File.ReadAllText(path) != now)
        {
            throw new InvalidOperationException(
                $"'{options.Folder}' holds another series (see series.json); choose an empty folder, or the same seed, camera and views per room to resume.");
        }
        Save(options.Folder, "", "series.json", System.Text.Encoding.UTF8.GetBytes(now));
    }

    private static void WriteLists(SceneDataSetOptions options)
    {
        var all = Enumerable.Range(0, options.Count).ToList();
        // Whole rooms are held out, so that validation shows rooms never trained on.
        bool HeldOut(int i) => i / options.ViewsPerRoom % 10 == 9;
        void List(string name, IEnumerable<int> ids) => Save(options.Folder, "", name, System.Text.Encoding.ASCII.GetBytes(string.Concat(ids.Select(i => Id(i) + "\n"))));
        List("ids.txt", all);
        List("ids_fit.txt", all.Where(i => !HeldOut(i)));
        List("ids_val.txt", all.Where(HeldOut));
        List("ids_tiny64.txt", all.Where(i => !HeldOut(i)).Take(64));
    }

    /// <summary>Writes under another name first: an interrupted run leaves no half file under a valid one.</summary>
    private static void Save(string folder, string sub, string name, byte[] bytes)
    {
        string path = Path.Combine(folder, sub, name);
        string unfinished = path + ".part";
        File.WriteAllBytes(unfinished, bytes);
        File.Move(unfinished, path, overwrite: true);
    }
}
