using OpenCvSharp;

namespace RoboPerception.Capture;

/// <summary>Finds a board in images of one camera. For one thread.</summary>
internal abstract class TargetFinder(CalibrationTarget target) : IDisposable
{
    private readonly Mat grey = new();

    /// <summary>The board that is looked for.</summary>
    public CalibrationTarget Target { get; } = target;

    /// <summary>The finder for a board.</summary>
    /// <param name="target">The board.</param>
    /// <param name="thorough">Look harder, which takes longer where there is no board: for pictures, not for a camera.</param>
    /// <exception cref="RoboPerception.Core.UserErrorException">This machine's OpenCV does not know the board.</exception>
    public static TargetFinder For(CalibrationTarget target, bool thorough = false) =>
        target.Kind == TargetKind.Chessboard ? new ChessboardFinder(target, thorough) : new CharucoFinder(target);

    /// <summary>The board, to a fraction of a pixel; null if there is none.</summary>
    /// <param name="image">8-bit BGR.</param>
    public TargetView? Find(Mat image)
    {
        Cv2.CvtColor(image, grey, ColorConversionCodes.BGR2GRAY);
        (int[] Ids, Point2f[] Pixels)? found = FindIn(grey);
        return found is { } corners && IsUsable(corners.Ids) ? new TargetView(Target, image.Size(), corners.Ids, corners.Pixels) : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The corners in a grey image.</summary>
    protected abstract (int[] Ids, Point2f[] Pixels)? FindIn(Mat grey);

    /// <summary>Frees what a finder holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            grey.Dispose();
        }
    }

    /// <summary>Enough corners, and not all on a line, which would say nothing about the board's place.</summary>
    private bool IsUsable(int[] ids) =>
        ids.Length >= 8 && ids.Select(id => id / (Target.Columns - 1)).Distinct().Count() > 1 && ids.Select(id => id % (Target.Columns - 1)).Distinct().Count() > 1;
}
