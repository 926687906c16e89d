using System.Numerics;

namespace RoboPerception.Core;

/// <summary>
/// Durations in nanoseconds, counted into buckets of at most 3 % width (32 per power of two), so that quantiles cost no
/// memory per sample and recording costs no allocation. One thread records or several do; any thread reads.
/// </summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 5;
    private const int Buckets = (64 - SubBits) << SubBits;

    private readonly long[] counts = new long[Buckets];
    private long total;
    private long sum;
    private long maximum;

    /// <summary>How many durations were recorded.</summary>
    public long Count => Interlocked.Read(ref total);

    /// <summary>Sum of all durations, nanoseconds.</summary>
    public long Sum => Interlocked.Read(ref sum);

    /// <summary>The longest duration, nanoseconds.</summary>
    public long Maximum => Interlocked.Read(ref maximum);

    /// <summary>Counts one duration; negative ones (a clock of another machine) count as 0.</summary>
    public void Record(long nanoseconds)
    {
        long value = Math.Max(0, nanoseconds);
        Interlocked.Increment(ref counts[BucketOf(value)]);
        Interlocked.Increment(ref total);
        Interlocked.Add(ref sum, value);
        long seen = Interlocked.Read(ref maximum);
        while (value > seen)
        {
            long before = Interlocked.CompareExchange(ref maximum, value, seen);
            if (before == seen)
            {
                break;
            }
            seen = before;
        }
    }

    /// <summary>The duration that the share <paramref name="quantile"/> (0..1) of all samples does not exceed, in nanoseconds; 0 without samples.</summary>
    public long Quantile(double quantile)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(quantile);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quantile, 1);
        long all = Count;
        if (all == 0)
        {
            return 0;
        }
        long rank = Math.Max(1, (long)Math.Ceiling(quantile * all));
        long seen = 0;
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            seen += Interlocked.Read(ref counts[bucket]);
            if (seen >= rank)
            {
                return Math.Min(UpperEdge(bucket), Maximum);
            }
        }
        return Maximum;
    }

    /// <summary>Forgets everything, for figures per interval.</summary>
    public void Reset()
    {
        Array.Clear(counts);
        Interlocked.Exchange(ref total, 0);
        Interlocked.Exchange(ref sum, 0);
        Interlocked.Exchange(ref maximum, 0);
    }

    private static int BucketOf(long value)
    {
        if (value < 1 << SubBits)
        {
            return (int)value;
        }
        int exponent = BitOperations.Log2((ulong)value);
        int sub = (int)(value >> (exponent - SubBits)) & ((1 << SubBits) - 1);
        return ((exponent - SubBits + 1) << SubBits) + sub;
    }

    private static long UpperEdge(int bucket)
    {
        if (bucket < 1 << SubBits)
        {
            return bucket;
        }
        int exponent = (bucket >> SubBits) + SubBits - 1;
        long sub = bucket & ((1 << SubBits) - 1);
        return ((1L << SubBits) + sub + 1 << (exponent - SubBits)) - 1;
    }
}
