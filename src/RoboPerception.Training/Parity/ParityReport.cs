namespace RoboPerception.Training.Parity;

/// <summary>Largest deviation of one group of values, in units of its tolerance as well.</summary>
/// <param name="Group">E.g. <c>output</c>, <c>grad</c>.</param>
/// <param name="Measure">How the deviation is counted, e.g. <c>max abs</c>.</param>
/// <param name="Largest">Largest deviation found.</param>
/// <param name="Tolerance">What is allowed.</param>
/// <param name="Where">Name of the value with the largest deviation.</param>
/// <param name="Count">Values compared.</param>
internal sealed record Deviation(string Group, string Measure, double Largest, double Tolerance, string Where, int Count)
{
    /// <summary>Whether it is allowed. NaN is not.</summary>
    public bool Passed => Largest <= Tolerance;
}

/// <summary>Collects deviations by group.</summary>
internal sealed class ParityReport
{
    private readonly List<Deviation> deviations = [];

    public IReadOnlyList<Deviation> Deviations => deviations;

    /// <summary>Largest absolute difference.</summary>
    public void Absolute(string group, string where, ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, double tolerance)
    {
        var largest = actual.Length == expected.Length ? 0.0 : double.NaN;
        for (var i = 0; i < Math.Min(actual.Length, expected.Length); i++)
        {
            largest = Larger(largest, Math.Abs((double)actual[i] - expected[i]));
        }

        Add(group, "max abs", largest, tolerance, where);
    }

    /// <summary>Largest absolute difference, as a share of the largest reference value.</summary>
    public void AbsoluteToLargest(string group, string where, ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, double tolerance)
    {
        double largest = actual.Length == expected.Length ? 0 : double.NaN, reference = 0;
        for (var i = 0; i < Math.Min(actual.Length, expected.Length); i++)
        {
            largest = Larger(largest, Math.Abs((double)actual[i] - expected[i]));
            reference = Math.Max(reference, Math.Abs(expected[i]));
        }

        Add(group, "max abs / max ref", largest == 0 ? 0 : largest / reference, tolerance, where);
    }

    /// <summary>Relative difference of two numbers.</summary>
    public void Relative(string group, string where, double actual, double expected, double tolerance) =>
        Add(group, "relative", actual == expected ? 0 : Math.Abs(actual - expected) / Math.Max(Math.Abs(expected), double.Epsilon), tolerance, where);

    /// <summary>Difference of two numbers; two NaN agree.</summary>
    public void Number(string group, string where, double actual, double expected, double tolerance) =>
        Add(group, "abs", double.IsNaN(actual) && double.IsNaN(expected) ? 0 : Math.Abs(actual - expected), tolerance, where);

    /// <summary>Norm of the difference over the norm of the reference; two zeros agree.</summary>
    public void RelativeNorm(string group, string where, ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, double tolerance)
    {
        double difference = actual.Length == expected.Length ? 0 : double.NaN, reference = 0;
        for (var i = 0; i < Math.Min(actual.Length, expected.Length); i++)
        {
            difference += Math.Pow((double)actual[i] - expected[i], 2);
            reference += Math.Pow(expected[i], 2);
        }

        Add(group, "relative L2", difference == 0 ? 0 : Math.Sqrt(difference / reference), tolerance, where);
    }

    /// <summary>Largest difference in units of |reference| + 0.01.</summary>
    public void Mixed(string group, string where, ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, double tolerance)
    {
        var largest = actual.Length == expected.Length ? 0 : double.NaN;
        for (var i = 0; i < Math.Min(actual.Length, expected.Length); i++)
        {
            largest = Larger(largest, Math.Abs((double)actual[i] - expected[i]) / (Math.Abs(expected[i]) + 0.01));
        }

        Add(group, "abs / (ref + 0.01)", largest, tolerance, where);
    }

    /// <summary>A value of the file to which nothing here belongs: it does not agree with anything.</summary>
    public void Missing(string group, string where) => Add(group, "no such name", double.NaN, 0, where);

    private static double Larger(double a, double b) => double.IsNaN(a) || double.IsNaN(b) ? double.NaN : Math.Max(a, b);

    private void Add(string group, string measure, double largest, double tolerance, string where)
    {
        var place = deviations.FindIndex(deviation => deviation.Group == group);
        if (place < 0)
        {
            deviations.Add(new Deviation(group, measure, largest, tolerance, where, 1));
            return;
        }

        var old = deviations[place];
        var worse = !double.IsNaN(old.Largest) && (double.IsNaN(largest) || largest > old.Largest);
        deviations[place] = old with { Largest = worse ? largest : old.Largest, Where = worse ? where : old.Where, Count = old.Count + 1 };
    }
}
