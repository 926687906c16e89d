using OpenCvSharp;
using RoboPerception.Core;
using Xunit.Abstractions;

namespace RoboPerception.Capture.Tests;

/// <summary>Promise: from views of a board the camera is found to 0.3 % of its focal length, 2 pixels of its centre and 0.3 pixels of where it images corners. Boards are rendered with known lenses.</summary>
public sealed class CalibratingTests(ITestOutputHelper output)
{
    private static readonly CalibrationTarget Chessboard = CalibrationTarget.Parse("chessboard", "10x7", 25);

    private static CameraIntrinsics Lens(string name) => name switch
    {
        "usb" => new CameraIntrinsics(640, 480, 518.9, 519.5, 325.6, 253.7) { Distortion = [-0.28, 0.09, 0.0004, -0.0002, 0] },
        "ideal" => new CameraIntrinsics(640, 480, 610, 607, 316.2, 236.8) { Distortion = [0, 0, 0, 0, 0] },
        _ => new CameraIntrinsics(640, 480, 290.4, 291.1, 322.3, 236.9) { DistortionModel = "equidistant", Distortion = [-0.012, 0.004, -0.002, 0.0004] },
    };

    [Theory]
    [InlineData("usb", "plumb_bob")]
    [InlineData("ideal", "plumb_bob")]
    [InlineData("fisheye", "equidistant")]
    public void A_known_lens_is_found_again(string lens, string model)
    {
        CameraIntrinsics truth = Lens(lens);
        var boards = new RenderedBoards(truth, new TargetSheet(Chessboard, "a4"));
        List<RenderedBoards.Pose> poses = boards.Poses(18, partsSuffice: false, mostTilt: 0.7);
        Assert.Equal(18, poses.Count);
        using TargetFinder finder = TargetFinder.For(Chessboard);
        var views = new List<TargetView>();
        var poseOf = new Dictionary<TargetView, RenderedBoards.Pose>();
        double worst = 0, projection = 0;
        for (int i = 0; i < poses.Count; i++)
        {
            using Mat image = boards.Image(poses[i], i);
            if (finder.Find(image) is { } view)
            {
                views.Add(view);
                poseOf[view] = poses[i];
                worst = Math.Max(worst, Far(view.Pixels, boards.Corners(poses[i])));
            }
        }
        CalibrationResult result = CameraCalibrator.Calibrate(views, model);
        CameraIntrinsics found = result.Camera;
        output.WriteLine($"{lens}: {views.Count} views, worst corner {worst:0.000} px, {result.Summary}");
        output.WriteLine($"fx {found.Fx:0.00} ({(found.Fx / truth.Fx) - 1:P3}) fy {found.Fy:0.00} ({(found.Fy / truth.Fy) - 1:P3}) cx {found.Cx:0.00} ({found.Cx - truth.Cx:0.00}) cy {found.Cy:0.00} ({found.Cy - truth.Cy:0.00}) [{string.Join(", ", found.Distortion)}]");
        Assert.True(views.Count >= 16, $"{views.Count} boards found");
        Assert.True(worst <= 0.6, $"a detected corner is off by {worst} pixels");
        Assert.Equal(truth.Fx, found.Fx, 0.003 * truth.Fx);
        Assert.Equal(truth.Fy, found.Fy, 0.003 * truth.Fy);
        Assert.Equal(truth.Cx, found.Cx, 2.0);
        Assert.Equal(truth.Cy, found.Cy, 2.0);
        Assert.InRange(result.Error, 0.01, 0.15);
        // What the calibration says of the corners, not only what was detected: within 0.3 pixels of where the true lens images them.
        int compared = 0;
        foreach (FittedView fitted in result.Views.Where(f => poseOf.ContainsKey(f.View)))
        {
            Point2f[] projected = [.. fitted.Projected.Select(p => new Point2f((float)p.X, (float)p.Y))];
            projection = Math.Max(projection, Far(projected, boards.Corners(poseOf[fitted.View])));
            compared++;
        }
        output.WriteLine($"farthest projected corner {projection:0.000} px of {compared} views");
        Assert.InRange(projection, 0, 0.3);
        Assert.True(compared >= 14, $"{compared} views compared");
    }

    [Fact]
    public void Views_and_corners_that_no_camera_explains_are_left_out()
    {
        CameraIntrinsics truth = Lens("usb");
        var boards = new RenderedBoards(truth, new TargetSheet(Chessboard, "a4"));
        var random = new Random(3);
        var views = new List<TargetView>();
        foreach (RenderedBoards.Pose pose in boards.Poses(20, partsSuffice: false, mostTilt: 0.7))
        {
            Point2f[] pixels = [.. boards.Corners(pose).Select(c => new Point2f((float)(c!.Value.X + Noise()), (float)(c.Value.Y + Noise())))];
            views.Add(new TargetView(Chessboard, new Size(truth.Width, truth.Height), [.. Enumerable.Range(0, pixels.Length)], pixels));
        }
        // A board that bent, and single corners that were taken from the background.
        for (int i = 0; i < views[4].Pixels.Length; i++)
        {
            views[4].Pixels[i] += new Point2f(0, 6 * MathF.Sin(i * 0.9f));
        }
        views[7].Pixels[11] += new Point2f(9, -4);
        views[9].Pixels[30] += new Point2f(-5, 0);
        CalibrationResult result = CameraCalibrator.Calibrate(views, "plumb_bob");
        output.WriteLine(result.Summary);
        Assert.Equal((1, 2), (result.DroppedViews, result.DroppedCorners));
        Assert.Equal(truth.Fx, result.Camera.Fx, 0.003 * truth.Fx);
        Assert.InRange(result.Error, 0.01, 0.1);

        double Noise() => (random.NextDouble() - 0.5) * 0.15;
    }

    [Fact]
    public void The_guide_asks_for_what_is_missing_until_nothing_is()
    {
        CameraIntrinsics truth = Lens("ideal");
        var boards = new RenderedBoards(truth, new TargetSheet(Chessboard, "a4"));
        var size = new Size(truth.Width, truth.Height);
        TargetView View(RenderedBoards.Pose pose) => new(Chessboard, size, [.. Enumerable.Range(0, Chessboard.CornerCount)], [.. boards.Corners(pose).Select(c => new Point2f((float)c!.Value.X, (float)c.Value.Y))]);

        var guide = new CoverageGuide();
        Assert.Equal("hold the board so that the camera sees it", guide.NextStep);
        var straight = new RenderedBoards.Pose(0, 0, 0, 0.12, -0.1, 0.6);
        Assert.True(guide.Offer(View(straight)));
        Assert.False(guide.Offer(View(straight with { X = 0.121 })));
        Assert.Equal("move the board to the upper left corner of the image", guide.NextStep);
        // Held straight everywhere: the corners are all over the image, but focal length and distance cannot be told apart.
        for (int i = 0; i < 24; i++)
        {
            guide.Offer(View(straight with { X = ((i % 6) - 2.5) * 0.085, Y = ((i / 6) - 1.5) * 0.1 }), always: true);
        }
        Assert.True(guide.Covered >= 0.9, $"{guide.Covered}");
        Assert.StartsWith("turn the board", guide.NextStep, StringComparison.Ordinal);
        foreach (double tilt in (double[])[0.5, 0.75, 0.98])
        {
            Assert.False(guide.IsComplete);
            guide.Offer(View(straight with { X = 0, Y = 0, AboutY = tilt }));
        }
        Assert.StartsWith("tilt the board: its upper", guide.NextStep, StringComparison.Ordinal);
        foreach (double tilt in (double[])[0.5, 0.75, 0.98])
        {
            guide.Offer(View(straight with { X = 0, Y = 0, AboutX = tilt }));
        }
        Assert.StartsWith("tilt the board over a corner", guide.NextStep, StringComparison.Ordinal);
        foreach (double tilt in (double[])[-0.6, 0.6, 0.95])
        {
            guide.Offer(View(straight with { X = 0, Y = 0, AboutX = tilt, AboutY = 0.6 }));
        }
        Assert.StartsWith("bring the board nearer", guide.NextStep, StringComparison.Ordinal);
        guide.Offer(View(straight with { X = 0, Y = 0, Z = 0.3 }));
        Assert.True(guide.IsComplete, guide.NextStep);
    }

    [Fact]
    public void Too_few_views_and_impossible_boards_are_refused_in_words()
    {
        Assert.Contains("at least 6", Assert.Throws<UserErrorException>(() => CameraCalibrator.Calibrate([], "plumb_bob")).Message, StringComparison.Ordinal);
        Assert.Contains("plumb_bob", Assert.Throws<UserErrorException>(() => CameraCalibrator.Calibrate([], "pinhole")).Message, StringComparison.Ordinal);
        Assert.Contains("10x7", Assert.Throws<UserErrorException>(() => CalibrationTarget.Parse("chessboard", "9", 25)).Message, StringComparison.Ordinal);
        Assert.Contains("charuco", Assert.Throws<UserErrorException>(() => CalibrationTarget.Parse("circles", "9x6", 25)).Message, StringComparison.Ordinal);
        Assert.Contains("26 mm", Assert.Throws<UserErrorException>(() => new TargetSheet(CalibrationTarget.Parse("chessboard", "10x7", 30), "a4")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ChArUco_works_or_says_where_it_does()
    {
        // Ours over the distribution's OpenCV has no aruco; the tests run on both.
        CalibrationTarget charuco = CalibrationTarget.Parse("charuco", "10x7", 25);
        try
        {
            using TargetFinder finder = TargetFinder.For(charuco);
            using Mat image = new(480, 640, MatType.CV_8UC3, Scalar.All(90));
            Assert.Null(finder.Find(image));
        }
        catch (UserErrorException error)
        {
            Assert.Contains("x64", error.Message, StringComparison.Ordinal);
            Assert.Contains("chessboard", error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>The farthest of the found corners from where it is; a chessboard turned by half looks the same.</summary>
    private static double Far(Point2f[] found, (double X, double Y)?[] truth)
    {
        double Worst(IEnumerable<(double X, double Y)?> corners) => corners.Zip(found, (c, p) => Math.Sqrt(Math.Pow(c!.Value.X - p.X, 2) + Math.Pow(c.Value.Y - p.Y, 2))).Max();
        return Math.Min(Worst(truth), Worst(truth.Reverse()));
    }
}
