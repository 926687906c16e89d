using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>Looks for a board in the frames of a source and collects the views that are worth keeping. For one thread.</summary>
internal sealed class CalibrationSession : IDisposable
{
    // Pictures of a folder were chosen by a person; of a video most frames resemble the one before.
    private readonly bool keepAll;
    private readonly FrameSource source;
    private readonly TargetFinder finder;
    private readonly Mat frame = new();
    private readonly Mat bestFrame = new();
    private TargetView? bestView;
    private Size size;

    /// <summary>A session over a source that is not open yet, and which it owns from now on.</summary>
    /// <exception cref="UserErrorException">This machine's OpenCV does not know the board.</exception>
    public CalibrationSession(FrameSource source, CalibrationTarget target)
    {
        this.source = source;
        keepAll = source is ImageSequenceSource;
        finder = TargetFinder.For(target, thorough: keepAll);
    }

    /// <summary>What was collected and what is missing.</summary>
    public CoverageGuide Coverage { get; } = new();

    /// <summary>Frames looked at.</summary>
    public int Frames { get; private set; }

    /// <summary>Frames in which the board was found.</summary>
    public int Found { get; private set; }

    /// <summary>The board in the last frame; null if it was not found there.</summary>
    public TargetView? Last { get; private set; }

    /// <summary>The last frame, 8-bit BGR; it changes with the next one.</summary>
    public Mat Frame => frame;

    /// <summary>Name of the source, without any secret.</summary>
    public string Source => source.Name;

    /// <summary>True for cameras and streams, which end when enough was seen.</summary>
    public bool IsLive => source.IsLive;

    /// <summary>Opens the source.</summary>
    /// <exception cref="UserErrorException">It cannot be opened.</exception>
    public void Open() => source.Open();

    /// <summary>Looks at the next frame.</summary>
    /// <returns>False when the source has ended.</returns>
    /// <exception cref="UserErrorException">The frames change their size, or the camera is gone.</exception>
    public bool Next()
    {
        switch (source.Grab())
        {
            case GrabOutcome.End:
                return false;
            case GrabOutcome.Lost:
                throw new UserErrorException(ExitCode.NoSource, $"The source '{source.Name}' is gone{(source.Trouble is { } trouble ? $": {trouble}" : "")}; plug it in and begin again.");
        }

        if (!source.Retrieve(frame))
        {
            return true;
        }

        if (Frames++ == 0)
        {
            size = frame.Size();
        }
        else if (frame.Size() != size)
        {
            throw new UserErrorException(
                ExitCode.NoSource, $"'{source.Name}' gives frames of {size.Width}x{size.Height} and of {frame.Width}x{frame.Height}: a calibration holds for one size; take the frames of one.");
        }

        Last = finder.Find(frame);
        if (Last is null)
        {
            return true;
        }

        Found++;
        if (Coverage.Offer(Last, keepAll) && (bestView is null || Last.Extent > bestView.Extent))
        {
            bestView = Last;
            frame.CopyTo(bestFrame);
        }

        return true;
    }

    /// <summary>Asks the source to come back from a call under way; any thread may.</summary>
    public void Interrupt() => source.Interrupt();

    /// <summary>The camera.</summary>
    /// <exception cref="UserErrorException">Too few views, or they determine none.</exception>
    public CalibrationResult Calibrate(string model) => CameraCalibrator.Calibrate(Coverage.Views, model);

    /// <summary>A picture to judge a calibration of this session by; PNG.</summary>
    public byte[] Picture(CalibrationResult result) =>
        bestView is null ? throw new InvalidOperationException("No view was kept.") : CalibrationPicture.Png(result, bestFrame, bestView);

    /// <inheritdoc/>
    public void Dispose()
    {
        source.Dispose();
        finder.Dispose();
        frame.Dispose();
        bestFrame.Dispose();
    }
}
