using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RoboPerception.Core;

namespace RoboPerception.Training.Export;

/// <summary>How two model files of one description compare on the CPU, bit by bit.</summary>
/// <param name="Pictures">How many pictures both answered: the golden input, noise, rendered rooms.</param>
/// <param name="Bytes">Bytes of all answers.</param>
/// <param name="DifferentBytes">How many of them differ.</param>
internal sealed record FileParity(int Pictures, long Bytes, long DifferentBytes)
{
    private const int Noise = 3, Rooms = 4;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{DifferentBytes} of {Bytes} bytes of the answers to {Pictures} pictures differ");

    /// <summary>The model id by which frames name a file.</summary>
    public static string Id(byte[] file) => Convert.ToHexStringLower(SHA256.HashData(file).AsSpan(0, 8));

    /// <summary>Runs both files on the same pictures.</summary>
    public static FileParity Measure(byte[] before, byte[] after, ModelDescription description)
    {
        using var old = new GraphRunner(before, description.Input.Height, description.Input.Width);
        using var made = new GraphRunner(after, description.Input.Height, description.Input.Width);
        long bytes = 0, different = 0;
        var pictures = Shown(description.Input.Height, description.Input.Width);
        foreach (var picture in pictures)
        {
            var (left, right) = (old.Run(picture), made.Run(picture));
            foreach (var output in description.Outputs)
            {
                var (a, b) = (Raw(left, output), Raw(right, output));
                bytes += a.Length;
                different += a.Zip(b).LongCount(pair => pair.First != pair.Second) + Math.Abs(a.Length - b.Length);
            }
        }

        return new FileParity(pictures.Count, bytes, different);
    }

    private static byte[] Raw(GraphRunner.Answers answers, ModelOutput output) => output.Kind == OutputKind.Segmentation
        ? answers.Labels(output.Name)
        : MemoryMarshal.AsBytes<float>(answers.Values(output.Name)).ToArray();

    private static List<byte[]> Shown(int height, int width)
    {
        var golden = new byte[height * width * 3];
        GoldenInput.Fill(golden, width, height);
        List<byte[]> pictures = [golden];
        var random = new Random(1);
        for (var i = 0; i < Noise; i++)
        {
            var noise = new byte[golden.Length];
            random.NextBytes(noise);
            pictures.Add(noise);
        }

        using var rooms = new Data.SceneImages(seed: 5, Rooms, height, width);
        var set = rooms.ToSet(Rooms);
        for (var i = 0; i < set.Count; i++)
        {
            var picture = new byte[golden.Length];
            PictureBytes.BlueFirst(set[i].Rgb, picture);
            pictures.Add(picture);
        }

        return pictures;
    }
}
