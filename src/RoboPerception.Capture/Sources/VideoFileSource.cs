using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// A video file, decoded by FFmpeg. Stamps are <see cref="FrameSource.RecordingEpoch"/> plus the presentation time. The decoder steps over frames it
/// cannot read; they show as gaps in the presentation times of a file with a constant rate and are reported as skipped.
/// One file has one image size: OpenCV's FFmpeg reader cannot follow a change in mid-stream.
/// </summary>
internal sealed class VideoFileSource : FrameSource
{
    // FFmpeg reports a damaged stretch as "no frame"; behind it the stream may go on.
    private const int RetriesAfterFailure = 30;
    private const int SteadyIntervals = 3;

    private static readonly Lazy<VideoCaptureAPIs> Backend = new(() =>
        Cv2.GetBuildInformation().Split('\n').Any(line => line.Contains("FFMPEG:", StringComparison.Ordinal) && line.Contains("YES", StringComparison.Ordinal))
            ? VideoCaptureAPIs.FFMPEG
            : VideoCaptureAPIs.ANY);

    private readonly string path;
    private readonly VideoCapture capture = new();
    private double declaredMilliseconds;
    private double position;
    private double period;
    private int steady;
    private long grabbed;
    private long skipped;

    /// <summary>A file that is opened later.</summary>
    public VideoFileSource(string path)
        : base(path, false) => this.path = Path.GetFullPath(path);

    /// <inheritdoc/>
    public override void Open()
    {
        CheckFile();
        if (!capture.Open(path, Backend.Value))
        {
            throw new UserErrorException(
                ExitCode.NoSource,
                $"'{Name}' is not a video that can be read: no video at all, a damaged header, or a recording that was cut off before its index was written. "
                + $"Try 'ffmpeg -i \"{Name}\" repaired.mkv', or give another file.");
        }

        FramesPerSecond = Sound(capture.Fps);
        DeclaredFrames = (long)Sound(capture.Get(VideoCaptureProperties.FrameCount));
        declaredMilliseconds = FramesPerSecond > 0 ? DeclaredFrames * 1000 / FramesPerSecond : 0;
        period = FramesPerSecond > 0 ? 1000 / FramesPerSecond : 40;
        (position, steady, grabbed, skipped) = (0, 0, 0, 0);
    }

    /// <inheritdoc/>
    public override GrabOutcome Grab()
    {
        int attempts = 0;
        while (!capture.Grab())
        {
            if (++attempts > RetriesAfterFailure || IsComplete)
            {
                CountDeclaredFrames();
                return GrabOutcome.End;
            }
        }

        Advance(capture.Get(VideoCaptureProperties.PosMsec));
        grabbed++;
        Stamp = RecordingEpoch + (long)Math.Round(position * 1e6);
        return GrabOutcome.Frame;
    }

    /// <inheritdoc/>
    public override bool Retrieve(Mat image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return capture.Retrieve(image) && !image.Empty();
    }

    /// <inheritdoc/>
    public override void Close() => capture.Release();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            capture.Dispose();
        }
    }

    // One frame of slack: containers round their duration.
    private bool IsComplete => DeclaredFrames <= 0 || position + (2.5 * period) > declaredMilliseconds;

    private static double Sound(double value) => double.IsFinite(value) && value > 0 ? value : 0;

    private static bool IsWhole(double ratio) => ratio > 0.9 && Math.Abs(ratio - Math.Round(ratio)) < 0.1;

    private void Advance(double next)
    {
        SkippedFrames = 0;
        if (grabbed == 0)
        {
            position = Sound(next);
            return;
        }

        double interval = next - position;
        if (!double.IsFinite(interval) || interval < 0.01 * period)
        {
            // The last frames out of a reordering decoder carry no time of their own, those of a damaged stream a wrong one.
            position += period;
            return;
        }

        double frames = interval / period;
        if (grabbed == 1 || (steady == 1 && frames < 0.75 && IsWhole(1 / frames)))
        {
            // The declared rate of some containers is twice the real one, so the first interval decides,
            // unless the second shows that it was a gap.
            period = interval;
            steady = 1;
        }
        else if (IsWhole(frames) && frames < 1.5)
        {
            steady++;
        }
        else if (steady >= SteadyIntervals && IsWhole(frames))
        {
            // Never more than the container says there are: a variable rate looks like gaps, too.
            long room = (long)Math.Round(declaredMilliseconds / period) - grabbed - skipped - 1;
            SkippedFrames = (int)Math.Clamp(Math.Round(frames) - 1, 0, Math.Max(0, room));
            skipped += SkippedFrames;
        }
        else
        {
            // A variable rate: gaps mean nothing.
            steady = int.MinValue / 2;
        }

        position = next;
    }

    private void CountDeclaredFrames()
    {
        long expected = (long)Math.Round(declaredMilliseconds / period);
        DeclaredFrames = IsComplete || expected <= grabbed ? grabbed + skipped : expected;
    }

    private void CheckFile()
    {
        try
        {
            // Asked before anything opens the file: opening a pipe would wait for its writer, and OpenCV opens one video at a time.
            if (new FileInfo(path).Length == 0)
            {
                throw new UserErrorException(
                    ExitCode.NoSource, $"'{Name}' is empty (0 bytes): the recording never started, or this is a pipe. Give a file with a recording.");
            }

            File.OpenRead(path).Dispose();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException(ExitCode.NoSource, $"'{Name}' does not exist (looked at '{path}'); check the path.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.NoSource, $"'{Name}' cannot be read: {error.Message}", error);
        }
    }
}
