namespace RoboPerception.Training.Optimisation;

/// <summary>Where a run stands: the part of a checkpoint that is not tensors.</summary>
internal sealed record TrainingState
{
    /// <summary>The recipe.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>Epochs finished.</summary>
    public int Epoch { get; init; }

    /// <summary>Batches of the current epoch done.</summary>
    public int Batch { get; init; }

    /// <summary>Optimiser steps done in all.</summary>
    public long Step { get; init; }

    /// <summary>Training time so far, without pauses between runs.</summary>
    public double ElapsedSeconds { get; init; }

    /// <summary>Sums of the unweighted losses over the batches of the current epoch, one per task.</summary>
    public IReadOnlyList<double> LossSums { get; init; } = [];

    /// <summary>Mean unweighted losses of every finished epoch, one row an epoch.</summary>
    public IReadOnlyList<IReadOnlyList<double>> EpochLosses { get; init; } = [];

    /// <summary>Validation figures at the last evaluation.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>Best multi-task gain or combined score so far; null before the first evaluation.</summary>
    public double? BestScore { get; init; }

    /// <summary>Images the run trains on, for the model's description.</summary>
    public int TrainingImages { get; init; }

    /// <summary>Name of the data, for the model's description.</summary>
    public string DataSet { get; init; } = "";

    /// <summary>Commit of the code.</summary>
    public string Commit { get; init; } = "";

    /// <summary>What the weighting has learnt, see <see cref="Weighting.ITaskWeighting.State"/>.</summary>
    public IReadOnlyList<double> WeightingState { get; init; } = [];

    /// <summary>Validations since the best one.</summary>
    public int ValidationsSinceBest { get; init; }
}
