using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>Renders a <see cref="View"/> of a <see cref="LabeledImage"/> into a place of a <see cref="Batch"/>.</summary>
public static class SampleWriter
{
    /// <summary>The picture is resampled bilinearly with half-pixel centres, the answers by nearest pixel: a mean of two labels is no label.</summary>
    public static void Write(LabeledImage source, View view, Batch batch, int place)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(place, batch.Count);
        WritePicture(source, view, batch, place);
        WriteAnswers(source, view, batch, place);
    }

    private static void WritePicture(LabeledImage source, View view, Batch batch, int place)
    {
        var picture = batch.Images.AsSpan(place * 3 * batch.Pixels, 3 * batch.Pixels);
        var columns = Taps(batch.Width, view.Left, view.Zoom, source.Width, view.Flip);
        var rows = Taps(batch.Height, view.Top, view.Zoom, source.Height, flip: false);
        for (var y = 0; y < batch.Height; y++)
        {
            var (y0, y1, fy) = rows[y];
            var upper = source.Rgb.AsSpan(y0 * source.Width * 3, source.Width * 3);
            var lower = source.Rgb.AsSpan(y1 * source.Width * 3, source.Width * 3);
            for (var x = 0; x < batch.Width; x++)
            {
                var (x0, x1, fx) = columns[x];
                var r = Blend(upper, lower, 3 * x0, 3 * x1, fx, fy);
                var g = Blend(upper, lower, (3 * x0) + 1, (3 * x1) + 1, fx, fy);
                var b = Blend(upper, lower, (3 * x0) + 2, (3 * x1) + 2, fx, fy);
                var grey = (0.299f * r) + (0.587f * g) + (0.114f * b);
                var i = 3 * ((y * batch.Width) + x);
                picture[i] = Colour(r, grey, view.Gain.Red, view);
                picture[i + 1] = Colour(g, grey, view.Gain.Green, view);
                picture[i + 2] = Colour(b, grey, view.Gain.Blue, view);
            }
        }
    }

    private static void WriteAnswers(LabeledImage source, View view, Batch batch, int place)
    {
        var columns = Nearest(batch.Width, view.Left, view.Zoom, source.Width, view.Flip);
        var rows = Nearest(batch.Height, view.Top, view.Zoom, source.Height, flip: false);
        var labels = batch.Labels.AsSpan(place * batch.Pixels, batch.Pixels);
        var depth = batch.Depth.AsSpan(place * batch.Pixels, batch.Pixels);
        var normals = batch.Normals.AsSpan(place * 3 * batch.Pixels, 3 * batch.Pixels);
        var metres = (float)(0.001 / view.Zoom);
        for (var y = 0; y < batch.Height; y++)
        {
            for (var x = 0; x < batch.Width; x++)
            {
                var from = (rows[y] * source.Width) + columns[x];
                var i = (y * batch.Width) + x;
                labels[i] = source.Labels[from] == ClassMap.Unlabelled ? TaskLosses.VoidLabel : source.Labels[from];
                depth[i] = source.DepthMillimetres[from] * metres;
                float nx = source.Normals[3 * from], ny = source.Normals[(3 * from) + 1], nz = source.Normals[(3 * from) + 2];
                var length = MathF.Sqrt((nx * nx) + (ny * ny) + (nz * nz));
                var scale = length == 0 ? 0 : 1 / length;
                normals[i] = nx * (view.Flip ? -scale : scale);
                normals[i + batch.Pixels] = ny * scale;
                normals[i + (2 * batch.Pixels)] = nz * scale;
            }
        }
    }

    private static float Blend(ReadOnlySpan<byte> upper, ReadOnlySpan<byte> lower, int left, int right, float fx, float fy)
    {
        var above = upper[left] + (fx * (upper[right] - upper[left]));
        var below = lower[left] + (fx * (lower[right] - lower[left]));
        return (above + (fy * (below - above))) / 255;
    }

    private static float Colour(float value, float grey, float gain, View view)
    {
        var saturated = grey + (view.Saturation * (value - grey));
        return Math.Clamp(((view.Contrast * (saturated - 0.5f)) + 0.5f) * gain, 0, 1);
    }

    private static (int First, int Second, float Fraction)[] Taps(int count, double start, double zoom, int size, bool flip)
    {
        var taps = new (int, int, float)[count];
        for (var i = 0; i < count; i++)
        {
            var at = Math.Clamp(start + ((i + 0.5) / zoom) - 0.5, 0, size - 1);
            var first = (int)at;
            taps[flip ? count - 1 - i : i] = (first, Math.Min(first + 1, size - 1), (float)(at - first));
        }

        return taps;
    }

    private static int[] Nearest(int count, double start, double zoom, int size, bool flip)
    {
        var places = new int[count];
        for (var i = 0; i < count; i++)
        {
            places[flip ? count - 1 - i : i] = Math.Clamp((int)(start + ((i + 0.5) / zoom)), 0, size - 1);
        }

        return places;
    }
}
