using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Images;

namespace RoboPerception.Node.Recorders;

/// <summary>A frame on its way to the file: copies, because the pipeline uses its buffers again. There are few of these; they go round.</summary>
internal sealed class RecordedFrame(int outputs)
{
    /// <summary>Its place among the cameras.</summary>
    public int Camera { get; set; }

    /// <summary>The outputs' pixels as they are published, behind their headers.</summary>
    public PayloadBuffer[] Outputs { get; } = [.. Enumerable.Range(0, outputs).Select(_ => new PayloadBuffer())];

    /// <summary>The camera's image.</summary>
    public SourceImage Source { get; set; } = new();

    /// <summary>Where its JPEG is shared with others; null if nobody else wants it.</summary>
    public SharedFile? SourceFile { get; set; }

    /// <summary>Scan and points, where they are switched on.</summary>
    public FrameAnswers Answers { get; } = new();

    /// <summary>The frame.</summary>
    public FrameHeader Header { get; set; }

    /// <summary>Whether its stamp is that of a recording, not the wall's.</summary>
    public bool HasOwnTime { get; set; }
}

/// <summary>A copy of a camera's image, BGR, rows without padding.</summary>
internal sealed class SourceImage
{
    /// <summary>[H,W,3]; longer than the image where an earlier one was larger.</summary>
    public byte[] Pixels { get; private set; } = [];

    /// <summary>Pixels per row.</summary>
    public int Width { get; private set; }

    /// <summary>Rows.</summary>
    public int Height { get; private set; }

    /// <summary>Copies a frame.</summary>
    public void Take(Frame frame)
    {
        Resize(frame.Width, frame.Height);
        int row = 3 * frame.Width;
        ReadOnlySpan<byte> from = frame.Pixels;
        for (int y = 0; y < frame.Height; y++)
        {
            from.Slice(y * frame.Stride, row).CopyTo(Pixels.AsSpan(y * row));
        }
    }

    /// <summary>Copies an image.</summary>
    public void Take(SourceImage other)
    {
        Resize(other.Width, other.Height);
        other.Pixels.AsSpan(0, 3 * Width * Height).CopyTo(Pixels);
    }

    /// <summary>The image as JPEG.</summary>
    /// <exception cref="OpenCVException">OpenCV could not encode it.</exception>
    public byte[] EncodeJpeg(int quality) => Jpeg.Encode(Pixels, Width, Height, quality);

    private void Resize(int width, int height)
    {
        (Width, Height) = (width, height);
        if (Pixels.Length < 3 * width * height)
        {
            Pixels = GC.AllocateUninitializedArray<byte>(3 * width * height, pinned: true);
        }
    }
}
