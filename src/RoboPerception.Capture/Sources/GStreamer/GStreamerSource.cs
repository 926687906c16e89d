using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// Frames of a GStreamer pipeline, which runs in a child process (gst-launch-1.0) and writes them to a pipe: <c>csi://0</c>,
/// <c>gst://PIPELINE</c>, and <c>rtsp://</c> on a Jetson. A driver that crashes or hangs ends the child, and the capture loop starts a new one.
/// Pixels go from the pipe straight into the frame's own memory; after warm-up nothing is allocated per frame.
/// Stamps are the pipeline's own times carried to the wall clock, see <see cref="StreamClock"/>.
/// </summary>
public sealed unsafe class GStreamerSource : FrameSource
{
    /// <summary>How long the first frame may take; a CSI sensor needs seconds to find its exposure.</summary>
    public static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long the next frame may take; beyond it the child is ended and the source counts as lost.</summary>
    public static readonly TimeSpan FrameTimeout = TimeSpan.FromSeconds(5);

    private readonly string pipeline;
    private readonly string program;
    private readonly byte[] header = GC.AllocateArray<byte>(GdpPacket.HeaderSize, pinned: true);
    private readonly StreamClock clock = new();
    private ChildProcess? child;
    private VideoCaps? caps;
    private GdpPacket packet;
    private bool hasPayload;
    private bool outOfStep;
    private ulong expectedNumber = GdpPacket.None;
    private byte* scratch;
    private int scratchBytes;
    private volatile bool interrupted;

    /// <summary>A pipeline that is started later.</summary>
    /// <param name="name">Name for logs, without secrets.</param>
    /// <param name="pipeline">As gst-launch-1.0 takes it, without a sink.</param>
    /// <param name="program">gst-launch-1.0, or a program that stands for it.</param>
    internal GStreamerSource(string name, string pipeline, string program = "gst-launch-1.0")
        : base(name, true)
    {
        this.pipeline = pipeline;
        this.program = program;
        // Asked now, so that a quote that is left open is a mistake of the address and not of the camera.
        _ = GStreamerPipeline.Arguments(pipeline);
    }

    /// <summary>The pipeline, up to where its raw frames are fetched.</summary>
    public string Pipeline => pipeline;

    /// <summary>Process id of the child; 0 if none runs.</summary>
    internal int ChildId => child?.Id ?? 0;

    /// <inheritdoc/>
    public override void Open()
    {
        Close();
        if (ChildProcess.FindOnPath(program) is null)
        {
            throw new UserErrorException(
                ExitCode.NoSource, $"'{Name}' needs GStreamer, and {program} is not installed: sudo apt-get install {GStreamerComplaint.Packages}");
        }

        try
        {
            child = ChildProcess.Start(program, GStreamerPipeline.Arguments(pipeline));
        }
        catch (Win32Exception error)
        {
            throw new UserErrorException(ExitCode.NoSource, $"'{Name}': {program} cannot be run: {error.Message}", error);
        }

        if (interrupted)
        {
            child.Output.Interrupt();
        }

        clock.Restart();
        expectedNumber = GdpPacket.None;
        caps = null;
        if (!Advance(OpenTimeout))
        {
            UserErrorException refusal = Refusal();
            Close();
            throw refusal;
        }
    }

    /// <inheritdoc/>
    public override GrabOutcome Grab()
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
            MissedFrames = expectedNumber != GdpPacket.None && packet.Number > expectedNumber ? (int)Math.Min(packet.Number - expectedNumber, int.MaxValue) : 0;
            expectedNumber = packet.NumberAfter;
        }

        return GrabOutcome.Frame;
    }

    /// <inheritdoc/>
    public override bool Retrieve(Mat image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (child is null || caps is null || !hasPayload)
        {
            return false;
        }

        image.Create(caps.Height, caps.Width, MatType.CV_8UC3);
        int row = 3 * caps.Width;
        int stride = packet.Length / caps.Height;
        hasPayload = false;
        if (stride == row && packet.Length == row * caps.Height)
        {
            outOfStep = child.Output.Read((byte*)image.Data, packet.Length, FrameTimeout) != PipeOutcome.Full;
            return !outOfStep;
        }

        // GStreamer pads rows to four bytes, OpenCV does not.
        if (!ReadToScratch())
        {
            return false;
        }

        for (int y = 0; y < caps.Height; y++)
        {
            new ReadOnlySpan<byte>(scratch + ((long)y * stride), row).CopyTo(new Span<byte>((byte*)image.Ptr(y), row));
        }

        return true;
    }

    /// <inheritdoc/>
    public override void Interrupt()
    {
        interrupted = true;
        child?.Output.Interrupt();
    }

    /// <inheritdoc/>
    public override void Close()
    {
        child?.Dispose();
        child = null;
        (hasPayload, outOfStep) = (false, false);
        Stamp = 0;
    }

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
        if (child is null || outOfStep || (hasPayload && !ReadToScratch()))
        {
            return Ended(PipeOutcome.Ended, timeout);
        }

        while (true)
        {
            fixed (byte* first = header)
            {
                if (child.Output.Read(first, GdpPacket.HeaderSize, timeout) is var outcome and not PipeOutcome.Full)
                {
                    return Ended(outcome, timeout);
                }
            }

            if (!GdpPacket.TryRead(header, out packet))
            {
                Trouble = "something else than frames came out of the pipeline: no element in it may write to standard output";
                return false;
            }

            hasPayload = true;
            if (packet.Kind == GdpKind.Buffer)
            {
                if (caps is not null && packet.Length % caps.Height == 0 && packet.Length / caps.Height >= 3 * caps.Width)
                {
                    return true;
                }

                Trouble = $"a frame of {packet.Length} bytes came that is no {(caps is null ? "" : $"{caps.Width}x{caps.Height} ")}BGR image";
                return false;
            }

            if (!ReadToScratch())
            {
                return Ended(PipeOutcome.Ended, timeout);
            }

            if (packet.Kind == GdpKind.Caps && !Describe(Encoding.UTF8.GetString(scratch, packet.Length).TrimEnd('\0')))
            {
                return false;
            }
        }
    }

    private bool Describe(string text)
    {
        caps = VideoCaps.TryParse(text);
        FramesPerSecond = caps?.FramesPerSecond ?? 0;
        Trouble = caps is null ? $"the pipeline gives no raw video but {text}" : null;
        return caps is not null;
    }

    private bool ReadToScratch()
    {
        if (scratchBytes < packet.Length)
        {
            scratch = (byte*)NativeMemory.Realloc(scratch, (nuint)packet.Length);
            scratchBytes = packet.Length;
        }

        hasPayload = false;
        outOfStep = child!.Output.Read(scratch, packet.Length, FrameTimeout) != PipeOutcome.Full;
        return !outOfStep;
    }

    private bool Ended(PipeOutcome outcome, TimeSpan timeout)
    {
        if (outcome == PipeOutcome.TimedOut)
        {
            Trouble = $"no frame for {timeout.TotalSeconds:0} s";
            return false;
        }

        bool hasEnded = outcome == PipeOutcome.Ended && child?.WaitForEnd() == true;
        string said = GStreamerComplaint.Of(child?.Said ?? []).Text;
        Trouble = said.Length > 0 ? $"GStreamer says: {said}" : hasEnded ? "the pipeline has ended" : "the pipeline gives nothing any more";
        return false;
    }

    private UserErrorException Refusal()
    {
        GStreamerComplaint complaint = GStreamerComplaint.Of(child?.Said ?? []);
        string remedy = complaint.Remedy.Length > 0 ? complaint.Remedy : "check the device and try the pipeline with gst-launch-1.0 ... ! fakesink";
        string cause = complaint.MissingElement is { } element ? $"GStreamer has no element '{element}' here" : Trouble ?? "no frame came";
        return new UserErrorException(
            complaint.IsWrongPipeline && complaint.MissingElement is null ? ExitCode.Usage : ExitCode.NoSource, $"'{Name}' does not open: {cause}; {remedy}.");
    }
}
