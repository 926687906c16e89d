using RoboPerception.Core;

namespace RoboPerception.Node.Images;

/// <summary>The camera's image under a veil of class colours, as JPEG, for people. Reuses its pixels from call to call.</summary>
internal sealed class Overlay
{
    private const int Quality = 85;

    private readonly ClassMap classes;
    private byte[] pixels = [];

    /// <summary>An overlay in the colours of a class map.</summary>
    public Overlay(ClassMap classes) => this.classes = classes;

    /// <summary>A JPEG of the input at the model's size, half image, half class colour.</summary>
    public byte[] Encode(ReadOnlySpan<byte> bgr, ReadOnlySpan<byte> labels, int width, int height)
    {
        if (pixels.Length != 3 * width * height)
        {
            pixels = new byte[3 * width * height];
        }
        bgr[..pixels.Length].CopyTo(pixels);
        for (int i = 0; i < width * height; i++)
        {
            if (labels[i] < classes.Count)
            {
                ClassInfo info = classes.Classes[labels[i]];
                Span<byte> pixel = pixels.AsSpan(3 * i, 3);
                pixel[0] = (byte)((pixel[0] + info.Blue) / 2);
                pixel[1] = (byte)((pixel[1] + info.Green) / 2);
                pixel[2] = (byte)((pixel[2] + info.Red) / 2);
            }
        }
        return Jpeg.Encode(pixels, width, height, Quality);
    }
}
