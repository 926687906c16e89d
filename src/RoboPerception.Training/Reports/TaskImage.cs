using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Reports;

/// <summary>Predictions of tasks as PNG images for people.</summary>
internal static class TaskImage
{
    /// <summary>The photograph of one place of a batch.</summary>
    public static byte[] Photograph(Batch batch, int place) =>
        Encode(batch.Height, batch.Width, i => Bytes(batch.Images.AsSpan((place * 3 * batch.Pixels) + (3 * i), 3)));

    /// <summary>A prediction (C,H,W): classes in their colours, one channel from dark to bright over its own range, normals as their components.</summary>
    public static byte[] Prediction(TaskDescription task, float[] prediction, int height, int width)
    {
        var pixels = height * width;
        if (task.Classes is { } classes)
        {
            return Encode(height, width, i => Colour(classes, Enumerable.Range(0, task.Channels).MaxBy(c => prediction[(c * pixels) + i])));
        }

        return task.Channels == 3
            ? Encode(height, width, i => Components(prediction[i], prediction[pixels + i], prediction[(2 * pixels) + i]))
            : Map(prediction, height, width);
    }

    /// <summary>The ground truth of a task at one place of a batch; what has none is black.</summary>
    public static byte[] GroundTruth(TaskDescription task, Batch batch, int place)
    {
        var pixels = batch.Pixels;
        if (task.Classes is { } classes)
        {
            var labels = Data.GroundTruth.Labels(batch, task);
            return Encode(batch.Height, batch.Width, i => Colour(classes, (int)labels[(place * pixels) + i]));
        }

        var values = Data.GroundTruth.Values(batch, task).AsSpan(place * task.Channels * pixels, task.Channels * pixels).ToArray();
        return task.Channels == 3
            ? Encode(batch.Height, batch.Width, i => Components(values[i], values[pixels + i], values[(2 * pixels) + i]))
            : Map(values, batch.Height, batch.Width);
    }

    /// <summary>One channel (H,W) from dark to bright over its 2nd to 98th percentile; 0 is black.</summary>
    public static byte[] Map(float[] values, int height, int width)
    {
        float[] sorted = [.. values.Where(value => float.IsFinite(value) && value != 0).Order()];
        var low = sorted.Length > 0 ? sorted[sorted.Length / 50] : 0;
        var high = sorted.Length > 0 ? sorted[sorted.Length - 1 - (sorted.Length / 50)] : 1;
        var span = Math.Max(high - low, 1e-6f);
        return Encode(height, width, i => values[i] == 0 || !float.IsFinite(values[i]) ? default : Ramp(Math.Clamp((values[i] - low) / span, 0, 1)));
    }

    /// <summary>A channel of 0..1 (H,W) from dark to bright.</summary>
    public static byte[] Share(float[] values, int height, int width) => Encode(height, width, i => Ramp(Math.Clamp(values[i], 0, 1)));

    private static byte[] Encode(int height, int width, Func<int, (byte R, byte G, byte B)> colour)
    {
        var pixels = new byte[3 * height * width];
        for (var i = 0; i < height * width; i++)
        {
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = colour(i);
        }

        return PngWriter.Rgb(pixels, width, height);
    }

    private static (byte R, byte G, byte B) Bytes(ReadOnlySpan<float> rgb) => (Level(rgb[0]), Level(rgb[1]), Level(rgb[2]));

    private static (byte R, byte G, byte B) Colour(ClassMap classes, int id) =>
        id >= 0 && id < classes.Count ? (classes.Classes[id].Red, classes.Classes[id].Green, classes.Classes[id].Blue) : default;

    private static (byte R, byte G, byte B) Components(float x, float y, float z) =>
        x == 0 && y == 0 && z == 0 ? default : (Level((x + 1) / 2), Level((y + 1) / 2), Level((z + 1) / 2));

    // Dark violet over red to pale yellow: rises evenly in lightness, so that it also reads in grey.
    private static (byte R, byte G, byte B) Ramp(float t) =>
        (Level(0.1f + (1.1f * t)), Level(t * t), Level(t < 0.5f ? 0.2f + (0.5f * t) : 0.45f + (0.7f * (t - 0.5f) * ((2 * t) - 1)) - (0.3f * (1 - t))));

    private static byte Level(float share) => (byte)Math.Clamp((share * 255) + 0.5f, 0, 255);
}
