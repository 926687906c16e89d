using RoboPerception.Core;
using RoboPerception.Training.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>The optimisers by the name used on the command line.</summary>
internal static class Optimizers
{
    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> Names { get; } = ["adam", "adamw"];

    /// <summary>An optimiser with two groups: the backbone at its own rate (if the network has one), then everything else.</summary>
    /// <exception cref="UserErrorException">An unknown name.</exception>
    public static OptimizerHelper Create(PerceptionNetwork network, TrainingOptions options)
    {
        var backbone = network.BackboneParameters.ToHashSet();
        var others = network.parameters().Where(parameter => !backbone.Contains(parameter)).ToArray();
        var (rate, slow) = (options.LearningRate, options.LearningRate * options.BackboneRate);
        switch (options.Optimizer)
        {
            case "adam":
                return backbone.Count == 0 ? optim.Adam(others, rate) : optim.Adam([new Adam.ParamGroup(backbone, slow), new Adam.ParamGroup(others, rate)], rate);
            case "adamw":
                var decay = options.WeightDecay;
                return backbone.Count == 0
                    ? optim.AdamW(others, rate, weight_decay: decay)
                    : optim.AdamW([new AdamW.ParamGroup(backbone, slow, weight_decay: decay), new AdamW.ParamGroup(others, rate, weight_decay: decay)], rate, weight_decay: decay);
            default:
                throw new UserErrorException(ExitCode.Usage, $"Optimizer '{options.Optimizer}' is unknown; choose one of {string.Join(", ", Names)}.");
        }
    }
}
