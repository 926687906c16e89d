using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Scenes;
using Xunit;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>A shipped model behind cameras that it was not trained with, in rooms whose true depth is known.</summary>
public sealed class OtherCameraTests
{
    private const int Rooms = 12;

    // A longer lens shows too little of a room for the network to judge by: there the correction helps less.
    [Theory]
    [InlineData(2, 0.9)]
    [InlineData(0.6, 0.7)]
    public void Depth_through_another_lens_is_nearer_the_ground_truth_once_the_focal_length_is_known(double focal, double atMost)
    {
        (double plain, double corrected) = Errors(focal, width: 384, height: 288);
        Assert.True(corrected < atMost * plain, $"mean |log d| with the correction {corrected:F3}, without {plain:F3}");
    }

    [Fact]
    public void The_training_camera_at_another_resolution_needs_no_correction()
    {
        (double plain, double corrected) = Errors(focal: 1, width: 640, height: 480);
        Assert.Equal(plain, corrected, 5);
    }

    /// <summary>Mean error of the logarithm of depth over rooms seen by the training camera with another focal length.</summary>
    private static unsafe (double Plain, double Corrected) Errors(double focal, int width, int height)
    {
        ModelFile model = ModelFile.Load(Path.Combine(RepositoryRoot(), "models", "mtan-mobilenetv2-scenes.onnx"));
        ModelInput input = model.Description.Input;
        CameraIntrinsics training = SceneSamples.NyuCamera(width, height);
        CameraIntrinsics camera = training with { Fx = training.Fx * focal, Fy = training.Fy * focal };
        float factor = DepthScale.Factor(input, camera);
        using PerceptionEngine engine = PerceptionEngine.Start(model, new InferenceSettings { Providers = [ExecutionProvider.Cpu] });
        using var samples = new SceneSamples(seed: 77, camera, viewsPerRoom: 1, workers: 0);
        using var resizer = new Capture.FrameResizer(input.Width, input.Height);
        var buffers = new Scenes.FrameBuffers(width, height);
        double plain = 0, corrected = 0;
        long pixels = 0;
        for (int room = 0; room < Rooms; room++)
        {
            samples.Render(room, buffers);
            fixed (byte* from = buffers.Bgr, to = engine.Input)
            {
                resizer.Resize(new RenderedFrame((nint)from, width, height), (nint)to);
            }
            engine.Run(0);
            ReadOnlySpan<float> prediction = engine.Outputs[0].Depth;
            for (int i = 0; i < prediction.Length; i++)
            {
                int y = i / input.Width * height / input.Height, x = i % input.Width * width / input.Width;
                float groundTruth = buffers.Depth[(y * width) + x];
                if (float.IsFinite(groundTruth) && groundTruth > 0)
                {
                    plain += Math.Abs(Math.Log(prediction[i] / groundTruth));
                    corrected += Math.Abs(Math.Log(prediction[i] * factor / groundTruth));
                    pixels++;
                }
            }
        }
        return (plain / pixels, corrected / pixels);
    }

    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "RoboPerception.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }
        return folder ?? throw new DirectoryNotFoundException("The tests run inside the repository, where models/ is.");
    }

    private sealed class RenderedFrame : Frame
    {
        public RenderedFrame(nint data, int width, int height)
        {
            Data = data;
            (Width, Height, Stride) = (width, height, 3 * width);
        }

        public override void Release()
        {
        }
    }
}
