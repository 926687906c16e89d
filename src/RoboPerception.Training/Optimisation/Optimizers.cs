using RoboPerception.Core;
using RoboPerception.Training.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>The optimisers by the name used on the command line.</summary>
internal static class Optimizers
{
    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> Names { get; } = ["adam", "adamw", "sgd", "nesterov"];

    /// <summary>An optimiser with two groups: the backbone at its own rate (if the network has one), then everything else.</summary>
    /// <exception cref="UserErrorException">An unknown name.</exception>
    public static OptimizerHelper Create(PerceptionNetwork network, TrainingOptions options)
    {
        var backbone = network.BackboneParameters.ToHashSet();
        var others = network.parameters().Where(parameter => !backbone.Contains(parameter)).ToArray();
        var groups = new List<(IEnumerable<Parameter> Parameters, double Rate)> { (others, options.LearningRate) };
        if (backbone.Count > 0)
        {
            groups.Insert(0, (backbone, options.LearningRate * options.BackboneLearningRateFactor));
        }

        var (rate, decay, momentum) = (options.LearningRate, options.Optimizer == "adamw" ? options.WeightDecay : options.L2Penalty, options.Momentum);
        return options.Optimizer switch
        {
            "adam" => optim.Adam(groups.Select(group => new Adam.ParamGroup(group.Parameters, group.Rate, weight_decay: decay)), rate, weight_decay: decay),
            "adamw" => optim.AdamW(groups.Select(group => new AdamW.ParamGroup(group.Parameters, group.Rate, weight_decay: decay)), rate, weight_decay: decay),
            "sgd" => optim.SGD(groups.Select(group => new SGD.ParamGroup(group.Parameters, group.Rate, momentum, weight_decay: decay)), rate, momentum, weight_decay: decay),
            "nesterov" => optim.SGD(
                groups.Select(group => new SGD.ParamGroup(group.Parameters, group.Rate, momentum, weight_decay: decay, nesterov: true)), rate, momentum, weight_decay: decay, nesterov: true),
            _ => throw new UserErrorException(ExitCode.Usage, $"Optimizer '{options.Optimizer}' is unknown; choose one of {string.Join(", ", Names)}."),
        };
    }
}
