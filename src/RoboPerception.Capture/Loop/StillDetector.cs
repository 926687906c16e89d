using System.Diagnostics;
using System.IO.Hashing;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// Notices a camera that goes on sending one and the same picture: a hanging encoder, a recorder that repeats its last frame. A sensor's noise
/// makes every picture differ, so equal ones are no accident. Rows are sampled; allocates nothing.
/// </summary>
internal sealed class StillDetector
{
    private const int RowStep = 16;

    private ulong last;
    private long changedAt = Stopwatch.GetTimestamp();

    /// <summary>How long the picture has been the same.</summary>
    public TimeSpan StillFor => Stopwatch.GetElapsedTime(Interlocked.Read(ref changedAt));

    /// <summary>Looks at the next picture.</summary>
    public void Look(Frame frame)
    {
        ulong sum = (ulong)(uint)frame.Width << 32 | (uint)frame.Height;
        for (int row = 0; row < frame.Height; row += RowStep)
        {
            sum = XxHash3.HashToUInt64(frame.Pixels.Slice(row * frame.Stride, 3 * frame.Width), unchecked((long)sum));
        }
        if (sum != last)
        {
            last = sum;
            Interlocked.Exchange(ref changedAt, Stopwatch.GetTimestamp());
        }
    }
}
