using System.Diagnostics;
using System.Numerics;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Scenes;

namespace RoboPerception.Benchmarks.Scenes;

/// <summary>What the scene generator promises, measured; each prints one JSON object with its environment.</summary>
public static class SceneBenchmarks
{
    private static readonly CameraIntrinsics Camera = SceneSamples.NyuCamera(384, 288);

    /// <summary>Runs one of the benchmarks: <c>speed</c>, <c>scaling</c>, <c>seeds [count] [first]</c>, <c>balance [frames]</c>,
    /// <c>images FOLDER seed...</c>; without a name the first four.</summary>
    /// <returns>0, or 1 if a promise is broken, 2 for a wrong name.</returns>
    public static int Run(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        int Number(int place, int otherwise) => args.Length > place ? int.Parse(args[place], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
        switch (args.Length > 0 ? args[0] : "")
        {
            case "speed":
                return Speed();
            case "scaling":
                return Scaling();
            case "seeds":
                return Seeds(Number(1, 10_000), Number(2, 0));
            case "balance":
                return Balance(Number(1, 200));
            case "images" when args.Length > 1:
                return SceneContactSheet.Write(args[1], [.. args.Skip(2).Select(a => ulong.Parse(a, System.Globalization.CultureInfo.InvariantCulture)).DefaultIfEmpty(60UL)]);
            case "":
                return Math.Max(Math.Max(Speed(), Scaling()), Math.Max(Balance(200), Seeds(1000, 0)));
            default:
                Console.Error.WriteLine("scene benchmarks: speed | scaling | seeds [count] [first] | balance [frames] | images FOLDER seed...");
                return 2;
        }
    }

    /// <summary>Frames per second at 384x288 with all labels, shadows, reflections and the sensor, on all processors.</summary>
    public static int Speed()
    {
        const int Rooms = 10, Frames = 20;
        var buffers = new FrameBuffers(Camera.Width, Camera.Height);
        double wall = 0, processor = 0, build = 0;
        using var renderer = new Renderer(Camera, new SensorParameters());
        for (ulong seed = 0; seed <= Rooms; seed++)
        {
            long start = Stopwatch.GetTimestamp();
            GeneratedRoom room = RoomGenerator.Generate(seed);
            double built = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            TimeSpan before = ProcessorTime();
            start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Frames; i++)
            {
                renderer.Render(room.Scene, room.Path.At(i * 0.4), i, buffers);
            }
            // The first room warms the code up.
            if (seed > 0)
            {
                build += built;
                wall += Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                processor += (ProcessorTime() - before).TotalMilliseconds;
            }
        }
        double perFrame = processor / (Rooms * Frames);
        Print(new
        {
            benchmark = "scene speed",
            size = $"{Camera.Width}x{Camera.Height}",
            processors = Environment.ProcessorCount,
            wall_ms_per_frame = Round(wall / (Rooms * Frames)),
            processor_ms_per_frame = Round(perFrame),
            frames_per_second_wall = Round(1000 * Rooms * Frames / wall),
            frames_per_second_on_two_free_cores = Round(2000 / perFrame),
            room_build_ms = Round(build / Rooms),
        });
        return 2000 / perFrame >= 20 ? 0 : 1;
    }

    /// <summary>Cost of a frame with 10 to 10,000 objects in the same room, as ratios to the first.</summary>
    public static int Scaling()
    {
        int[] sizes = [10, 100, 1_000, 10_000];
        var times = new double[sizes.Length];
        var buffers = new FrameBuffers(Camera.Width, Camera.Height);
        using var renderer = new Renderer(Camera, SensorParameters.Ideal, new RenderOptions(Workers: 1));
        for (int k = 0; k < sizes.Length; k++)
        {
            Scene scene = Heap(sizes[k]);
            for (int i = 0; i < 13; i++)
            {
                var pose = CameraPose.Looking(new(0.5f, 0.5f, 1.5f), 0.55f + 0.04f * i, -0.25f);
                TimeSpan before = ProcessorTime();
                renderer.Render(scene, pose, i, buffers);
                times[k] += i < 3 ? 0 : (ProcessorTime() - before).TotalMilliseconds / 10;
            }
        }
        // Growth per factor of ten; logarithmic cost would add a constant each time.
        var steps = times.Select(t => Round(t - times[0])).ToArray();
        Print(new
        {
            benchmark = "scene scaling",
            objects = sizes,
            processor_ms_per_frame = times.Select(Round).ToArray(),
            ratio_to_first = times.Select(t => Round(t / times[0])).ToArray(),
            ratio_of_logarithms = sizes.Select(s => Round(Math.Log(s) / Math.Log(sizes[0]))).ToArray(),
            growth_ms = steps,
        });
        return times[^1] / times[0] <= Math.Log(sizes[^1]) / Math.Log(sizes[0]) ? 0 : 1;
    }

    /// <summary>Generates seeds and looks for exceptions, NaN, empty views and cameras inside objects.</summary>
    public static int Seeds(int count, int first)
    {
        CameraIntrinsics camera = Camera.ScaledTo(48, 36);
        var faults = new System.Collections.Concurrent.ConcurrentQueue<string>();
        int done = 0;
        Parallel.For(0, Environment.ProcessorCount, worker =>
        {
            var buffers = new FrameBuffers(camera.Width, camera.Height);
            using var renderer = new Renderer(camera, SensorParameters.Ideal, new RenderOptions(1, false, 1));
            for (int seed = first + worker; seed < first + count; seed += Environment.ProcessorCount)
            {
                if (Fault((ulong)seed, renderer, buffers) is { } fault)
                {
                    faults.Enqueue($"seed {seed}: {fault}");
                }
                Interlocked.Increment(ref done);
            }
        });
        Print(new { benchmark = "scene seeds", first, count = done, faults = faults.Count, examples = faults.Take(10).ToArray() });
        return faults.IsEmpty ? 0 : 1;
    }

    /// <summary>Share of the pixels per class over training views.</summary>
    public static int Balance(int frames)
    {
        var counts = new long[256];
        CameraIntrinsics camera = Camera.ScaledTo(96, 72);
        var buffers = new FrameBuffers(camera.Width, camera.Height);
        using var samples = new SceneSamples(1, camera, viewsPerRoom: 1, workers: 0);
        for (int i = 0; i < frames; i++)
        {
            samples.Render(i, buffers);
            foreach (byte label in buffers.Segmentation)
            {
                counts[label]++;
            }
        }
        double all = counts.Sum();
        var shares = ClassMap.Nyu13.Classes.ToDictionary(c => c.Name, c => Math.Round(100 * counts[c.Id] / all, 2));
        Print(new { benchmark = "scene balance", frames, percent = shares, unlabelled_percent = Round(100 * counts[255] / all) });
        return shares.Values.Min() >= 0.5 ? 0 : 1;
    }

#pragma warning disable CA1031 // Every exception of a seed is a finding, whatever its type.
    private static string? Fault(ulong seed, Renderer renderer, FrameBuffers buffers)
    {
        try
        {
            GeneratedRoom room = RoomGenerator.Generate(seed);
            for (double s = 0; s < room.Path.Period; s += 0.2)
            {
                Vector3 eye = room.Path.At(s).Position;
                if (room.Scene.IsInsideSolid(eye) || !room.Scene.Interior.Contains(eye))
                {
                    return FormattableString.Invariant($"camera inside an object or outside the room at {s:F1} s");
                }
            }
            for (int view = 0; view < 3; view++)
            {
                CameraPose pose = view == 0 ? room.Path.At(1) : room.RandomView(view);
                if (room.Scene.IsInsideSolid(pose.Position))
                {
                    return $"view {view} is inside an object";
                }
                renderer.Render(room.Scene, pose, view, buffers);
                if (buffers.Depth.Any(d => !float.IsFinite(d)) || buffers.Normals.Any(n => !float.IsFinite(n)))
                {
                    return $"view {view} has a value that is not finite";
                }
                if (buffers.Segmentation.Contains((byte)255) || buffers.Segmentation.Distinct().Count() < 2)
                {
                    return $"view {view} is empty or open";
                }
            }
            return null;
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }
#pragma warning restore CA1031

    /// <summary>A room of 6 x 6 x 3 m with objects whose size shrinks with their number, so that they fill the same part of it.</summary>
    private static Scene Heap(int count)
    {
        var random = new Random(4);
        float Next(float low, float high) => low + (high - low) * random.NextSingle();
        var solids = new List<Primitive>();
        var things = new List<SceneInstance> { new(SceneClass.Wall, "room") };
        void Add(PrimitiveShape shape, Vector3 centre, Vector3 half, float radius, Rotation frame, int instance) =>
            solids.Add(new Primitive { Shape = shape, Centre = centre, Half = half, Radius = radius, Frame = frame, Instance = instance });
        foreach (var (axis, side) in (ReadOnlySpan<(int, float)>)[(0, -1), (0, 1), (1, -1), (1, 1), (2, -1), (2, 1)])
        {
            Vector3 centre = new(3, 3, 1.5f), half = new(3.2f, 3.2f, 1.7f);
            float room = axis == 2 ? 1.5f : 3;
            centre[axis] += side * (room + 0.1f);
            half[axis] = 0.1f;
            Add(PrimitiveShape.Box, centre, half, 0, Rotation.Identity, 0);
        }
        float size = 0.9f / MathF.Cbrt(count);
        for (int i = 0; i < count; i++)
        {
            var shape = (PrimitiveShape)(i % 4);
            var frame = Rotation.AboutZ(Next(-3, 3)).Then(Rotation.AboutX(Next(-0.4f, 0.4f)));
            things.Add(new((SceneClass)(i % 13), "thing"));
            var centre = new Vector3(Next(1.6f, 5.8f), Next(1.6f, 5.8f), Next(0.1f, 2f));
            float s = size * Next(0.5f, 1.2f);
            Add(shape, centre, new(s, s, s * Next(0.4f, 1)), s * (shape == PrimitiveShape.RoundedBox ? 0.15f : 0.7f), frame, i + 1);
        }
        var grey = new Material(SurfacePattern.Plain, new(0.5f), new(0.5f));
        var lamp = new AreaLight(LightShape.Ball, new(3, 3, 2.7f), default, default, 0.2f, new(30));
        var window = new AreaLight(LightShape.Rectangle, new(0.01f, 3, 1.6f), new(0, 0, 0.6f), new(0, -0.8f, 0), 0, new(4));
        return new Scene(solids, [grey], things, [lamp, window], new(Vector3.Zero, new(6, 6, 3)));
    }

    private static TimeSpan ProcessorTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private static double Round(double value) => Math.Round(value, 2);

    private static void Print(object result) => Console.WriteLine(JsonSerializer.Serialize(result));
}
