namespace RoboPerception.Training.Export.Quantisation;

/// <summary>How a tensor's range is chosen from the values it took.</summary>
internal enum CalibrationMethod
{
    /// <summary>Everything between the lowest and the highest value.</summary>
    MinMax,

    /// <summary>All but one in ten thousand values at either end.</summary>
    Percentile,

    /// <summary>The range with the smallest mean squared error of what is rounded and clipped.</summary>
    MeanSquare,
}
