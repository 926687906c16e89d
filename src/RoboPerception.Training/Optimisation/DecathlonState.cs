namespace RoboPerception.Training.Optimisation;

/// <summary>The recipe of a Visual Decathlon run; the defaults are those of the MTAN paper's code (architectures.md section 2.2).</summary>
internal sealed record DecathlonOptions
{
    /// <summary>Names of the data sets, in the order of the network's branches.</summary>
    public required IReadOnlyList<string> DataSets { get; init; }

    /// <summary>Layers of the network.</summary>
    public int Depth { get; init; } = 28;

    /// <summary>Factor of its channels.</summary>
    public int Widen { get; init; } = 4;

    /// <summary>Epochs; each shows every data set once, one after the other.</summary>
    public int Epochs { get; init; } = 400;

    /// <summary>The epoch from which a new optimiser with a tenth of the rate goes on without ImageNet.</summary>
    public int SecondPhase { get; init; } = 300;

    /// <summary>Images of a step.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Learning rate of the first phase.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Seed of parameters, order and views.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>Where a Visual Decathlon run stands.</summary>
internal sealed record DecathlonState
{
    /// <summary>The recipe.</summary>
    public required DecathlonOptions Options { get; init; }

    /// <summary>Epochs done.</summary>
    public int Epoch { get; init; }

    /// <summary>Data sets of the current epoch done.</summary>
    public int DataSet { get; init; }

    /// <summary>Mean loss of every data set in its last epoch.</summary>
    public IReadOnlyDictionary<string, double> Losses { get; init; } = new Dictionary<string, double>();
}
