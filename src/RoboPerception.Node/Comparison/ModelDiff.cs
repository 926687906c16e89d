using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenCvSharp;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Outputs;
using RoboPerception.Node.Pipeline;
using RoboPerception.Node.Recorders;

namespace RoboPerception.Node.Comparison;

/// <summary>
/// <c>replay --diff</c>: runs a second model over the same images and compares it with the first, pixel by pixel of the first one's grid. The second
/// has its own grid, training camera and classes; classes are the same where their names are.
/// </summary>
internal sealed class ModelDiff : IFrameTap, IDisposable
{
    private const int Shown = 3;

    private readonly ModelFile model;
    private readonly PerceptionEngine engine;
    private readonly FrameResizer resizer;
    private readonly FrameResizer shown;
    private readonly ModelInput grid;
    private readonly SourceFrame frame = new();
    private readonly DiffStatistics statistics;
    private readonly OutputBuffers predictions;
    private readonly PixelMap map;
    private readonly WorstFrames? worst;

    /// <summary>A comparison for one camera.</summary>
    /// <param name="camera">Its settings.</param>
    /// <param name="calibration">How it sees; null: not known.</param>
    /// <param name="model">The model of the replay.</param>
    /// <param name="other">The other model, as <see cref="Load"/> gives it.</param>
    /// <param name="inference">Providers and threads; those of the replay.</param>
    /// <param name="withSheet">Keep the frames that differ most.</param>
    public ModelDiff(CameraSettings camera, CameraCalibration? calibration, ModelFile model, ModelFile other, InferenceSettings inference, bool withSheet)
    {
        this.model = other;
        ModelDescription first = model.Description, second = other.Description;
        ResizeFit fit = camera.Fit ?? first.Input.Fit;
        resizer = new FrameResizer(second.Input.Width, second.Input.Height, calibration, calibration is { Intrinsics.IsDistorted: true }, notice: null, fit);
        grid = first.Input;
        shown = new FrameResizer(grid.Width, grid.Height, calibration, calibration is { Intrinsics.IsDistorted: true }, notice: null, fit);
        engine = PerceptionEngine.Start(this.model, inference with { OutputSets = 1 });
        engine.DepthFactor = DepthScale.Factor(second.Input, resizer.Intrinsics);
        statistics = new DiffStatistics(first, second);
        predictions = new OutputBuffers(AtGridOf(first, second));
        map = new PixelMap(first.Input, second.Input);
        worst = withSheet ? new WorstFrames(first, second, Shown) : null;
    }

    /// <summary>Reads the other model.</summary>
    /// <exception cref="UserErrorException">The file is no model (exit code 3), or the two predict nothing in common (exit code 2).</exception>
    public static ModelFile Load(string file, ModelDescription first)
    {
        ModelFile other = ModelFile.Load(file);
        return first.Outputs.Any(o => other.Description.Output(o.Kind) is not null)
            ? other
            : throw new UserErrorException(ExitCode.Usage, $"--diff: '{first.Name}' and '{other.Description.Name}' predict nothing in common; compare two models that share an output");
    }

    /// <inheritdoc/>
    public bool WantsSource => true;

    /// <summary>The figures so far.</summary>
    public DiffDocument Document => statistics.ToDocument(model, engine.Provider.Name(), worst);

    /// <inheritdoc/>
    public unsafe void Take(FramePrediction prediction, OutputBuffers buffers, in FrameHeader header, FrameOutputs? extras)
    {
        frame.Show(prediction.Source!);
        // The input lives on the pinned heap, so its address holds.
        resizer.Resize(frame, (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(engine.Input)));
        engine.Run(0);
        OutputBuffers predicted = engine.Outputs[0];
        if (resizer.HasPadding)
        {
            predicted.MarkInvalidOutside(resizer.Width, resizer.Window);
        }
        map.Take(prediction.Transform, resizer.Transform, predicted, predictions);
        FrameDifference difference = statistics.Add(prediction.Sequence, buffers, predictions);
        worst?.Offer(difference, header.AcquisitionStamp, Fitted, buffers, predictions);
    }

    /// <summary>Writes the frames that differ most, as a PNG.</summary>
    /// <exception cref="UserErrorException">There was no frame, or the file cannot be written.</exception>
    public void SaveSheet(string path) => worst!.Save(path);

    /// <inheritdoc/>
    public void Dispose()
    {
        engine.Dispose();
        resizer.Dispose();
        shown.Dispose();
        worst?.Dispose();
    }

    /// <summary>The present frame as the first model saw it.</summary>
    private Mat Fitted()
    {
        var image = new Mat(grid.Height, grid.Width, MatType.CV_8UC3);
        shown.Resize(frame, image.Data);
        return image;
    }

    /// <summary>The other model's outputs on the first one's grid.</summary>
    private static ModelDescription AtGridOf(ModelDescription first, ModelDescription second) => second with { Input = first.Input };
}
