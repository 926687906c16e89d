using System.Text.Json;
using OpenCvSharp;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Scenes;
using RoboPerception.Training.Data;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Benchmarks.Quality;

/// <summary>
/// Cameras of another shape than the model: labelled images cut to 16:9, 1:1 and 9:16, fitted to the grid of one or several models by each
/// <see cref="ResizeFit"/>, predictions compared with the labels at the camera's own pixels: over everything that is predicted, and over the
/// middle of the camera's image, which cropping to a grid of 4:3 keeps. The camera is that of NYU Depth v2.
/// </summary>
internal static class FitBenchmark
{
    private const int Width = 640, Height = 480;

    private static readonly (string Name, Rect Part)[] Known =
    [
        ("16:9", new Rect(0, 60, 640, 360)),
        ("1:1", new Rect(80, 0, 480, 480)),
        ("9:16", new Rect(185, 0, 270, 480)),
    ];

    private static readonly ResizeFit[] Fits = Enum.GetValues<ResizeFit>();

    /// <param name="models">Model files.</param>
    /// <param name="data">Labelled images of the camera of NYU Depth v2.</param>
    /// <param name="ids">Which of them; null = the validation images.</param>
    /// <param name="shape">The one camera that is wanted, such as 16:9; null = all.</param>
    public static int Run(IReadOnlyList<string> models, string data, string? ids, string? shape)
    {
        (string Name, Rect Part)[] cameras = [.. Known.Where(camera => shape is null || camera.Name == shape)];
        if (cameras.Length == 0)
        {
            throw new UserErrorException(ExitCode.Usage, $"--shape '{shape}' is unknown; choose {string.Join(", ", Known.Select(camera => camera.Name))}.");
        }
        ImageReader reader = DataFormats.Open(new DataRequest(data, ids, Validation: true, 0));
        var report = new
        {
            Environment = BenchmarkEnvironment.Read(),
            Images = reader.Ids.Count,
            Models = models.Select(model => Measure(model, reader, cameras)).ToArray(),
        };
        Console.WriteLine(JsonSerializer.Serialize(report, PipelineBenchmark.Json));
        return 0;
    }

    private static object Measure(string modelFile, ImageReader reader, (string Name, Rect Part)[] cameras)
    {
        ModelFile model = ModelFile.Load(modelFile);
        ModelInput input = model.Description.Input;
        int classes = model.Description.Output(OutputKind.Segmentation)?.Classes?.Count
            ?? throw new UserErrorException(ExitCode.ModelContract, $"'{modelFile}' has no segmentation.");
        CameraIntrinsics camera = SceneSamples.NyuCamera(Width, Height);
        using PerceptionEngine engine = PerceptionEngine.Start(model, new InferenceSettings { Providers = [ExecutionProvider.Cpu] });
        var scores = new FitScore[cameras.Length, Fits.Length];
        foreach (string id in reader.Ids)
        {
            LabeledImage image = reader.Read(id, Height, Width);
            using Mat whole = ToMat(image);
            for (int c = 0; c < cameras.Length; c++)
            {
                Rect part = cameras[c].Part;
                using var cut = new Mat(whole, part);
                var calibration = new CameraCalibration(cameras[c].Name, camera with { Width = part.Width, Height = part.Height, Cx = camera.Cx - part.X, Cy = camera.Cy - part.Y });
                for (int f = 0; f < Fits.Length; f++)
                {
                    using var resizer = new FrameResizer(input.Width, input.Height, calibration, fit: Fits[f]);
                    See(resizer, cut, engine);
                    engine.Run(0);
                    if (resizer.HasPadding)
                    {
                        engine.Outputs[0].MarkInvalidOutside(input.Width, resizer.Window);
                    }
                    (scores[c, f] ??= new FitScore(classes)).Add(image, part, engine.Outputs[0], input, resizer.Transform, DepthScale.Factor(input, resizer.Intrinsics));
                }
            }
        }
        return new
        {
            Model = Path.GetFileName(modelFile),
            Size = $"{input.Height}x{input.Width}",
            Cameras = cameras.Select((camera, c) => new { camera.Name, Fits = Fits.Select((fit, f) => new { Fit = fit.ToString().ToLowerInvariant(), Score = scores[c, f].Report() }) }),
        };
    }

    private static unsafe Mat ToMat(LabeledImage image)
    {
        var whole = new Mat(Height, Width, MatType.CV_8UC3);
        for (int i = 0; i < Height * Width; i++)
        {
            byte* pixel = (byte*)whole.Data + (3 * i);
            (pixel[0], pixel[1], pixel[2]) = (image.Rgb[(3 * i) + 2], image.Rgb[(3 * i) + 1], image.Rgb[3 * i]);
        }
        return whole;
    }

    private static unsafe void See(FrameResizer resizer, Mat image, PerceptionEngine engine)
    {
        fixed (byte* to = engine.Input)
        {
            resizer.Resize(new ImageFrame(image), (nint)to);
        }
    }
}
