namespace RoboPerception.Training.Weighting;

/// <summary>Adam for the few numbers that a scheme learns itself, in double precision and without tensors.</summary>
internal sealed class ScalarAdam(double[] values, double learningRate, double weightDecay = 0)
{
    private const double FirstDecay = 0.9, SecondDecay = 0.999, Epsilon = 1e-8;
    private readonly double[] first = new double[values.Length];
    private readonly double[] second = new double[values.Length];
    private double steps;

    /// <summary>The numbers.</summary>
    public IReadOnlyList<double> Values => values;

    /// <summary>Numbers, both moments, steps.</summary>
    public IReadOnlyList<double> State
    {
        get => [.. values, .. first, .. second, steps];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            var n = values.Length;
            if (value.Count != (3 * n) + 1)
            {
                throw new ArgumentException($"The state of {n} numbers has {(3 * n) + 1} entries, not {value.Count}.", nameof(value));
            }

            for (var i = 0; i < n; i++)
            {
                (values[i], first[i], second[i]) = (value[i], value[n + i], value[(2 * n) + i]);
            }

            steps = value[3 * n];
        }
    }

    /// <summary>One step against a gradient.</summary>
    public void Step(ReadOnlySpan<double> gradient)
    {
        steps++;
        for (var i = 0; i < values.Length; i++)
        {
            var g = gradient[i] + (weightDecay * values[i]);
            first[i] = (FirstDecay * first[i]) + ((1 - FirstDecay) * g);
            second[i] = (SecondDecay * second[i]) + ((1 - SecondDecay) * g * g);
            var mean = first[i] / (1 - Math.Pow(FirstDecay, steps));
            var square = second[i] / (1 - Math.Pow(SecondDecay, steps));
            values[i] -= learningRate * mean / (Math.Sqrt(square) + Epsilon);
        }
    }
}
