using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Xml.Linq;
using OpenCvSharp;
using RoboPerception.Capture;
using RoboPerception.Capture.Tests;
using RoboPerception.Core;

namespace RoboPerception.Node.Tests;

/// <summary>Promise: <c>calibrate</c> prints boards true to size, and makes of pictures of one the file that the node reads.</summary>
public sealed class CalibrateCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rp-calibrate-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("chessboard", "usb")]
    [InlineData("charuco", "usb")]
    [InlineData("charuco", "fisheye")]
    public void Pictures_of_a_board_become_a_calibration_that_the_node_reads(string kind, string lens)
    {
        CameraIntrinsics truth = lens == "usb"
            ? new CameraIntrinsics(640, 480, 518.9, 519.5, 325.6, 253.7) { Distortion = [-0.28, 0.09, 0.0004, -0.0002, 0] }
            : new CameraIntrinsics(640, 480, 290.4, 291.1, 322.3, 236.9) { DistortionModel = "equidistant", Distortion = [-0.012, 0.004, -0.002, 0.0004] };
        CalibrationTarget target = CalibrationTarget.Parse(kind, "10x7", 25);
        var boards = new RenderedBoards(truth, new TargetSheet(target, "a4"));
        List<RenderedBoards.Pose> poses = boards.Poses(18, partsSuffice: kind == "charuco", mostTilt: 0.6);
        Directory.CreateDirectory($"{folder}/pictures");
        for (int i = 0; i < poses.Count; i++)
        {
            using Mat image = boards.Image(poses[i], i);
            Cv2.ImWrite($"{folder}/pictures/{i}.png", image);
        }

        string file = Environment.GetEnvironmentVariable("ROBOPERCEPTION_KEEP_CALIBRATION") is { Length: > 0 } keep ? $"{keep}/{kind}-{lens}.yaml" : $"{folder}/calibration/front.yaml";
        Assert.Equal(0, Run("calibrate", $"{folder}/pictures", "--target", kind, "--model", truth.DistortionModel, "--name", "front", "-o", file));

        CameraCalibration read = CalibrationFile.Read(file);
        CameraIntrinsics found = read.Intrinsics;
        Assert.Equal(("front", 640, 480, truth.DistortionModel), (read.CameraName, found.Width, found.Height, found.DistortionModel));
        Assert.Equal(truth.Fx, found.Fx, 0.003 * truth.Fx);
        Assert.Equal(truth.Fy, found.Fy, 0.003 * truth.Fy);
        Assert.Equal(truth.Cx, found.Cx, 2.0);
        Assert.Equal(truth.Cy, found.Cy, 2.0);
        string remark = File.ReadLines(file).First();
        Assert.StartsWith("# roboperception calibrate, ", remark, StringComparison.Ordinal);
        Assert.Contains("reprojection error 0.", remark, StringComparison.Ordinal);
        using Mat picture = Cv2.ImRead(Path.ChangeExtension(file, ".png"));
        Assert.Equal(new Size(1280, 480), picture.Size());
    }

    [Theory]
    [InlineData("chessboard", "a4", "10x7", 25)]
    [InlineData("chessboard", "letter", "7x9", 25)]
    [InlineData("charuco", "a4", "10x7", 25)]
    [InlineData("charuco", "a3", "8x11", 35)]
    public void A_printed_board_is_found_and_true_to_size(string kind, string page, string squares, double millimetres)
    {
        string pdf = $"{folder}/board.pdf";
        Assert.Equal(0, Run("calibrate", "--target", kind, "--page", page, "--squares", squares, "--square", millimetres.ToString(CultureInfo.InvariantCulture), "-o", pdf));
        using Process render = Process.Start(new ProcessStartInfo("pdftoppm", ["-r", "100", "-png", "-singlefile", pdf, $"{folder}/board"]) { RedirectStandardError = true })!;
        string complaints = render.StandardError.ReadToEnd();
        render.WaitForExit();
        Assert.Equal("", complaints);
        CalibrationTarget target = CalibrationTarget.Parse(kind, squares, millimetres);
        using Mat image = Cv2.ImRead($"{folder}/board.png");
        using TargetFinder finder = TargetFinder.For(target, thorough: true);
        TargetView view = finder.Find(image)!;
        Assert.Equal(target.CornerCount, view.Ids.Length);
        // From the first to the last corner of each row, at 100 dots an inch.
        int columns = target.Columns - 1;
        double expected = (columns - 1) * millimetres / 25.4 * 100;
        Dictionary<int, Point2f> places = view.Ids.Zip(view.Pixels).ToDictionary(pair => pair.First, pair => pair.Second);
        for (int row = 0; row < target.Rows - 1; row++)
        {
            Assert.Equal(expected, places[row * columns].DistanceTo(places[(row * columns) + columns - 1]), 0.004 * expected);
        }
    }

    [Fact]
    public void The_board_as_SVG_has_the_page_in_millimetres_and_every_rectangle()
    {
        string svg = $"{folder}/board.svg";
        Assert.Equal(0, Run("calibrate", "--target", "charuco", "-o", svg));
        XElement root = XDocument.Load(svg).Root!;
        Assert.Equal(("297mm", "210mm"), (root.Attribute("width")!.Value, root.Attribute("height")!.Value));
        XNamespace ns = "http://www.w3.org/2000/svg";
        var sheet = new TargetSheet(CalibrationTarget.Parse("charuco", "10x7", 25), "a4");
        Assert.Equal(sheet.Rectangles.Count + 1, root.Elements(ns + "rect").Count());
        Assert.Equal(35, sheet.Rectangles.Count(r => Math.Abs(r.Width - 25) < 1e-9));
        Assert.Equal(35, sheet.Rectangles.Count(r => Math.Abs(r.Width - 18.75) < 1e-9 && r.Black));
        Assert.Contains("--squares 10x7 --square 25", root.Element(ns + "text")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_done_is_said_with_its_exit_code()
    {
        Directory.CreateDirectory($"{folder}/empty");
        using (var grey = new Mat(120, 160, MatType.CV_8UC3, Scalar.All(128)))
        {
            Cv2.ImWrite($"{folder}/empty/0.png", grey);
        }

        Assert.Equal((ExitCode.Usage, true), Refused("board to print", "calibrate"));
        Assert.Equal((ExitCode.Usage, true), Refused(".svg or .pdf", "calibrate", "-o", $"{folder}/board.png"));
        Assert.Equal((ExitCode.Usage, true), Refused(".yaml", "calibrate", $"{folder}/empty", "-o", $"{folder}/board.pdf"));
        Assert.Equal((ExitCode.Usage, true), Refused("--http-linger -1 is not between", "calibrate", $"{folder}/empty", "--http-linger", "-1"));
        Assert.Equal((ExitCode.Usage, true), Refused("equidistant", "calibrate", $"{folder}/empty", "--model", "pinhole"));
        Assert.Equal((ExitCode.NoSource, true), Refused("does not exist", "calibrate", $"{folder}/nothing"));
        // Before the first look, not after the last view.
        Assert.Equal((ExitCode.Usage, true), Refused("cannot be written", "calibrate", $"{folder}/empty", "-o", $"{folder}/empty/0.png/cam.yaml"));
        Assert.Equal((ExitCode.Failed, true), Refused("found in 0 images", "calibrate", $"{folder}/empty", "-o", $"{folder}/x.yaml"));
        Assert.False(File.Exists($"{folder}/x.yaml"));
    }

    private static int Run(params string[] arguments) => Program.Root().Parse(arguments).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });

    private static (ExitCode, bool) Refused(string words, params string[] arguments)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => Run(arguments));
        return (error.ExitCode, error.Message.Contains(words, StringComparison.Ordinal));
    }
}
