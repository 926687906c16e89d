using System.Text.Json;
using OpenCvSharp;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Training.Data;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Benchmarks.Quality;

/// <summary>
/// Depth from cameras other than the training camera: labelled images resized, and cropped as through longer lenses, with the correction by
/// focal lengths (<see cref="DepthScale"/>) and without it.
/// </summary>
internal static class CamerasBenchmark
{
    private const int Width = 640, Height = 480;

    // What part of the image the camera sees, about its middle, and the size it is then brought to.
    private static readonly (string Name, double Columns, double Rows, int Width, int Height)[] Cameras =
    [
        ("training camera, 640x480", 1, 1, Width, Height),
        ("the same at 320x240", 1, 1, Width / 2, Height / 2),
        ("the same cut to 16:9", 1, 0.75, Width, 360),
        ("focal length x 1.25", 0.8, 0.8, Width, Height),
        ("focal length x 1.54", 0.65, 0.65, Width, Height),
        ("focal length x 2", 0.5, 0.5, Width, Height),
    ];

    public static int Run(string modelFile, string data, string? ids)
    {
        ModelFile model = ModelFile.Load(modelFile);
        ModelInput input = model.Description.Input;
        CameraIntrinsics training = input.TrainingIntrinsics?.ScaledTo(Width, Height)
            ?? throw new UserErrorException(ExitCode.ModelContract, $"'{modelFile}' does not name its training camera.");
        ImageReader reader = DataFormats.Open(new DataRequest(data, ids, Validation: true, 0));
        using PerceptionEngine engine = PerceptionEngine.Start(model, new InferenceSettings { Providers = [ExecutionProvider.Cpu] });
        var meters = Cameras.Select(_ => (Plain: new DepthMeter(), Corrected: new DepthMeter())).ToArray();
        foreach (string id in reader.Ids)
        {
            LabeledImage image = reader.Read(id, Height, Width);
            for (int c = 0; c < Cameras.Length; c++)
            {
                float[] groundTruth = See(image, c, input, engine);
                engine.Run(0);
                float[] prediction = engine.Outputs[0].Depth.ToArray();
                var target = new Target { Values = groundTruth };
                var shape = new BatchShape(1, 1, input.Height, input.Width);
                meters[c].Plain.Add(prediction, target, shape);
                DepthScale.Apply(prediction, DepthScale.Factor(input, CameraOf(c, training)));
                meters[c].Corrected.Add(prediction, target, shape);
            }
        }
        var report = new
        {
            Environment = BenchmarkEnvironment.Read(),
            Model = Path.GetFileName(modelFile),
            Images = reader.Ids.Count,
            Cameras = Cameras.Select((camera, c) => new
            {
                camera.Name,
                Factor = Math.Round(DepthScale.Factor(input, CameraOf(c, training)), 3),
                RelativeErrorPlain = Value(meters[c].Plain, "depth.relative_error_pooled"),
                RelativeErrorCorrected = Value(meters[c].Corrected, "depth.relative_error_pooled"),
                AbsoluteErrorPlain = Value(meters[c].Plain, "depth.absolute_error_pooled"),
                AbsoluteErrorCorrected = Value(meters[c].Corrected, "depth.absolute_error_pooled"),
            }),
        };
        Console.WriteLine(JsonSerializer.Serialize(report, PipelineBenchmark.Json));
        return 0;
    }

    private static double Value(DepthMeter meter, string name) => Math.Round(meter.Values().Single(value => value.Name == name).Value, 3);

    private static Rect Part(int camera)
    {
        (_, double columns, double rows, _, _) = Cameras[camera];
        int width = (int)(columns * Width), height = (int)(rows * Height);
        return new Rect((Width - width) / 2, (Height - height) / 2, width, height);
    }

    private static CameraIntrinsics CameraOf(int camera, CameraIntrinsics training)
    {
        Rect part = Part(camera);
        (_, _, _, int width, int height) = Cameras[camera];
        return new CameraIntrinsics(part.Width, part.Height, training.Fx, training.Fy, training.Cx - part.X, training.Cy - part.Y).ScaledTo(width, height);
    }

    /// <summary>Writes the camera's image into the engine's input by way of the node's resizer; metres of every pixel of the grid, 0 = unknown.</summary>
    private static unsafe float[] See(LabeledImage image, int camera, ModelInput input, PerceptionEngine engine)
    {
        Rect part = Part(camera);
        (_, _, _, int width, int height) = Cameras[camera];
        using var whole = new Mat(Height, Width, MatType.CV_8UC3);
        for (int i = 0; i < Height * Width; i++)
        {
            byte* pixel = (byte*)whole.Data + (3 * i);
            (pixel[0], pixel[1], pixel[2]) = (image.Rgb[(3 * i) + 2], image.Rgb[(3 * i) + 1], image.Rgb[3 * i]);
        }
        using var cut = new Mat(whole, part);
        using var seen = new Mat();
        Cv2.Resize(cut, seen, new Size(width, height), 0, 0, InterpolationFlags.Area);
        using var resizer = new FrameResizer(input.Width, input.Height);
        fixed (byte* to = engine.Input)
        {
            resizer.Resize(new ImageFrame(seen), (nint)to);
        }
        var metres = new float[input.Height * input.Width];
        for (int y = 0; y < input.Height; y++)
        {
            int row = part.Y + (int)((y + 0.5) * part.Height / input.Height);
            for (int x = 0; x < input.Width; x++)
            {
                int column = part.X + (int)((x + 0.5) * part.Width / input.Width);
                metres[(y * input.Width) + x] = (float)(image.DepthMillimetres[(row * Width) + column] * image.DepthStep);
            }
        }
        return metres;
    }
}
