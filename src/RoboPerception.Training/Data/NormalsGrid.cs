namespace RoboPerception.Training.Data;

/// <summary>
/// Normals at the resolution they were measured or derived at. A network's prediction is compared here: a ground truth blown up to the image's size
/// would count some of its pixels more often than others, and all of them several times.
/// </summary>
internal sealed class NormalsGrid
{
    /// <summary>Takes unit normals (H,W,3) times 127 in the camera frame; (0,0,0) = none.</summary>
    public NormalsGrid(int height, int width, sbyte[] values)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length != 3 * height * width)
        {
            throw new ArgumentException($"A grid of {height}x{width} normals has {3 * height * width} components, not {values.Length}.", nameof(values));
        }

        Height = height;
        Width = width;
        Values = values;
    }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Unit normals (H,W,3) times 127.</summary>
    public sbyte[] Values { get; }

    /// <summary>The ground truth as (3,H,W) of unit length; (0,0,0) = none.</summary>
    public float[] ToPlanes()
    {
        var pixels = Height * Width;
        var planes = new float[3 * pixels];
        for (var i = 0; i < pixels; i++)
        {
            float x = Values[3 * i], y = Values[(3 * i) + 1], z = Values[(3 * i) + 2];
            var length = MathF.Sqrt((x * x) + (y * y) + (z * z));
            if (length > 0)
            {
                (planes[i], planes[pixels + i], planes[(2 * pixels) + i]) = (x / length, y / length, z / length);
            }
        }

        return planes;
    }

    /// <summary>
    /// Brings a network's prediction, (3,H,W) of unit length at the image's size, to this grid: bilinear with half-pixel centres, then unit length
    /// again, because a blend of two directions is shorter than either.
    /// </summary>
    public float[] Sample(ReadOnlySpan<float> prediction, int height, int width)
    {
        var pixels = height * width;
        if (prediction.Length != 3 * pixels)
        {
            throw new ArgumentException($"Normals of {height}x{width} have {3 * pixels} components, not {prediction.Length}.", nameof(prediction));
        }

        var own = Height * Width;
        var sampled = new float[3 * own];
        Span<float> normal = stackalloc float[3];
        for (var y = 0; y < Height; y++)
        {
            var (top, bottom, fy) = Tap(y, Height, height);
            for (var x = 0; x < Width; x++)
            {
                var (left, right, fx) = Tap(x, Width, width);
                for (var c = 0; c < 3; c++)
                {
                    var plane = prediction.Slice(c * pixels, pixels);
                    var above = float.Lerp(plane[(top * width) + left], plane[(top * width) + right], fx);
                    var below = float.Lerp(plane[(bottom * width) + left], plane[(bottom * width) + right], fx);
                    normal[c] = float.Lerp(above, below, fy);
                }

                var length = MathF.Sqrt((normal[0] * normal[0]) + (normal[1] * normal[1]) + (normal[2] * normal[2]));
                var scale = length > 0 ? 1 / length : 0;
                for (var c = 0; c < 3; c++)
                {
                    sampled[(c * own) + (y * Width) + x] = normal[c] * scale;
                }
            }
        }

        return sampled;
    }

    private static (int First, int Second, float Fraction) Tap(int place, int count, int size)
    {
        var at = Math.Clamp(((place + 0.5) * size / count) - 0.5, 0, size - 1);
        var first = (int)at;
        return (first, Math.Min(first + 1, size - 1), (float)(at - first));
    }
}
