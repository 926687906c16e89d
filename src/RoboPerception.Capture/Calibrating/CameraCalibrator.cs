using System.Globalization;
using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>Finds the camera that explains views of a board, leaving out those that no camera explains.</summary>
internal static class CameraCalibrator
{
    /// <summary>Fewest views that are taken for a calibration.</summary>
    public const int FewestViews = 6;

    private const int Rounds = 8;
    private const int ViewsARound = 20;
    private const double ViewFactor = 3;
    private const double CornerFactor = 5;
    private const double SmallError = 0.3;
    private const double WorstShare = 0.6;
    private const int FewestCorners = 8;

    /// <summary>Calibrates.</summary>
    /// <param name="views">Views of one board in images of one size.</param>
    /// <param name="model">Lens model of REP-104.</param>
    /// <exception cref="UserErrorException">Too few views, or views that do not determine a camera.</exception>
    public static CalibrationResult Calibrate(IReadOnlyList<TargetView> views, string model)
    {
        LensModel.CoefficientsOf(model);
        if (views.Count < FewestViews)
        {
            throw new UserErrorException(
                ExitCode.Failed, $"The board was found in {views.Count} images, a calibration needs at least {FewestViews}, better 20. Check --squares (the outermost counted), the light, and that the whole board is sharp in the image.");
        }

        List<TargetView> kept = [.. views];
        int droppedViews = 0, droppedCorners = 0;
        for (int round = 0; ; round++)
        {
            List<FittedView> fitted = Fit(kept, model, out CameraIntrinsics camera);
            HashSet<TargetView> odd = OddViews(fitted, Math.Max(1, kept.Count / ViewsARound));
            // A view that does not belong bends the solution for all others: corners are judged when such views are gone.
            (List<TargetView> better, int corners) = odd.Count > 0 ? (kept.FindAll(v => !odd.Contains(v)), 0) : WithoutOddCorners(fitted);
            if (round == Rounds || (odd.Count == 0 && corners == 0) || better.Count < Math.Max(FewestViews, views.Count / 2))
            {
                return new CalibrationResult(camera, fitted, droppedViews, droppedCorners);
            }

            droppedViews += kept.Count - better.Count;
            droppedCorners += corners;
            kept = better;
        }
    }

    private static List<FittedView> Fit(List<TargetView> views, string model, out CameraIntrinsics camera)
    {
        (CameraIntrinsics Camera, double[][] Rotations, double[][] Translations) solution;
        try
        {
            solution = LensModel.Solve(views, model);
        }
        catch (OpenCVException error)
        {
            throw new UserErrorException(ExitCode.Failed, $"The {views.Count} views do not determine a camera of the model {model}: show the board tilted, and all over the image ({error.Message.Split('\n')[0]}).", error);
        }

        camera = solution.Camera;
        if (!double.IsFinite(camera.Fx) || camera.Fx <= 0 || camera.Fy <= 0)
        {
            throw new UserErrorException(ExitCode.Failed, string.Create(CultureInfo.InvariantCulture, $"The {views.Count} views give no sensible camera (focal length {camera.Fx:0.#}): show the board tilted, and all over the image."));
        }

        var fitted = new List<FittedView>();
        for (int i = 0; i < views.Count; i++)
        {
            Point2d[] projected = LensModel.Project(views[i], camera, solution.Rotations[i], solution.Translations[i]);
            fitted.Add(new FittedView(views[i], solution.Rotations[i], solution.Translations[i], projected));
        }

        return fitted;
    }

    /// <summary>The worst views of those that lie much farther off than the others. What is off by a fraction of a pixel stays.</summary>
    private static HashSet<TargetView> OddViews(List<FittedView> fitted, int most)
    {
        double limit = Math.Max(ViewFactor * Median(fitted.Select(f => Median(f.Distances))), SmallError);
        return [.. fitted.Where(f => Median(f.Distances) > limit).OrderByDescending(f => Median(f.Distances)).Take(most).Select(f => f.View)];
    }

    /// <summary>The views without corners that lie much farther off than the others.</summary>
    private static (List<TargetView> Views, int Corners) WithoutOddCorners(List<FittedView> fitted)
    {
        double limit = Math.Max(CornerFactor * Median(fitted.Select(f => f.Error)), SmallError);
        var kept = new List<TargetView>();
        int corners = 0;
        foreach (FittedView view in fitted)
        {
            // A corner far off pulls the whole board toward it, so that its neighbours seem to be off, too: only the worst go at once.
            double worst = Math.Max(limit, WorstShare * view.Distances.Max());
            HashSet<int> far = [.. Enumerable.Range(0, view.Distances.Length).Where(i => view.Distances[i] > worst)];
            TargetView rest = far.Count > 0 ? view.View.Without(far) : view.View;
            if (rest.Ids.Length >= FewestCorners)
            {
                kept.Add(rest);
                corners += far.Count;
            }
        }

        return (kept, corners);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>A view and where the solved camera sees its board.</summary>
internal sealed record FittedView(TargetView View, double[] Rotation, double[] Translation, Point2d[] Projected)
{
    /// <summary>How far each corner lies from where it should be, pixels.</summary>
    public double[] Distances { get; } = [.. Projected.Zip(View.Pixels, (p, q) => Math.Sqrt(((p.X - q.X) * (p.X - q.X)) + ((p.Y - q.Y) * (p.Y - q.Y))))];

    /// <summary>Root of the mean square of the distances, pixels.</summary>
    public double Error => Math.Sqrt(Distances.Sum(d => d * d) / Distances.Length);
}

/// <summary>A calibration and what it rests on.</summary>
/// <param name="Camera">The camera.</param>
/// <param name="Views">The views that were used.</param>
/// <param name="DroppedViews">Views that did not fit.</param>
/// <param name="DroppedCorners">Corners that did not fit, in views that did.</param>
internal sealed record CalibrationResult(CameraIntrinsics Camera, IReadOnlyList<FittedView> Views, int DroppedViews, int DroppedCorners)
{
    /// <summary>Corners that were used.</summary>
    public int Corners => Views.Sum(v => v.View.Ids.Length);

    /// <summary>Root of the mean square distance of all corners, pixels: the reprojection error as OpenCV gives it.</summary>
    public double Error => Math.Sqrt(Views.Sum(v => v.Distances.Sum(d => d * d)) / Corners);

    /// <summary>In one line, for people.</summary>
    public string Summary => string.Create(
        CultureInfo.InvariantCulture, $"reprojection error {Error:0.000} pixels (rms) over {Corners} corners in {Views.Count} views; left out: {DroppedViews} views, {DroppedCorners} corners");
}
