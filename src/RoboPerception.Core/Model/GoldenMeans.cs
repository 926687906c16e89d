namespace RoboPerception.Core;

/// <summary>Means of a 4 x 4 grid of cells, the form in which a model file carries its golden prediction (<see cref="Core.GoldenPair"/>).</summary>
internal static class GoldenMeans
{
    private const int Side = 4;

    /// <summary>Cells of one channel.</summary>
    public const int Cells = Side * Side;

    /// <summary>
    /// Means of [C,H,W] values, channel after channel, rows of cells from the top. Cell i covers rows i*H/4 up to (i+1)*H/4, columns
    /// likewise (integer division). A NaN makes its cell NaN.
    /// </summary>
    public static float[] Of(ReadOnlySpan<float> values, int channels, int height, int width)
    {
        Guard(values.Length, channels, height, width);
        var means = new float[channels * Cells];
        for (int i = 0; i < means.Length; i++)
        {
            (int top, int bottom, int left, int right) = Cell(i % Cells, height, width);
            ReadOnlySpan<float> channel = values.Slice(i / Cells * height * width, height * width);
            double sum = 0;
            for (int y = top; y < bottom; y++)
            {
                foreach (float value in channel[(y * width + left)..(y * width + right)])
                {
                    sum += value;
                }
            }
            means[i] = (float)(sum / ((bottom - top) * (right - left)));
        }
        return means;
    }

    /// <summary>The same of class ids [H,W], as numbers.</summary>
    public static float[] Of(ReadOnlySpan<byte> labels, int height, int width)
    {
        Guard(labels.Length, 1, height, width);
        float[] values = new float[labels.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = labels[i];
        }
        return Of(values, 1, height, width);
    }

    private static (int Top, int Bottom, int Left, int Right) Cell(int cell, int height, int width)
    {
        (int row, int column) = (cell / Side, cell % Side);
        return (row * height / Side, (row + 1) * height / Side, column * width / Side, (column + 1) * width / Side);
    }

    private static void Guard(int length, int channels, int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, Side);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, Side);
        if (length != checked(channels * height * width))
        {
            throw new ArgumentException($"{length} values are not [{channels},{height},{width}].");
        }
    }
}
