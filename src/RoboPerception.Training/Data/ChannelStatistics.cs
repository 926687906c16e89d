using RoboPerception.Training.Import;

namespace RoboPerception.Training.Data;

/// <summary>Mean and spread of a data set's colours, 0..1, by which its images are normalised for the network.</summary>
/// <param name="Mean">Of red, green, blue.</param>
/// <param name="Deviation">Standard deviation of red, green, blue.</param>
internal sealed record ChannelStatistics(IReadOnlyList<double> Mean, IReadOnlyList<double> Deviation)
{
    // A channel of one value all over would be divided by nothing.
    private const double LeastDeviation = 1e-6;

    /// <summary>Over all pixels of some images.</summary>
    public static ChannelStatistics Of(IEnumerable<LabeledImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        double[] sums = new double[3], squares = new double[3];
        long pixels = 0;
        foreach (var image in images)
        {
            pixels += image.Labels.Length;
            for (var i = 0; i < image.Rgb.Length; i++)
            {
                var value = image.Rgb[i] / 255.0;
                sums[i % 3] += value;
                squares[i % 3] += value * value;
            }
        }

        ArgumentOutOfRangeException.ThrowIfZero(pixels, nameof(images));
        double[] mean = [.. sums.Select(sum => sum / pixels)];
        return new ChannelStatistics(mean, [.. squares.Zip(mean, (square, m) => Math.Sqrt(Math.Max((square / pixels) - (m * m), 0)))]);
    }

    /// <summary>One data set's entry, <c>NAMEmean</c> and <c>NAMEstd</c>, of the pickle that the Visual Decathlon ships. Nothing of it is executed.</summary>
    /// <exception cref="UserErrorException">It is damaged, or has no such lists of three numbers.</exception>
    public static ChannelStatistics FromPickle(string path, string name)
    {
        try
        {
            var content = new Pickle(
                File.ReadAllBytes(path),
                _ => throw new FormatException("persistent ids are not data"),
                (global, _) => throw new FormatException($"it wants to call {global.Module}.{global.Name}")).Read();
            return content is PickleMap map
                ? new ChannelStatistics(Three(map, name + "mean"), Three(map, name + "std"))
                : throw new FormatException("it holds no map");
        }
        catch (FormatException error)
        {
            throw ImageReader.Damaged(path, $"cannot be used: {error.Message}", error);
        }
    }

    /// <summary>Normalises the images of a batch in place.</summary>
    public void Apply(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        for (var i = 0; i < batch.Images.Length; i++)
        {
            batch.Images[i] = (float)((batch.Images[i] - Mean[i % 3]) / Spread(i % 3));
        }
    }

    /// <summary>What a channel is divided by.</summary>
    public double Spread(int channel) => Math.Max(Deviation[channel], LeastDeviation);

    private static double[] Three(PickleMap map, string name)
    {
        double[] numbers = map[name] is IEnumerable<object?> values ? [.. values.OfType<IConvertible>().Select(value => value.ToDouble(null))] : [];
        return numbers.Length == 3 ? numbers : throw new FormatException($"'{name}' is no list of three numbers");
    }
}
