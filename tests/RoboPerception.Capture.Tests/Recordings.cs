using OpenCvSharp;

namespace RoboPerception.Capture.Tests;

/// <summary>Writes the recordings that the tests read. Frame i is a flat grey of value 10 * (i % 25).</summary>
internal static class Recordings
{
    public static readonly Size Size = new(64, 48);

    public static byte Value(long frame) => (byte)(10 * (frame % 25));

    public static void Write(string path, int frames, Size? size = null, int? codec = null)
    {
        Size imageSize = size ?? Size;
        using var writer = new VideoWriter(path, codec ?? FourCC.MJPG, 25, imageSize);
        Assert.True(writer.IsOpened());
        for (int i = 0; i < frames; i++)
        {
            using var frame = new Mat(imageSize, MatType.CV_8UC3, Scalar.All(Value(i)));
            writer.Write(frame);
        }
    }

    public static void WriteImage(string path, int value, Size? size = null)
    {
        using var image = new Mat(size ?? Size, MatType.CV_8UC3, Scalar.All(value));
        Assert.True(image.ImWrite(path));
    }

    /// <summary>Overwrites the compressed images of some frames of an MJPG AVI file; its structure stays sound.</summary>
    public static void DamageFrames(string path, params int[] frames)
    {
        byte[] file = File.ReadAllBytes(path);
        int chunk = -1;
        // The header's index names the chunks, too.
        int start = file.AsSpan().IndexOf("movi"u8);
        while ((start = file.AsSpan(start).IndexOf("00dc"u8) is var found and >= 0 ? start + found : -1) >= 0)
        {
            chunk++;
            int length = BitConverter.ToInt32(file, start + 4);
            if (frames.Contains(chunk))
            {
                file.AsSpan(start + 8, length).Clear();
            }

            start += 8 + length;
            if (chunk >= frames.Max())
            {
                break;
            }
        }

        File.WriteAllBytes(path, file);
    }

    public static void Truncate(string path, double share)
    {
        byte[] file = File.ReadAllBytes(path);
        File.WriteAllBytes(path, file[..(int)(file.Length * share)]);
    }
}
