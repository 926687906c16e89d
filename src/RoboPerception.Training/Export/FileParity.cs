using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RoboPerception.Core;

namespace RoboPerception.Training.Export;

/// <summary>How two model files of one description compare on the CPU, bit by bit.</summary>
/// <param name="Images">How many images both processed: the golden input, noise, rendered rooms.</param>
/// <param name="Bytes">Bytes of all predictions.</param>
/// <param name="DifferentBytes">How many of them differ.</param>
internal sealed record FileParity(int Images, long Bytes, long DifferentBytes)
{
    private const int Noise = 3, Rooms = 4;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{DifferentBytes} of {Bytes} bytes of the predictions for {Images} images differ");

    /// <summary>The model id by which frames name a file.</summary>
    public static string Id(byte[] file) => Convert.ToHexStringLower(SHA256.HashData(file).AsSpan(0, 8));

    /// <summary>Runs both files on the same images.</summary>
    public static FileParity Measure(byte[] before, byte[] after, ModelDescription description)
    {
        using var old = new GraphRunner(before, description.Input.Height, description.Input.Width);
        using var made = new GraphRunner(after, description.Input.Height, description.Input.Width);
        long bytes = 0, different = 0;
        var images = Shown(description.Input.Height, description.Input.Width);
        foreach (var image in images)
        {
            var (left, right) = (old.Run(image), made.Run(image));
            foreach (var output in description.Outputs)
            {
                var (a, b) = (Raw(left, output), Raw(right, output));
                bytes += a.Length;
                different += a.Zip(b).LongCount(pair => pair.First != pair.Second) + Math.Abs(a.Length - b.Length);
            }
        }

        return new FileParity(images.Count, bytes, different);
    }

    private static byte[] Raw(GraphRunner.Predictions predictions, ModelOutput output) => output.Kind == OutputKind.Segmentation
        ? predictions.Labels(output.Name)
        : MemoryMarshal.AsBytes<float>(predictions.Values(output.Name)).ToArray();

    private static List<byte[]> Shown(int height, int width)
    {
        var golden = new byte[height * width * 3];
        GoldenInput.Fill(golden, width, height);
        List<byte[]> images = [golden];
        var random = new Random(1);
        for (var i = 0; i < Noise; i++)
        {
            var noise = new byte[golden.Length];
            random.NextBytes(noise);
            images.Add(noise);
        }

        using var rooms = new Data.SceneImages(seed: 5, Rooms, height, width);
        var set = rooms.ToSet(Rooms);
        for (var i = 0; i < set.Count; i++)
        {
            var image = new byte[golden.Length];
            ImageBytes.BlueFirst(set[i].Rgb, image);
            images.Add(image);
        }

        return images;
    }
}
