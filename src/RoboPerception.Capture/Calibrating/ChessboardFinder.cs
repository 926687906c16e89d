using System.Runtime.InteropServices;
using OpenCvSharp;

namespace RoboPerception.Capture;

/// <summary>
/// Finds chessboards with OpenCV's sector-based detector (Duda and Frese 2018), and with the older one by quadrangles, as each misses boards that
/// the other sees; where corners lie is refined by the gradients around them.
/// </summary>
internal sealed class ChessboardFinder(CalibrationTarget target, bool thorough) : TargetFinder(target)
{
    private const double ShareOfSquare = 0.3;
    private const int LargestReach = 6;

    private static readonly TermCriteria Precise = new(CriteriaTypes.Count | CriteriaTypes.Eps, 50, 1e-3);

    private readonly Mat corners = new();

    protected override (int[] Ids, Point2f[] Pixels)? FindIn(Mat grey)
    {
        var size = new Size(Target.Columns - 1, Target.Rows - 1);
        if (!Cv2.FindChessboardCornersSB(grey, size, corners, ChessboardFlags.NormalizeImage)
            && !Cv2.FindChessboardCorners(grey, size, corners, ChessboardFlags.AdaptiveThresh | ChessboardFlags.NormalizeImage | (thorough ? 0 : ChessboardFlags.FastCheck)))
        {
            return null;
        }

        float[] values = new float[2 * Target.CornerCount];
        Marshal.Copy(corners.Data, values, 0, values.Length);
        Point2f[] found = [.. Enumerable.Range(0, Target.CornerCount).Select(i => new Point2f(values[2 * i], values[(2 * i) + 1]))];
        int reach = Reach(found);
        return ([.. Enumerable.Range(0, found.Length)], reach < 2 ? found : Cv2.CornerSubPix(grey, found, new Size(reach, reach), new Size(-1, -1), Precise));
    }

    /// <summary>Half the side of the window around a corner in which there is no other: a part of the smallest distance between neighbours.</summary>
    private int Reach(Point2f[] found)
    {
        int columns = Target.Columns - 1;
        double nearest = Enumerable.Range(0, found.Length).Min(i => Math.Min(
            (i + 1) % columns != 0 ? found[i].DistanceTo(found[i + 1]) : double.MaxValue, i + columns < found.Length ? found[i].DistanceTo(found[i + columns]) : double.MaxValue));
        return (int)Math.Min(ShareOfSquare * nearest, LargestReach);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            corners.Dispose();
        }

        base.Dispose(disposing);
    }
}
