using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks;

/// <summary>
/// The convolutions of MobileNetV2 1.0 (Sandler et al., CVPR 2018) without its classifier. Names are those of torchvision's state
/// dictionary. There is no batch norm: the pre-trained weights carry it folded (see <see cref="BackboneWeights"/>).
/// </summary>
internal sealed class MobileNetV2 : Module<Tensor, MobileNetV2.Stage[]>
{
    /// <summary>Channels of the last map of every stage, strides 4, 8, 16 and 32.</summary>
    public static IReadOnlyList<int> StageChannels { get; } = [24, 32, 96, 320];

    /// <summary>Channels of the first map of every stage.</summary>
    public static IReadOnlyList<int> FirstChannels { get; } = [24, 32, 64, 160];

    // Expansion, channels, repeats, stride: table 2 of the paper.
    private static readonly (int Expansion, int Channels, int Repeats, int Stride)[] Layout =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    // Places in 'features' of the first and the last block of the stages with strides 4, 8, 16 and 32.
    private static readonly (int First, int Last)[] StagePlaces = [(2, 3), (4, 6), (7, 13), (14, 17)];

    private readonly Sequential stem;
    private readonly InvertedResidual[] blocks;

    /// <summary>Builds the convolutions with fresh parameters.</summary>
    public MobileNetV2()
        : base(nameof(MobileNetV2))
    {
        stem = Sequential(Conv2d(3, 32, 3, stride: 2), ReLU6());
        var made = new List<InvertedResidual>();
        var channels = 32;
        foreach (var (expansion, width, repeats, stride) in Layout)
        {
            for (var i = 0; i < repeats; i++)
            {
                made.Add(new InvertedResidual(channels, width, expansion, i == 0 ? stride : 1));
                channels = width;
            }
        }

        blocks = [.. made];
        var features = ModuleList<Module>([stem, .. blocks]);
        register_module(nameof(features), features);
    }

    /// <summary>The first and the last map of a stage; both have the stage's stride.</summary>
    public readonly record struct Stage(Tensor First, Tensor Last);

    /// <summary>Image (N,3,H,W) of 0..1 to the stages with strides 4, 8, 16 and 32.</summary>
    public override Stage[] forward(Tensor input)
    {
        var maps = new Tensor[blocks.Length + 1];
        maps[0] = stem.forward(InvertedResidual.PadForStride2(input));
        for (var i = 0; i < blocks.Length; i++)
        {
            maps[i + 1] = blocks[i].forward(maps[i]);
        }

        return [.. StagePlaces.Select(place => new Stage(maps[place.First], maps[place.Last]))];
    }

    /// <summary>The graph form; the image as in <see cref="IOnnxExportable.Export"/>.</summary>
    internal (Value First, Value Last)[] Export(GraphBuilder graph, Value image)
    {
        var maps = new Value[blocks.Length + 1];
        maps[0] = LayerExport.ImageChain(graph, stem, image, LayerExport.AfterEnd);
        for (var i = 0; i < blocks.Length; i++)
        {
            using var scope = graph.Scope($"features.{i + 1}");
            maps[i + 1] = blocks[i].Export(graph, maps[i]);
        }

        return [.. StagePlaces.Select(place => (maps[place.First], maps[place.Last]))];
    }
}
