using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Networks;

/// <summary>
/// Prediction head of DeepLabv3 (Chen et al., 2017): pyramid pooling, then a 3x3 and a 1x1 convolution. Child names are those of
/// torchvision.
/// </summary>
internal static class DeepLabHead
{
    /// <summary>Channels inside, as published.</summary>
    public const int Width = 256;

    /// <summary>(N,input,h,w) to (N,channels,h,w).</summary>
    public static Sequential Create(int input, int channels, int width, bool dropout)
    {
        var head = Sequential(
            new PyramidPooling(input, width, dropout),
            Conv2d(width, width, 3, padding: 1, bias: false),
            CountingBatchNorm.Of(width),
            ReLU(inplace: true),
            Conv2d(width, channels, 1));
        return head;
    }

    /// <summary>The graph form.</summary>
    public static Value Export(GraphBuilder graph, Sequential head, Value x)
    {
        var pooled = ((PyramidPooling)head[0]).Export(graph, x);
        return head.children().Skip(1).Aggregate(pooled, (map, layer) => LayerExport.Chain(graph, layer, map));
    }

    /// <summary>A 1x1 convolution, three dilated ones and the mean of the map, side by side, then 1x1.</summary>
    private sealed class PyramidPooling : Module<Tensor, Tensor>
    {
        private static readonly int[] Dilations = [12, 24, 36];

        private readonly ModuleList<Sequential> convs;
        private readonly Sequential project;

        public PyramidPooling(int input, int width, bool dropout)
            : base(nameof(PyramidPooling))
        {
            convs = ModuleList<Sequential>(
            [
                Sequential(Conv2d(input, width, 1, bias: false), CountingBatchNorm.Of(width), ReLU(inplace: true)),
                .. Dilations.Select(d => Sequential(Conv2d(input, width, 3, padding: d, dilation: d, bias: false), CountingBatchNorm.Of(width), ReLU(inplace: true))),
                Sequential(AdaptiveAvgPool2d(1), Conv2d(input, width, 1, bias: false), CountingBatchNorm.Of(width), ReLU(inplace: true)),
            ]);
            project = Sequential(Conv2d(5 * width, width, 1, bias: false), CountingBatchNorm.Of(width), ReLU(inplace: true), Dropout(dropout ? 0.5 : 0));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            if (training && input.shape[0] == 1)
            {
                throw new UserErrorException(ExitCode.Usage, "The pyramid pooling normalises one value per image over the batch; train it with a batch of at least 2.");
            }

            var branches = convs.Select(branch => branch.call(input)).ToArray();
            branches[^1] = F.interpolate(branches[^1], size: [input.shape[2], input.shape[3]], mode: InterpolationMode.Bilinear, align_corners: false);
            return project.call(cat(branches, 1));
        }

        public Value Export(GraphBuilder graph, Value x)
        {
            var branches = convs.SkipLast(1).Select(branch => LayerExport.Chain(graph, branch, x)).ToList();
            var mean = graph.Mul(graph.ReduceSum(graph.ReduceSum(x, 2, keep: true), 3, keep: true), graph.Constant([1f / (x.Shape[2] * x.Shape[3])], []));
            var pooled = convs[^1].children().Skip(1).Aggregate(mean, (map, layer) => LayerExport.Chain(graph, layer, map));
            branches.Add(graph.Resize(pooled, x.Shape[2], x.Shape[3], ResizeRule.NearestAsymmetric));
            return LayerExport.Chain(graph, project, graph.Concat(1, [.. branches]));
        }
    }
}
