using System.Text.Json;
using OpenCvSharp;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Inference;

namespace RoboPerception.Benchmarks.Quality;

/// <summary>How steady a model's predictions are over a film, through the node's own reader, resizer and engine.</summary>
internal static class TemporalBenchmark
{
    public static unsafe int Run(string modelFile, string film, int frames)
    {
        ModelFile model = ModelFile.Load(modelFile);
        ModelInput input = model.Description.Input;
        using PerceptionEngine engine = PerceptionEngine.Start(model, new InferenceSettings { Providers = [ExecutionProvider.Cpu] });
        using var source = new VideoFileSource(film);
        using var resizer = new FrameResizer(input.Width, input.Height);
        using var image = new Mat();
        var measured = new FrameToFrame(input.Width * input.Height);
        source.Open();
        while (measured.Frames < frames && source.Grab() == GrabOutcome.Frame)
        {
            if (!source.Retrieve(image))
            {
                continue;
            }
            fixed (byte* to = engine.Input)
            {
                resizer.Resize(new ImageFrame(image), (nint)to);
            }
            engine.Run(0);
            measured.Add(engine.Outputs[0]);
        }
        if (measured.Frames < 3)
        {
            throw new UserErrorException(ExitCode.NoSource, $"'{film}' gave {measured.Frames} frames; three are needed to compare neighbours.");
        }
        var report = new
        {
            Environment = BenchmarkEnvironment.Read(),
            Model = Path.GetFileName(modelFile),
            Film = Path.GetFileName(film),
            measured.Frames,
            source.FramesPerSecond,
            LabelsChangedPercent = Percent(measured.LabelChanges),
            LabelFlickerPercent = Percent(measured.LabelFlicker),
            DepthJitterPercent = Percent(measured.DepthJitter),
            NormalsJitterDegrees = Math.Round(measured.NormalsJitter, 2),
            Classes = model.Description.Output(OutputKind.Segmentation)?.Classes?.Classes
                .Where(one => measured.ShareOf(one.Id) > 0.001)
                .Select(one => new { one.Name, SharePercent = Percent(measured.ShareOf(one.Id)), FlickerPercent = Percent(measured.FlickerOf(one.Id)) }),
        };
        Console.WriteLine(JsonSerializer.Serialize(report, PipelineBenchmark.Json));
        return 0;
    }

    private static double Percent(double share) => Math.Round(100 * share, 2);
}
