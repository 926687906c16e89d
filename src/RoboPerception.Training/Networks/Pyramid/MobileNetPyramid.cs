using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>
/// <see cref="MobileNetV2"/> as a pyramid: at strides 16 and 32 the stage's first and last map side by side, then at every stride a 1x1
/// convolution, batch norm and ReLU to the wanted width.
/// </summary>
internal sealed class MobileNetPyramid : PyramidBackbone
{
    private readonly MobileNetV2 mobilenet;
    private readonly ModuleList<Sequential> neck;

    /// <summary>Builds the trunk with fresh parameters.</summary>
    public MobileNetPyramid(IReadOnlyList<int> widths)
        : base(nameof(MobileNetPyramid))
    {
        Channels = widths;
        mobilenet = new MobileNetV2();
        neck = ModuleList<Sequential>([.. widths.Select((width, s) => Sequential(Conv2d(Seen(s), width, 1, bias: false), CountingBatchNorm.Of(width), ReLU(inplace: true)))]);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> Channels { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> PretrainedParameters => mobilenet.parameters();

    /// <inheritdoc/>
    public override IEnumerable<Tensor> PretrainedTensors => mobilenet.parameters();

    /// <inheritdoc/>
    public override void LoadPretrained(string path) => BackboneWeights.Load(mobilenet, path);

    /// <inheritdoc/>
    public override Tensor[] forward(Tensor input) =>
        [.. mobilenet.call(input).Select((stage, s) => neck[s].call(TakesBoth(s) ? cat([stage.First, stage.Last], 1) : stage.Last))];

    internal override Value[] Export(GraphBuilder graph, Value image) =>
        [.. mobilenet.Export(graph, image).Select((stage, s) => LayerExport.Chain(graph, neck[s], TakesBoth(s) ? graph.Concat(1, stage.First, stage.Last) : stage.Last))];

    // The coarse stages change their width on the way and so have two different maps to offer.
    private static bool TakesBoth(int scale) => MobileNetV2.FirstChannels[scale] != MobileNetV2.StageChannels[scale];

    private static int Seen(int scale) => MobileNetV2.StageChannels[scale] + (TakesBoth(scale) ? MobileNetV2.FirstChannels[scale] : 0);
}
