using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Reports;

/// <summary>Predictions of tasks as PNG images for people.</summary>
internal static class TaskImage
{
    private const byte Grey = 70;

    // Where the scale of an error map ends: half the distance, 60 degrees.
    private const double WorstDepth = 0.5, WorstAngle = 60;

    /// <summary>The photograph of one place of a batch.</summary>
    public static byte[] Photograph(Batch batch, int place) =>
        Encode(batch.Height, batch.Width, i => Bytes(batch.Images.AsSpan((place * 3 * batch.Pixels) + (3 * i), 3)));

    /// <summary>A prediction (C,H,W): classes in their colours, one channel from dark to bright over its own range, normals as their components.</summary>
    public static byte[] Prediction(TaskDescription task, float[] prediction, int height, int width)
    {
        var pixels = height * width;
        if (task.Classes is { } classes)
        {
            return Encode(height, width, i => Colour(classes, Best(task, prediction, pixels, i)));
        }

        return task.Channels == 3
            ? Encode(height, width, i => Components(prediction[i], prediction[pixels + i], prediction[(2 * pixels) + i]))
            : Map(prediction, height, width);
    }

    /// <summary>The same beside its ground truth at one place of a batch: one channel has the range of the ground truth, so that the two can be compared.</summary>
    public static byte[] Prediction(TaskDescription task, float[] prediction, Batch batch, int place) => task.Classes is null && task.Channels == 1
        ? Map(prediction, batch.Height, batch.Width, Range(Values(task, batch, place)))
        : Prediction(task, prediction, batch.Height, batch.Width);

    /// <summary>The ground truth of a task at one place of a batch; what has none is black.</summary>
    public static byte[] GroundTruth(TaskDescription task, Batch batch, int place)
    {
        var pixels = batch.Pixels;
        if (task.Classes is { } classes)
        {
            var labels = Data.GroundTruth.Labels(batch, task);
            return Encode(batch.Height, batch.Width, i => Colour(classes, (int)labels[(place * pixels) + i]));
        }

        var values = Values(task, batch, place);
        return task.Channels == 3
            ? Encode(batch.Height, batch.Width, i => Components(values[i], values[pixels + i], values[(2 * pixels) + i]))
            : Map(values, batch.Height, batch.Width);
    }

    /// <summary>
    /// Where a prediction is wrong, black without ground truth. Classes: grey where right, red where wrong. Depth: from dark to bright at half the distance
    /// off. Normals: at 60 degrees off. Other maps: at 1.
    /// </summary>
    public static byte[] Error(TaskDescription task, float[] prediction, Batch batch, int place)
    {
        var pixels = batch.Pixels;
        if (task.Classes is not null)
        {
            var labels = Data.GroundTruth.Labels(batch, task);
            return Encode(batch.Height, batch.Width, i => labels[(place * pixels) + i] switch
            {
                < 0 => default,
                var label when label == Best(task, prediction, pixels, i) => (Grey, Grey, Grey),
                _ => (230, 60, 45),
            });
        }

        var values = Values(task, batch, place);
        return Encode(batch.Height, batch.Width, i => Wrong(i) is var share && share < 0 ? default : Ramp((float)Math.Min(share, 1)));

        // Share of the scale's end; below 0 = no ground truth.
        double Wrong(int i) => task.Kind switch
        {
            TaskKind.Normals => Angle(values, prediction, pixels, i) / WorstAngle,
            TaskKind.Depth => values[i] == 0 ? -1 : Math.Abs(prediction[i] - values[i]) / values[i] / WorstDepth,
            _ => values[i] < 0 ? -1 : Math.Abs((1 / (1 + Math.Exp(-prediction[i]))) - values[i]),
        };
    }

    /// <summary>One channel (H,W) from dark to bright over its 2nd to 98th percentile; 0 is black.</summary>
    public static byte[] Map(float[] values, int height, int width) => Map(values, height, width, Range(values));

    private static byte[] Map(float[] values, int height, int width, (float Low, float High) range)
    {
        var (low, high) = range;
        var span = Math.Max(high - low, 1e-6f);
        return Encode(height, width, i => values[i] == 0 || !float.IsFinite(values[i]) ? default : Ramp(Math.Clamp((values[i] - low) / span, 0, 1)));
    }

    /// <summary>A channel of 0..1 (H,W) from dark to bright.</summary>
    public static byte[] Share(float[] values, int height, int width) => Encode(height, width, i => Ramp(Math.Clamp(values[i], 0, 1)));

    // 2nd to 98th percentile of what there is.
    private static (float Low, float High) Range(float[] values)
    {
        float[] sorted = [.. values.Where(value => float.IsFinite(value) && value != 0).Order()];
        return sorted.Length == 0 ? (0, 1) : (sorted[sorted.Length / 50], sorted[sorted.Length - 1 - (sorted.Length / 50)]);
    }

    private static float[] Values(TaskDescription task, Batch batch, int place) =>
        Data.GroundTruth.Values(batch, task).AsSpan(place * task.Channels * batch.Pixels, task.Channels * batch.Pixels).ToArray();

    // The first of equal scores, as in use.
    private static int Best(TaskDescription task, float[] prediction, int pixels, int i) => Enumerable.Range(0, task.Channels).MaxBy(c => prediction[(c * pixels) + i]);

    private static double Angle(float[] truth, float[] prediction, int pixels, int i)
    {
        var (x, y, z) = (truth[i], truth[pixels + i], truth[(2 * pixels) + i]);
        return x == 0 && y == 0 && z == 0
            ? -1
            : double.RadiansToDegrees(Math.Acos(Math.Clamp((x * prediction[i]) + (y * prediction[pixels + i]) + (z * prediction[(2 * pixels) + i]), -1, 1)));
    }

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
