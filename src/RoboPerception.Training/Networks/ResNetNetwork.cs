using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Networks;

/// <summary>
/// What the networks on a dilated residual network share: a DeepLab head per task at stride 8, enlarged bilinearly to the image's size.
/// The published counts have no log-variances.
/// </summary>
internal abstract class ResNetNetwork : PerceptionNetwork, IOnnxExportable
{
    /// <summary>Names of the options that every member takes.</summary>
    public static IReadOnlyList<string> SharedOptions { get; } = [.. ResNetLayout.OptionNames, "head", "dropout", "upsample"];

    private readonly bool aligned;

    private protected ResNetNetwork(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks, bool aligned)
        : base(spec, tasks)
    {
        Layout = ResNetLayout.Parse(spec);
        this.aligned = aligned;
    }

    /// <inheritdoc/>
    public override int SizeMultiple => ResNetBackbone.Stride;

    private protected ResNetLayout Layout { get; }

    /// <summary>The residual networks inside, one or one per task: their tensors by torchvision's names.</summary>
    private protected abstract IEnumerable<IReadOnlyDictionary<string, Tensor>> Trunks { get; }

    /// <inheritdoc/>
    public sealed override IEnumerable<Parameter> BackboneParameters
    {
        get
        {
            var handles = Trunks.SelectMany(trunk => trunk.Values).Select(tensor => tensor.Handle).ToHashSet();
            return parameters().Where(parameter => handles.Contains(parameter.Handle));
        }
    }

    /// <inheritdoc/>
    protected sealed override IEnumerable<Tensor> BackboneTensors => Trunks.SelectMany(trunk => trunk.OrderBy(pair => pair.Key, StringComparer.Ordinal)).Select(pair => pair.Value);

    /// <inheritdoc/>
    public sealed override void LoadBackbone(string path)
    {
        foreach (var trunk in Trunks)
        {
            BackboneWeights.LoadResNet(trunk, path);
        }
    }

    /// <inheritdoc/>
    protected sealed override Tensor[] ForwardScaled(Tensor input) => [.. ForwardRaw(input).Zip(Tasks, (raw, task) => task.Activate(raw))];

    /// <summary>The heads enlarged to the input's size before their activations, in the order of the tasks.</summary>
    internal Tensor[] ForwardRaw(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return ForwardRaw(input, input.shape[2], input.shape[3]);
    }

    /// <summary>The same at any size, as the reference predicts at that of its labels.</summary>
    internal Tensor[] ForwardRaw(Tensor input, long height, long width) =>
        [.. RunHeads(input).Select(map => F.interpolate(map, size: [height, width], mode: InterpolationMode.Bilinear, align_corners: aligned))];

    /// <inheritdoc/>
    public IReadOnlyList<Value> Export(GraphBuilder graph, Value image)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(image);
        var rule = aligned ? ResizeRule.LinearAlignCorners : ResizeRule.LinearHalfPixel;
        return [.. ExportHeads(graph, image).Select(map => graph.Resize(map, image.Shape[2], image.Shape[3], rule))];
    }

    /// <summary>The heads (N,C,H/8,W/8).</summary>
    private protected abstract IEnumerable<Tensor> RunHeads(Tensor input);

    private protected abstract IEnumerable<Value> ExportHeads(GraphBuilder graph, Value image);

    private protected Sequential Head(TaskDescription task) =>
        DeepLabHead.Create(Layout.Output[^1], task.Channels, Spec.Number("head", DeepLabHead.Width), Spec.Word("dropout", "on", "off") == "on");
}
