using RoboPerception.Core;

namespace RoboPerception.Training.Data;

/// <summary>Renders a <see cref="View"/> of a <see cref="LabeledImage"/> into a place of a <see cref="Batch"/>.</summary>
internal static class SampleWriter
{
    /// <summary>
    /// The image is resampled bilinearly with half-pixel centres, the labels by nearest pixel: a mean of two labels is no label. Beyond the
    /// image's edge it is black and nothing is known.
    /// </summary>
    public static void Write(LabeledImage source, View view, Batch batch, int place)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(place, batch.Count);
        var geometry = new ViewGeometry(source, view, batch.Height, batch.Width);
        var from = new int[batch.Pixels];
        WriteImage(source, view, geometry, batch, place, from);
        if (source.Window is { } window)
        {
            WriteShown(source, window, batch, place, from);
        }

        WriteDepthAndNormals(source, view, geometry, batch, place, from);
        WriteLabels(source.Labels, batch.Labels, batch, place, from);
        foreach (var (classes, labels) in source.OtherLabels)
        {
            WriteLabels(labels, batch.NeedLabels(classes), batch, place, from);
        }

        if (source.HumanParts is { } parts)
        {
            WriteLabels(parts, batch.NeedHumanParts(), batch, place, from);
        }

        if (source.Edges is { } edges)
        {
            WriteMask(edges, batch.NeedEdges(), batch, place, from);
        }

        if (source.Saliency is { } saliency)
        {
            WriteMask(saliency, batch.NeedSaliency(), batch, place, from);
        }

        batch.Categories[place] = source.Category;
    }

    /// <summary>Also notes for every pixel which source pixel its labels come from; -1 = none.</summary>
    private static void WriteImage(LabeledImage source, View view, ViewGeometry geometry, Batch batch, int place, int[] from)
    {
        var image = batch.Images.AsSpan(place * 3 * batch.Pixels, 3 * batch.Pixels);
        for (var y = 0; y < batch.Height; y++)
        {
            for (var x = 0; x < batch.Width; x++)
            {
                var pixel = (y * batch.Width) + x;
                var i = 3 * pixel;
                if (!geometry.TryFind(y, x, out var sourceY, out var sourceX))
                {
                    from[pixel] = -1;
                    image.Slice(i, 3).Clear();
                    continue;
                }

                from[pixel] = (Math.Clamp((int)sourceY, 0, source.Height - 1) * source.Width) + Math.Clamp((int)sourceX, 0, source.Width - 1);
                var (y0, y1, fy) = Tap(sourceY, source.Height);
                var (x0, x1, fx) = Tap(sourceX, source.Width);
                var upper = source.Rgb.AsSpan(y0 * source.Width * 3, source.Width * 3);
                var lower = source.Rgb.AsSpan(y1 * source.Width * 3, source.Width * 3);
                var r = Blend(upper, lower, 3 * x0, 3 * x1, fx, fy);
                var g = Blend(upper, lower, (3 * x0) + 1, (3 * x1) + 1, fx, fy);
                var b = Blend(upper, lower, (3 * x0) + 2, (3 * x1) + 2, fx, fy);
                var grey = (0.299f * r) + (0.587f * g) + (0.114f * b);
                image[i] = Colour(r, grey, view.Gain.Red, view);
                image[i + 1] = Colour(g, grey, view.Gain.Green, view);
                image[i + 2] = Colour(b, grey, view.Gain.Blue, view);
            }
        }
    }

    // The bars have no ground truth, so no task learns there; teachers, who would predict there too, go by this map.
    private static void WriteShown(LabeledImage source, System.Drawing.Rectangle window, Batch batch, int place, int[] from)
    {
        var shown = batch.NeedShown().AsSpan(place * batch.Pixels, batch.Pixels);
        for (var i = 0; i < from.Length; i++)
        {
            shown[i] = from[i] < 0 || window.Contains(from[i] % source.Width, from[i] / source.Width) ? 1 : 0;
        }
    }

    private static void WriteDepthAndNormals(LabeledImage source, View view, ViewGeometry geometry, Batch batch, int place, int[] from)
    {
        var depth = batch.Depth.AsSpan(place * batch.Pixels, batch.Pixels);
        var normals = batch.Normals.AsSpan(place * 3 * batch.Pixels, 3 * batch.Pixels);

        // A longer lens brings things nearer: distance shrinks, inverse distance grows.
        var step = (float)(source.IsInverseDepth ? source.DepthStep * view.Zoom : source.DepthStep / view.Zoom);
        for (var i = 0; i < from.Length; i++)
        {
            if (from[i] < 0)
            {
                depth[i] = normals[i] = normals[i + batch.Pixels] = normals[i + (2 * batch.Pixels)] = 0;
                continue;
            }

            depth[i] = source.DepthMillimetres[from[i]] * step;
            var n = source.Normals.AsSpan(3 * from[i], 3);
            var length = MathF.Sqrt((n[0] * n[0]) + (n[1] * n[1]) + (n[2] * n[2]));
            var scale = length == 0 ? 0 : 1 / length;
            var (nx, ny) = geometry.Turn(n[0], n[1]);
            normals[i] = nx * (view.Flip ? -scale : scale);
            normals[i + batch.Pixels] = ny * scale;
            normals[i + (2 * batch.Pixels)] = n[2] * scale;
        }
    }

    private static void WriteLabels(byte[] source, long[] labels, Batch batch, int place, int[] from)
    {
        var own = labels.AsSpan(place * batch.Pixels, batch.Pixels);
        for (var i = 0; i < own.Length; i++)
        {
            own[i] = from[i] < 0 || source[from[i]] == ClassMap.Unlabelled ? Batch.Unknown : source[from[i]];
        }
    }

    private static void WriteMask(byte[] source, float[] mask, Batch batch, int place, int[] from)
    {
        var own = mask.AsSpan(place * batch.Pixels, batch.Pixels);
        for (var i = 0; i < own.Length; i++)
        {
            own[i] = from[i] < 0 || source[from[i]] == LabeledImage.Unknown ? Batch.Unknown : source[from[i]];
        }
    }

    private static (int First, int Second, float Fraction) Tap(double at, int size)
    {
        var centre = Math.Clamp(at - 0.5, 0, size - 1);
        var first = (int)centre;
        return (first, Math.Min(first + 1, size - 1), (float)(centre - first));
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
}
