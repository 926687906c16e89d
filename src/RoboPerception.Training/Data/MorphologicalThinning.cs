namespace RoboPerception.Training.Data;

/// <summary>Thinning of a mask to lines one pixel wide that keep its connections (Guo and Hall 1989, two sub-iterations).</summary>
internal static class MorphologicalThinning
{
    /// <summary>Thins a mask (H,W) of 0 and 1 in place.</summary>
    public static void Thin(byte[] mask, int rows, int columns)
    {
        bool changed;
        do
        {
            changed = Pass(mask, rows, columns, even: false) | Pass(mask, rows, columns, even: true);
        }
        while (changed);
    }

    private static bool Pass(byte[] mask, int rows, int columns, bool even)
    {
        var removed = new List<int>();
        Span<bool> p = stackalloc bool[8];
        for (var y = 0; y < rows; y++)
        {
            for (var x = 0; x < columns; x++)
            {
                if (mask[(y * columns) + x] == 0)
                {
                    continue;
                }

                // Neighbours clockwise from the north.
                for (var n = 0; n < 8; n++)
                {
                    var (dy, dx) = n switch { 0 => (-1, 0), 1 => (-1, 1), 2 => (0, 1), 3 => (1, 1), 4 => (1, 0), 5 => (1, -1), 6 => (0, -1), _ => (-1, -1) };
                    int v = y + dy, u = x + dx;
                    p[n] = v >= 0 && v < rows && u >= 0 && u < columns && mask[(v * columns) + u] != 0;
                }

                if (MayGo(p, even))
                {
                    removed.Add((y * columns) + x);
                }
            }
        }

        foreach (var pixel in removed)
        {
            mask[pixel] = 0;
        }

        return removed.Count > 0;
    }

    private static bool MayGo(ReadOnlySpan<bool> p, bool even)
    {
        int crossings = 0, first = 0, second = 0;
        for (var n = 0; n < 8; n += 2)
        {
            var next = (n + 2) % 8;
            crossings += !p[n] && (p[n + 1] || p[next]) ? 1 : 0;
            first += p[(n + 7) % 8] || p[n] ? 1 : 0;
            second += p[n] || p[n + 1] ? 1 : 0;
        }

        var count = Math.Min(first, second);
        var keeps = even ? (p[4] || p[5] || !p[7]) && p[6] : (p[0] || p[1] || !p[3]) && p[2];
        return crossings == 1 && (count is 2 or 3) && !keeps;
    }
}
