using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>
/// A network that predicts at stride 4 and has its predictions enlarged to the image's size, with intermediate predictions that training may
/// supervise as well. Its input is an image of 0..1; with the option <c>input=imagenet</c> the network itself subtracts ImageNet's mean and
/// divides by its deviation, as pre-trained trunks expect.
/// </summary>
internal abstract class PyramidNetwork : PerceptionNetwork, IOnnxExportable
{
    /// <summary>Option of every pyramid network: what the trunk sees.</summary>
    public const string InputOption = "input";

    private const string ImageNet = "imagenet";

    // ImageNet, red first, of images of 0..1.
    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f], StandardDeviation = [0.229f, 0.224f, 0.225f];

    private readonly bool standardises;

    /// <summary>Names the module and remembers what it predicts.</summary>
    protected PyramidNetwork(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks, bool imageNetByDefault = false)
        : base(spec, tasks)
    {
        standardises = spec.Word(InputOption, imageNetByDefault ? [ImageNet, "unit"] : ["unit", ImageNet]) == ImageNet;
    }

    /// <summary>An intermediate prediction.</summary>
    /// <param name="Name">Where it was made, e.g. <c>scale_3</c>.</param>
    /// <param name="Task">What it predicts.</param>
    /// <param name="Raw">Before its activation, (N,C,H,W) at its own resolution.</param>
    public readonly record struct Intermediate(string Name, TaskDescription Task, Tensor Raw);

    /// <summary>What one pass predicts.</summary>
    /// <param name="Final">One raw map per task at its own resolution.</param>
    /// <param name="Intermediate">The supervised predictions before it; empty where they were not asked for.</param>
    public readonly record struct RawPrediction(Tensor[] Final, IReadOnlyList<Intermediate> Intermediate);

    /// <inheritdoc/>
    public override int SizeMultiple => 32;

    /// <inheritdoc/>
    protected override Tensor[] ForwardScaled(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return [.. Predict(input, supervised: false).Final.Select((raw, k) => Tasks[k].Activate(Resizing.To(raw, input.shape)))];
    }

    /// <inheritdoc/>
    public override (Tensor[] Outputs, Tensor[] Losses) TrainingPass(Tensor input, Func<TaskDescription, Tensor> target)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Supervise(Predict(Downscaled(input), supervised: true), input.shape, target);
    }

    /// <summary>A prediction's part of <see cref="TrainingPass"/>; predictions are enlarged to the image's size (N,C,H,W).</summary>
    public (Tensor[] Outputs, Tensor[] Losses) Supervise(RawPrediction predicted, long[] size, Func<TaskDescription, Tensor> target)
    {
        ArgumentNullException.ThrowIfNull(target);
        long[] small = [.. size[..2], size[2] / ImageScale, size[3] / ImageScale];
        Tensor[] outputs = [.. predicted.Final.Select((raw, k) => Prediction(Tasks[k], raw))];
        return (outputs, [.. SupervisedTasks.Select((task, k) =>
        {
            var predictions = predicted.Intermediate.Where(step => step.Task == task).Select(step => Prediction(task, step.Raw));
            predictions = k < Tasks.Count ? predictions.Prepend(outputs[k]) : predictions;
            var groundTruth = target(task);
            return predictions.Select(prediction => task.Loss(prediction, groundTruth)).Aggregate((sum, next) => sum.Plus(next));
        })]);

        Tensor Prediction(TaskDescription task, Tensor raw) => Upsampled(task, task.Activate(Resizing.To(raw, small)), size);
    }

    /// <summary>All raw predictions of an image.</summary>
    /// <param name="input">Image (N,3,H,W).</param>
    /// <param name="supervised">Whether intermediate predictions are wanted.</param>
    public RawPrediction Predict(Tensor input, bool supervised)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (standardises)
        {
            input = (input - tensor(Mean, [1, 3, 1, 1]).to(input.dtype, input.device)) / tensor(StandardDeviation, [1, 3, 1, 1]).to(input.dtype, input.device);
        }

        return PredictStandard(input, supervised);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Value> Export(GraphBuilder graph, Value image)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(image);
        var normalised = image;
        if (standardises)
        {
            // In units of bytes and blue first; the trunk's first convolution divides by 255.
            float[] mean = [.. Mean.Reverse().Select(value => 255 * value)], scale = [.. StandardDeviation.Reverse().Select(value => 1 / value)];
            normalised = graph.Mul(graph.Sub(image, graph.Constant(mean, 1, 3, 1, 1)), graph.Constant(scale, 1, 3, 1, 1));
        }

        return [.. ExportStandard(graph, normalised).Select(raw => Resizing.To(graph, raw, image.Shape))];
    }

    /// <summary>As <see cref="Predict"/>, after standardisation.</summary>
    protected abstract RawPrediction PredictStandard(Tensor input, bool supervised);

    /// <summary>The graph form without intermediate predictions; one raw map per task at its own resolution.</summary>
    internal abstract IReadOnlyList<Value> ExportStandard(GraphBuilder graph, Value image);
}
