using RoboPerception.Training.Data;
using RoboPerception.Training.Optimisation;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Runs of a few steps of a narrow MTAN on six small images.</summary>
internal static class ShortRuns
{
    public static ImageSet Images { get; } = MiniatureData.Set(6, 32, 32);

    public static TrainingState Recipe(int epochs, string weighting = "equal") => new()
    {
        Options = new TrainingOptions
        {
            Network = "mtan-segnet:widths=4,4,8,8,8",
            Height = 32,
            Width = 32,
            Epochs = epochs,
            BatchSize = 2,
            LearningRate = 2e-3,
            Schedule = "one-cycle",
            Weighting = weighting,
            Seed = 3,
        },
    };

    /// <summary>Parameters and running statistics of a run's last checkpoint.</summary>
    public static Dictionary<string, float[]> State(string run)
    {
        using var network = Checkpoint.LoadNetwork(Path.Combine(run, Trainer.LastCheckpoint)).Network;
        return network.state_dict().Where(pair => is_floating_point(pair.Value)).ToDictionary(pair => pair.Key, pair => pair.Value.data<float>().ToArray());
    }
}
