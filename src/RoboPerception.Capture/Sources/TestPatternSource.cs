using System.Diagnostics;
using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// A colour gradient that moves to the left with a white square that moves to the right: <c>test://?size=640x480&amp;fps=30&amp;frames=100</c>.
/// Frame i depends on i and the size alone, so every run gives the same bytes. Options:
/// <c>size</c> (640x480), <c>fps</c> (30), <c>frames</c> (0 = endless), <c>live</c> (false: a recording; true: runs by the wall clock).
/// Faults, to see how a system takes them: <c>stall-at</c> (grabbing this frame blocks, for <c>stall-ms</c>, 3000), <c>lose-at</c> (the source is
/// lost once before this frame), <c>resize-at</c> (half the size from this frame on), <c>corrupt-every</c> (every n-th frame does not decode).
/// </summary>
internal sealed class TestPatternSource : FrameSource
{
    private const int Period = 256;
    private const int Step = 3;

    private readonly Size size;
    private readonly long frames;
    private readonly long stallAt;
    private readonly int stallMilliseconds;
    private readonly long loseAt;
    private readonly long resizeAt;
    private readonly long corruptEvery;
    private readonly byte[] gradient;
    private bool lost;
    private long next;
    private long started;

    /// <summary>A pattern that starts when it is opened.</summary>
    public TestPatternSource(SourceUri uri)
        : base((uri ?? throw new ArgumentNullException(nameof(uri))).Name, uri.Flag("live", false))
    {
        size = uri.Size("size", new Size(640, 480));
        FramesPerSecond = uri.Number("fps", 30, 0.001, 1000);
        frames = uri.Integer("frames", 0, 0, int.MaxValue);
        stallAt = uri.Integer("stall-at", -1, 0, int.MaxValue);
        stallMilliseconds = uri.Integer("stall-ms", 3000, 1, int.MaxValue);
        loseAt = uri.Integer("lose-at", -1, 0, int.MaxValue);
        resizeAt = uri.Integer("resize-at", -1, 0, int.MaxValue);
        corruptEvery = uri.Integer("corrupt-every", 0, 1, int.MaxValue);
        DeclaredFrames = frames;

        // One row of the gradient, long enough to be read from any phase.
        gradient = new byte[3 * (size.Width + Period)];
        for (int x = 0; x < size.Width + Period; x++)
        {
            gradient[3 * x] = (byte)x;
            gradient[(3 * x) + 1] = (byte)(Math.Abs((x % Period) - 128) * 2 % 256);
            gradient[(3 * x) + 2] = (byte)(255 - x);
        }
    }

    /// <inheritdoc/>
    public override void Open()
    {
        if (!IsLive)
        {
            next = 0;
        }

        started = Stopwatch.GetTimestamp() - ToTicks(next);
    }

    /// <inheritdoc/>
    public override GrabOutcome Grab()
    {
        if (frames > 0 && next >= frames)
        {
            return GrabOutcome.End;
        }

        if (next == loseAt && !lost)
        {
            lost = true;
            return GrabOutcome.Lost;
        }

        if (next == stallAt)
        {
            Thread.Sleep(stallMilliseconds);
        }

        if (IsLive)
        {
            WaitUntilDue();
            Stamp = UnixClock.Now;
        }
        else
        {
            Stamp = RecordingEpoch + (long)Math.Round(next * 1e9 / FramesPerSecond);
        }

        next++;
        return GrabOutcome.Frame;
    }

    /// <inheritdoc/>
    public override bool Retrieve(Mat image)
    {
        ArgumentNullException.ThrowIfNull(image);
        long index = next - 1;
        if (corruptEvery > 0 && (index + 1) % corruptEvery == 0)
        {
            return false;
        }

        bool small = resizeAt >= 0 && index >= resizeAt;
        int width = small ? Math.Max(1, size.Width / 2) : size.Width;
        int height = small ? Math.Max(1, size.Height / 2) : size.Height;
        image.Create(height, width, MatType.CV_8UC3);
        int side = Math.Min(32, Math.Min(width, height));
        int left = (int)(index * Step % Math.Max(1, width - side + 1));
        int top = (height - side) / 2;
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = image.RowSpan<byte>(y);
            int phase = (int)((index * Step + y) % Period);
            gradient.AsSpan(3 * phase, 3 * width).CopyTo(row);
            if (y >= top && y < top + side)
            {
                row.Slice(3 * left, 3 * side).Fill(255);
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override void Close()
    {
    }

    private long ToTicks(long frame) => (long)(frame * Stopwatch.Frequency / FramesPerSecond);

    private void WaitUntilDue()
    {
        long left = started + ToTicks(next) - Stopwatch.GetTimestamp();
        if (left > 0)
        {
            Thread.Sleep((int)(left * 1000 / Stopwatch.Frequency) + 1);
        }
    }
}
