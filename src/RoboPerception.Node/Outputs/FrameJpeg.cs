using RoboPerception.Node.Images;

namespace RoboPerception.Node.Outputs;

/// <summary>The input of a frame as JPEG, at a rate in the source's own time, so that a replay gives the same images. Encoded once, for all who send it.</summary>
internal sealed class FrameJpeg(double rate, int width, int height)
{
    private const int Quality = 85;

    private readonly long period = (long)(1e9 / rate);
    private long next = long.MinValue;
    private long last = long.MinValue;

    /// <summary>The file of the present frame; empty if it has none.</summary>
    public byte[] Current { get; private set; } = [];

    /// <summary>Whether a frame of this time becomes an image. Asked once for each frame, on the inference thread.</summary>
    public bool IsDue(long stamp)
    {
        // Time that runs backwards is a recording that begins again.
        bool due = stamp >= next || stamp < last;
        last = stamp;
        if (due)
        {
            next = next != long.MinValue && stamp - next is >= 0 and var late && late < period ? next + period : stamp + period;
        }
        return due;
    }

    /// <summary>Encodes a frame's input, BGR [H,W,3]; nothing = it is none of those chosen.</summary>
    public void Encode(ReadOnlySpan<byte> bgr) => Current = bgr.IsEmpty ? [] : Jpeg.Encode(bgr, width, height, Quality);
}
