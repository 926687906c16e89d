using System.Diagnostics;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Interop.Obstacles;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Outputs;
using RoboPerception.Scenes;

namespace RoboPerception.Benchmarks;

/// <summary>
/// What topics <c>scan</c> and <c>nearest</c> cost a frame at the model's grid: the ground found, the pixels looked at, both documents written, all on
/// one thread; beside one run of the network. On rendered rooms, whose floors, furniture and distances are those of rooms.
/// </summary>
internal static class ScanBenchmark
{
    private const int Rounds = 40;
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    public static int Run(string modelFile)
    {
        ModelFile model = ModelFile.Load(modelFile);
        ModelInput grid = model.Description.Input;
        using PerceptionEngine engine = PerceptionEngine.Start(model, new InferenceSettings { Providers = [ExecutionProvider.Cpu] });
        OutputBuffers predictions = engine.Outputs[0];
        var rendered = new RoboPerception.Scenes.FrameBuffers(grid.Width, grid.Height);
        using var documents = new ObstacleDocuments();
        List<double> looking = [], writing = [], inference = [];
        long bytes = 0, messages = 0;
        foreach (ulong seed in new ulong[] { 3, 11, 25, 40 })
        {
            using var scene = new SceneCamera(new SceneUri(seed, 2, grid.Width, grid.Height));
            var obstacles = new FrameObstacles(scene.Intrinsics, ClassMap.Nyu13, new CameraSettings { Id = "cam0" }, new FrameOutputSettings { Scan = true, Nearest = true });
            for (int i = 0; i < Rounds; i++)
            {
                scene.Render(i % 4, rendered);
                rendered.Bgr.AsSpan().CopyTo(engine.Input);
                inference.Add(engine.Run(0).TotalMilliseconds);
                rendered.Segmentation.CopyTo(predictions.SegmentationMemory);
                rendered.Depth.CopyTo(predictions.DepthMemory);
                rendered.Normals.CopyTo(predictions.NormalsMemory);
                var frame = new OutputFrame(HeaderOf(grid, i), predictions);
                long begun = Stopwatch.GetTimestamp();
                obstacles.Look(frame);
                long looked = Stopwatch.GetTimestamp();
                bytes += documents.Scan(obstacles.Scan, obstacles.Ground, frame.Stamp, frame.Sequence, "cam0_scan").Length;
                bytes += documents.Nearest(obstacles.Nearest, frame.Stamp, frame.Sequence, "cam0_scan").Length;
                looking.Add(Stopwatch.GetElapsedTime(begun, looked).TotalMilliseconds);
                writing.Add(Stopwatch.GetElapsedTime(looked).TotalMilliseconds);
                messages++;
            }
        }
        double look = Median(looking), write = Median(writing), run = Median(inference);
        Console.WriteLine(JsonSerializer.Serialize(
            new
            {
                environment = BenchmarkEnvironment.Read(),
                grid = $"{grid.Width}x{grid.Height}",
                frames = messages,
                scan_and_nearest_ms_p50 = Math.Round(look + write, 3),
                of_which_json_ms_p50 = Math.Round(write, 3),
                inference_ms_p50 = Math.Round(run, 2),
                ratio_to_inference = Math.Round((look + write) / run, 4),
                bytes_a_frame = bytes / messages,
                megabit_a_second_at_30_hz = Math.Round(bytes / messages * 8 * 30 / 1e6, 3),
            },
            Json));
        return 0;
    }

    private static FrameHeader HeaderOf(ModelInput grid, int frame) => new(
        OutputKind.Depth, PayloadEncoding.Raw, 0, (ushort)grid.Width, (ushort)grid.Height, (ushort)grid.Width, (ushort)grid.Height, (ulong)frame, 1 + (frame * 33_333_333L), 0, 1,
        PixelTransform.Identity, 1, 0, 0, 0);

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
