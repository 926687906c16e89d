using System.Globalization;
using RoboPerception.Training.Data;
using RoboPerception.Training.Optimisation;

namespace RoboPerception.Training.Commands.Tables;

/// <summary>How the networks of a table are trained, as its paper says.</summary>
internal sealed record TableRecipe
{
    /// <summary>Rows of the images.</summary>
    public required int Height { get; init; }

    /// <summary>Columns of the images.</summary>
    public required int Width { get; init; }

    /// <summary>Passes over the data, where the paper counts those.</summary>
    public int Epochs { get; init; }

    /// <summary>Steps, where the paper counts those; 0 = <see cref="Epochs"/>.</summary>
    public long Steps { get; init; }

    /// <summary>Images a step.</summary>
    public required int Batch { get; init; }

    /// <summary>Optimiser.</summary>
    public string Optimizer { get; init; } = "adam";

    /// <summary>Base learning rate.</summary>
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>L2 penalty.</summary>
    public double L2 { get; init; }

    /// <summary>Schedule of the learning rate.</summary>
    public required string Schedule { get; init; }

    /// <summary>Whether views are drawn as the data set's rule has it.</summary>
    public bool Augment { get; init; }

    /// <summary>The recipe in a line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Height}x{Width}, batch {Batch}, {Optimizer} {LearningRate:0.######}{(L2 > 0 ? $" with L2 {L2:0.######}" : "")}, {Schedule}, {(Steps > 0 ? $"{Steps:N0} steps" : $"{Epochs:N0} epochs")}, {(Augment ? "the data set's random views" : "whole images, no augmentation")}");

    /// <summary>The recipe of one run on so many images an epoch.</summary>
    public TrainingOptions ToOptions(string network, string tasks, string weighting, int seed, int images) => new()
    {
        Network = network,
        Tasks = tasks,
        Height = Height,
        Width = Width,
        Epochs = Steps > 0 ? (int)Math.Ceiling((double)Steps / BatchLoader.BatchesPerEpoch(images, Batch)) : Epochs,
        Steps = Steps,
        BatchSize = Batch,
        Optimizer = Optimizer,
        LearningRate = LearningRate,
        L2Penalty = L2,
        Schedule = Schedule,
        Weighting = weighting,
        Augment = Augment,
        ColourJitter = false,
        Seed = seed,
    };
}
