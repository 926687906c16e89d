using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks;

/// <summary>
/// One dilated residual network and DeepLab head per task, whose maps are mixed between the layers. The papers start both from trained
/// single-task networks and train the mixing at 100 times the learning rate.
/// </summary>
internal abstract class ParallelResNet : ResNetNetwork
{
    // Not private: components are registered by reflection from the derived class.
    private protected readonly NamedModules<ResNetBackbone> backbone;
    private protected readonly NamedModules<Sequential> heads;

    private protected ParallelResNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
        : base(spec, tasks, spec.Word("upsample", "half", "aligned") == "aligned")
    {
        backbone = new NamedModules<ResNetBackbone>([.. tasks.Select(task => (task.MtiKey, new ResNetBackbone(Layout)))]);
        heads = new NamedModules<Sequential>([.. tasks.Select(task => (task.MtiKey, Head(task)))]);
        OwnShare = Share(spec, "own", 0.9f);
        OtherShare = Share(spec, "other", 0.1f);
    }

    /// <summary>Options: of every ResNet network; weight of a task's own map and of the others' at the start (0.9 and 0.1 on NYUD, 0.8 and 0.05 on PASCAL).</summary>
    public static IReadOnlyList<string> OptionNames { get; } = [.. SharedOptions, "own", "other"];

    private protected float OwnShare { get; }

    private protected float OtherShare { get; }

    /// <summary>Mixes the maps after the stem (place 0) or after layer <paramref name="place"/>, one map per task.</summary>
    private protected abstract Tensor[] Mix(int place, Tensor[] maps);

    private protected abstract Value[] Mix(GraphBuilder graph, int place, Value[] maps);

    private protected override IEnumerable<IReadOnlyDictionary<string, Tensor>> Trunks => backbone.Values.Select(network => network.state_dict());

    private protected override IEnumerable<Tensor> RunHeads(Tensor input)
    {
        var networks = backbone.Values.ToArray();
        var maps = Mix(0, [.. networks.Select(network => network.Stem(input))]);
        for (var layer = 0; layer < ResNetBackbone.Layers; layer++)
        {
            maps = Mix(layer + 1, [.. networks.Zip(maps, (network, map) => network.Run(layer, map))]);
        }

        return heads.Values.Zip(maps, (head, map) => head.call(map));
    }

    private protected override IEnumerable<Value> ExportHeads(GraphBuilder graph, Value image)
    {
        var networks = backbone.Values.ToArray();
        var maps = Mix(graph, 0, [.. networks.Select(network => network.ExportStem(graph, image))]);
        for (var layer = 0; layer < ResNetBackbone.Layers; layer++)
        {
            maps = Mix(graph, layer + 1, [.. networks.Zip(maps, (network, map) => network.ExportLayer(graph, layer, map))]);
        }

        return heads.Values.Zip(maps, (head, map) => DeepLabHead.Export(graph, head, map));
    }

    private static float Share(NetworkSpec spec, string option, float otherwise) =>
        !spec.Options.TryGetValue(option, out var text) ? otherwise
        : float.TryParse(text, CultureInfo.InvariantCulture, out var share) && float.IsFinite(share) ? share
        : throw new UserErrorException(ExitCode.Usage, $"Network option {option}={text} is not a number.");
}
