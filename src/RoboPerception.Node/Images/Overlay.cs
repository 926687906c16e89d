using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Node.Images;

/// <summary>The camera's image under a veil of class colours, as JPEG, for people. Reuses its matrices from call to call.</summary>
internal sealed class Overlay : IDisposable
{
    private readonly Mat image = new();
    private readonly ClassMap classes;

    /// <summary>An overlay in the colours of a class map.</summary>
    public Overlay(ClassMap classes) => this.classes = classes;

    /// <summary>A JPEG of the input at the model's size, half image, half class colour.</summary>
    public byte[] Encode(ReadOnlySpan<byte> bgr, ReadOnlySpan<byte> labels, int width, int height)
    {
        image.Create(height, width, MatType.CV_8UC3);
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = image.RowSpan<byte>(y);
            ReadOnlySpan<byte> source = bgr.Slice(y * width * 3, width * 3);
            for (int x = 0; x < width; x++)
            {
                int id = labels[y * width + x];
                if (id < classes.Count)
                {
                    ClassInfo info = classes.Classes[id];
                    row[3 * x] = (byte)((source[3 * x] + info.Blue) / 2);
                    row[3 * x + 1] = (byte)((source[3 * x + 1] + info.Green) / 2);
                    row[3 * x + 2] = (byte)((source[3 * x + 2] + info.Red) / 2);
                }
                else
                {
                    source.Slice(3 * x, 3).CopyTo(row[(3 * x)..]);
                }
            }
        }
        Cv2.ImEncode(".jpg", image, out byte[] jpeg, [(int)ImwriteFlags.JpegQuality, 85]);
        return jpeg;
    }

    /// <inheritdoc/>
    public void Dispose() => image.Dispose();
}
