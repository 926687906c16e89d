using System.Text.Json;
using OpenCvSharp;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Training.Data;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Benchmarks.Quality;

/// <summary>
/// Cameras of another shape than the model: labelled images cut to 16:9, 1:1 and 9:16, fitted to the model's grid by each
/// <see cref="ResizeFit"/>, predictions compared with the labels at the camera's own pixels. Over the pixels that all three prediction (the
/// middle, which cropping keeps), and over everything each of them predictions.
/// </summary>
internal static class FitBenchmark
{
    private const int Width = 640, Height = 480;

    private static readonly (string Name, Rect Part)[] Cameras =
    [
        ("16:9", new Rect(0, 60, 640, 360)),
        ("1:1", new Rect(80, 0, 480, 480)),
        ("9:16", new Rect(185, 0, 270, 480)),
    ];

    public static int Run(string modelFile, string data, string? ids)
    {
        ModelFile model = ModelFile.Load(modelFile);
        ModelInput input = model.Description.Input;
        int classes = model.Description.Output(OutputKind.Segmentation)?.Classes?.Count
            ?? throw new UserErrorException(ExitCode.ModelContract, $"'{modelFile}' has no segmentation.");
        CameraIntrinsics training = input.TrainingIntrinsics?.ScaledTo(Width, Height)
            ?? throw new UserErrorException(ExitCode.ModelContract, $"'{modelFile}' does not name its training camera.");
        ImageReader reader = DataFormats.Open(new DataRequest(data, ids, Validation: true, 0));
        using PerceptionEngine engine = PerceptionEngine.Start(model, new InferenceSettings { Providers = [ExecutionProvider.Cpu] });
        ResizeFit[] fits = Enum.GetValues<ResizeFit>();
        var scores = new FitScore[Cameras.Length, fits.Length];
        foreach (string id in reader.Ids)
        {
            LabeledImage image = reader.Read(id, Height, Width);
            using Mat whole = ToMat(image);
            for (int c = 0; c < Cameras.Length; c++)
            {
                Rect part = Cameras[c].Part;
                using var cut = new Mat(whole, part);
                var camera = new CameraIntrinsics(part.Width, part.Height, training.Fx, training.Fy, training.Cx - part.X, training.Cy - part.Y);
                for (int f = 0; f < fits.Length; f++)
                {
                    using var resizer = new FrameResizer(input.Width, input.Height, new CameraCalibration(Cameras[c].Name, camera), fit: fits[f]);
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
        var report = new
        {
            Environment = BenchmarkEnvironment.Read(),
            Model = Path.GetFileName(modelFile),
            Images = reader.Ids.Count,
            Cameras = Cameras.Select((camera, c) => new { camera.Name, Fits = fits.Select((fit, f) => new { Fit = fit.ToString().ToLowerInvariant(), Score = scores[c, f].Report() }) }),
        };
        Console.WriteLine(JsonSerializer.Serialize(report, PipelineBenchmark.Json));
        return 0;
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
