using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// A live source whose frames come through a pipe from a child process. A driver or decoder that crashes or hangs ends the child, and the
/// capture loop starts a new one. Pixels go from the pipe straight into the frame's own memory; after warm-up nothing is allocated per frame.
/// Stamps are the child's own times carried to the wall clock, see <see cref="StreamClock"/>, or else the moment of arrival.
/// </summary>
/// <param name="name">Name for logs, without secrets.</param>
/// <param name="headerSize">Bytes before each payload.</param>
internal abstract unsafe class ChildSource(string name, int headerSize) : FrameSource(name, true)
{
    /// <summary>How long the first frame may take; a CSI sensor needs seconds to find its exposure, a stream its next key frame.</summary>
    public static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long the next frame may take; beyond it the child is ended and the source counts as lost.</summary>
    public static readonly TimeSpan FrameTimeout = TimeSpan.FromSeconds(5);

    private readonly byte[] header = GC.AllocateArray<byte>(headerSize, pinned: true);
    private readonly StreamClock clock = new();
    private ChildProcess? child;
    private VideoFormat? format;
    private PipePacket packet;
    private bool hasPayload;
    private bool outOfStep;
    private ulong expectedNumber = PipePacket.None;
    private byte* scratch;
    private int scratchBytes;
    private volatile bool interrupted;

    /// <summary>Process id of the child; 0 if none runs.</summary>
    internal int ChildId => child?.Id ?? 0;

    /// <summary>What the child has said on standard error.</summary>
    private protected IReadOnlyList<string> Said => child?.Said ?? [];

    /// <inheritdoc/>
    public sealed override void Open()
    {
        Close();
        try
        {
            child = StartChild();
        }
        catch (Win32Exception error)
        {
            throw new UserErrorException(ExitCode.NoSource, $"'{Name}': its child process cannot be run: {error.Message}", error);
        }

        if (interrupted)
        {
            child.Output.Interrupt();
        }

        clock.Restart();
        expectedNumber = PipePacket.None;
        format = null;
        if (!Advance(OpenTimeout))
        {
            UserErrorException refusal = Refusal();
            Close();
            throw refusal;
        }
    }

    /// <inheritdoc/>
    public sealed override GrabOutcome Grab()
    {
        // Open waits for the first frame, which is then handed out here.
        bool first = hasPayload && Stamp == 0;
        if (!first && !Advance(FrameTimeout))
        {
            return GrabOutcome.Lost;
        }

        Stamp = clock.Stamp(packet.Time, UnixClock.Now);
        MissedFrames = 0;
        if (packet.HasNumber)
        {
            MissedFrames = expectedNumber != PipePacket.None && packet.Number > expectedNumber ? (int)Math.Min(packet.Number - expectedNumber, int.MaxValue) : 0;
            expectedNumber = packet.NumberAfter;
        }

        return GrabOutcome.Frame;
    }

    /// <inheritdoc/>
    public sealed override bool Retrieve(Mat image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (child is null || format is null || !hasPayload)
        {
            return false;
        }

        image.Create(format.Height, format.Width, MatType.CV_8UC3);
        int row = 3 * format.Width;
        int stride = packet.Length / format.Height;
        if (stride == row)
        {
            return Read((byte*)image.Data);
        }

        // The pipe's rows are padded to four bytes, OpenCV's are not.
        if (!ReadToScratch())
        {
            return false;
        }

        for (int y = 0; y < format.Height; y++)
        {
            new ReadOnlySpan<byte>(scratch + ((long)y * stride), row).CopyTo(new Span<byte>(image.DataPointer + (y * image.Step()), row));
        }

        return true;
    }

    /// <inheritdoc/>
    public sealed override void Interrupt()
    {
        interrupted = true;
        child?.Output.Interrupt();
    }

    /// <inheritdoc/>
    public sealed override void Close()
    {
        child?.Dispose();
        child = null;
        (hasPayload, outOfStep) = (false, false);
        Stamp = 0;
    }

    /// <summary>Starts the child on this thread.</summary>
    /// <exception cref="UserErrorException">Its program is not installed.</exception>
    private protected abstract ChildProcess StartChild();

    /// <summary>Reads a header; where it tells the format itself, that is updated. False if these bytes are none.</summary>
    private protected abstract bool TryReadHeader(ReadOnlySpan<byte> header, out PipePacket packet, ref VideoFormat? format);

    /// <summary>What the child complains of, in one sentence without secrets; empty if it has said nothing of use.</summary>
    private protected abstract string Complaint();

    /// <summary>Why it does not open, with the remedy. <see cref="FrameSource.Trouble"/> holds the cause.</summary>
    private protected abstract UserErrorException Refusal();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        NativeMemory.Free(scratch);
        scratch = null;
        scratchBytes = 0;
    }

    /// <summary>Goes to the next frame, past a payload that nobody fetched. False if there is none; then <see cref="FrameSource.Trouble"/> says why.</summary>
    private bool Advance(TimeSpan timeout)
    {
        Trouble = null;
        if (child is null || outOfStep || (hasPayload && !ReadToScratch()))
        {
            return Fail(PipeOutcome.Ended, timeout);
        }

        while (true)
        {
            fixed (byte* first = header)
            {
                if (child.Output.Read(first, header.Length, timeout) is var outcome and not PipeOutcome.Full)
                {
                    return Fail(outcome, timeout);
                }
            }

            if (!TryReadHeader(header, out packet, ref format))
            {
                Trouble = "something else than frames came out of the child: nothing in it may write to standard output";
                return false;
            }

            hasPayload = true;
            if (packet.Kind == PacketKind.Frame)
            {
                return IsFrame();
            }

            if (!ReadToScratch())
            {
                return Fail(PipeOutcome.Ended, timeout);
            }

            if (packet.Kind == PacketKind.Format && !Describe(Encoding.UTF8.GetString(scratch, packet.Length).TrimEnd('\0')))
            {
                return false;
            }
        }
    }

    private bool IsFrame()
    {
        if (format is not null && packet.Length % format.Height == 0 && packet.Length / format.Height >= 3 * format.Width)
        {
            FramesPerSecond = format.FramesPerSecond;
            return true;
        }

        Trouble = $"a frame of {packet.Length} bytes came that is no {(format is null ? "" : $"{format.Width}x{format.Height} ")}BGR image";
        return false;
    }

    private bool Describe(string text)
    {
        format = VideoFormat.TryParse(text);
        Trouble = format is null ? $"it gives no raw video but {text}" : null;
        return format is not null;
    }

    private bool ReadToScratch()
    {
        if (scratchBytes < packet.Length)
        {
            scratch = (byte*)NativeMemory.Realloc(scratch, (nuint)packet.Length);
            scratchBytes = packet.Length;
        }

        return Read(scratch);
    }

    private bool Read(byte* destination)
    {
        hasPayload = false;
        outOfStep = child!.Output.Read(destination, packet.Length, FrameTimeout) != PipeOutcome.Full;
        return !outOfStep;
    }

    private bool Fail(PipeOutcome outcome, TimeSpan timeout)
    {
        bool hasEnded = outcome == PipeOutcome.Ended && child?.WaitForEnd() == true;
        string said = Complaint();
        Trouble = said.Length > 0 ? said
            : outcome == PipeOutcome.TimedOut ? $"no frame for {timeout.TotalSeconds:0} s"
            : hasEnded ? "its child process has ended" : "its child process gives nothing any more";
        return false;
    }
}
