using RoboPerception.Onnx;

namespace RoboPerception.Training.Export.Quantisation;

/// <summary>The values a tensor took over the calibration images: first its ends, then how often each part of the range occurs.</summary>
internal sealed class TensorHistogram
{
    private const int Bins = 2048, Steps = 64;
    private const double Tail = 1e-4;

    private readonly long[] counts = new long[Bins];
    private float minimum = float.PositiveInfinity, maximum = float.NegativeInfinity;

    /// <summary>First pass: widens the ends.</summary>
    public void Widen(ReadOnlySpan<float> values)
    {
        minimum = Math.Min(minimum, System.Numerics.Tensors.TensorPrimitives.Min(values));
        maximum = Math.Max(maximum, System.Numerics.Tensors.TensorPrimitives.Max(values));
    }

    /// <summary>Second pass: counts.</summary>
    public void Count(ReadOnlySpan<float> values)
    {
        var scale = Bins / Math.Max(maximum - minimum, 1e-12f);
        foreach (var value in values)
        {
            counts[Math.Clamp((int)((value - minimum) * scale), 0, Bins - 1)]++;
        }
    }

    /// <summary>The range.</summary>
    public TensorRange Choose(CalibrationMethod method) => method switch
    {
        CalibrationMethod.MinMax => new(minimum, maximum),
        CalibrationMethod.Percentile => Percentile(),
        _ => LeastError(),
    };

    private float Edge(int bin) => minimum + ((maximum - minimum) * bin / Bins);

    private TensorRange Percentile()
    {
        var allowed = (long)(counts.Sum() * Tail);
        int low = 0, high = Bins;
        for (var seen = 0L; low < Bins - 1 && seen + counts[low] <= allowed; low++)
        {
            seen += counts[low];
        }

        for (var seen = 0L; high > low + 1 && seen + counts[high - 1] <= allowed; high--)
        {
            seen += counts[high - 1];
        }

        return new(Edge(low), Edge(high));
    }

    /// <summary>Shrinks the side that reaches further from zero, then the other, each to its best of some steps.</summary>
    private TensorRange LeastError()
    {
        float low = Math.Min(minimum, 0), high = Math.Max(maximum, 0);
        for (var round = 0; round < 2; round++)
        {
            high = Best(high, top => Error(low, top));
            low = Best(low, bottom => Error(bottom, high));
        }

        return new(low, high);

        static float Best(float end, Func<float, double> error) =>
            end == 0 ? 0 : Enumerable.Range(0, Steps).Select(step => end * (1 - (step * 0.9f / Steps))).MinBy(error);
    }

    private double Error(float low, float high)
    {
        var step = Math.Max((high - low) / 255.0, 1e-12);
        var rounding = step * step / 12;
        double sum = 0;
        for (var bin = 0; bin < Bins; bin++)
        {
            if (counts[bin] == 0)
            {
                continue;
            }

            var value = (Edge(bin) + Edge(bin + 1)) / 2;
            double clipped = value < low ? low - value : value > high ? value - high : 0;
            sum += counts[bin] * ((clipped * clipped) + (clipped > 0 ? 0 : rounding));
        }

        return sum;
    }
}
