using System.Numerics;

namespace RoboPerception.Training.Data;

/// <summary>Puts the elements of a chunk where they belong.</summary>
internal static class Hdf5Part
{
    /// <summary>Copies what a chunk holds of some entries of the slowest dimension.</summary>
    /// <param name="content">The chunk's bytes.</param>
    /// <param name="type">Its elements.</param>
    /// <param name="chunk">Its dimensions.</param>
    /// <param name="origin">Its first element in the array.</param>
    /// <param name="values">The entries.</param>
    /// <param name="shape">Dimensions of the array.</param>
    /// <param name="first">The first entry.</param>
    /// <param name="count">Entries.</param>
    public static void Copy<T>(byte[] content, Hdf5Type type, int[] chunk, int[] origin, T[] values, int[] shape, int first, int count)
        where T : unmanaged, INumber<T>
    {
        // At the array's edges a chunk holds more than the array.
        var rank = shape.Length;
        int[] from = [.. origin], to = [.. origin.Select((start, d) => (int)Math.Min((long)start + chunk[d], shape[d]))];
        (from[0], to[0]) = (Math.Max(from[0], first), Math.Min(to[0], first + count));
        if (from.Zip(to).Any(pair => pair.First >= pair.Second))
        {
            return;
        }

        // Dimensions that are whole on both sides belong to one run.
        var last = rank - 1;
        while (last > 0 && chunk[last] == shape[last])
        {
            last--;
        }

        var step = Hdf5Fields.Product<int>(chunk.AsSpan(last + 1));
        var run = (to[last] - from[last]) * step;
        int[] at = [.. from];
        while (true)
        {
            int source = 0, target = 0;
            for (var d = 0; d < rank; d++)
            {
                source = (source * chunk[d]) + at[d] - origin[d];
                target = (target * shape[d]) + at[d] - (d == 0 ? first : 0);
            }

            type.Convert(content.AsSpan(source * type.Size, run * type.Size), values.AsSpan(target, run));
            var next = last - 1;
            while (next >= 0 && ++at[next] == to[next])
            {
                at[next] = from[next];
                next--;
            }

            if (next < 0)
            {
                return;
            }
        }
    }
}
