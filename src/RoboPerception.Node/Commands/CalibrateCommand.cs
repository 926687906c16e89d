using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using RoboPerception.Capture;
using RoboPerception.Core;

namespace RoboPerception.Node.Commands;

/// <summary>
/// <c>calibrate</c>: with a source, a camera's calibration from views of a printed board; without one, the board to print.
/// </summary>
internal static class CalibrateCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var source = new Argument<string?>("source") { Description = "a camera, a video or a folder of images that show the board; none = write the board itself, to be printed", Arity = ArgumentArity.ZeroOrOne };
        var target = new Option<string>("--target") { Description = "chessboard, or charuco (of which a part in the image suffices)", HelpName = "KIND", DefaultValueFactory = _ => "chessboard" };
        var squares = new Option<string>("--squares") { Description = "columns x rows of the board, the outermost squares counted", HelpName = "CxR", DefaultValueFactory = _ => "10x7" };
        var square = new Option<double>("--square") { Description = "side of a square as printed, millimetres", HelpName = "MM", DefaultValueFactory = _ => 25 };
        var page = new Option<string>("--page") { Description = "page of the printed board: a4, a3, ..., letter", HelpName = "PAGE", DefaultValueFactory = _ => "a4" };
        var model = new Option<string>("--model") { Description = "lens: plumb_bob, rational_polynomial (wide) or equidistant (fisheye)", HelpName = "MODEL", DefaultValueFactory = _ => "plumb_bob" };
        var name = new Option<string>("--name") { Description = "name of the camera in the file", HelpName = "NAME", DefaultValueFactory = _ => "cam0" };
        var output = new Option<string?>("--out", "-o") { Description = "the calibration, .yaml (default: calibration/NAME.yaml, beside it a picture .png); or the board, .svg or .pdf", HelpName = "FILE" };
        var command = new Command("calibrate", "calibrate a camera with a printed board, or print one") { source, target, squares, square, page, model, name, output };
        command.SetAction(parsed =>
        {
            CalibrationTarget board = CalibrationTarget.Parse(parsed.GetValue(target)!, parsed.GetValue(squares)!, parsed.GetValue(square));
            string? file = parsed.GetValue(output);
            if (parsed.GetValue(source) is not { } address)
            {
                Print(board, parsed.GetValue(page)!, file);
                return (int)ExitCode.Ok;
            }

            string camera = parsed.GetValue(name)!;
            file ??= Path.Combine("calibration", $"{camera}.yaml");
            if (Path.GetExtension(file) is not (".yaml" or ".yml"))
            {
                throw new UserErrorException(ExitCode.Usage, $"A calibration is written as YAML, so '{file}' must end in .yaml; without a source the board is written (.svg, .pdf).");
            }

            LensModel.CoefficientsOf(parsed.GetValue(model)!);
            using var session = new CalibrationSession(new SourceFactory().Create(address), board);
            if (Collect(session) && session.Coverage.Views.Count < CameraCalibrator.FewestViews)
            {
                Console.Error.WriteLine($"roboperception: ended with {session.Coverage.Views.Count} views of the board; a calibration needs {CameraCalibrator.FewestViews}");
                return (int)ExitCode.Interrupted;
            }

            Finish(session, parsed.GetValue(model)!, camera, file);
            return (int)ExitCode.Ok;
        });
        return command;
    }

    private static void Print(CalibrationTarget board, string page, string? file)
    {
        if (file is null)
        {
            throw new UserErrorException(ExitCode.Usage, "Name a source to calibrate ('roboperception calibrate v4l2:///dev/video0'), or a file for the board to print ('roboperception calibrate --target chessboard -o board.pdf').");
        }

        var sheet = new TargetSheet(board, page);
        TargetSheetFile.Write(file, sheet);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: {sheet.Caption}"));
    }

    /// <summary>Looks at frames until the source ends, enough was seen, or the person says that it is enough.</summary>
    /// <returns>True if the person ended it.</returns>
    private static bool Collect(CalibrationSession session)
    {
        using var stop = new CancellationTokenSource();
        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
            session.Interrupt();
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        session.Open();
        CalibrateDisplay.Follow(session, () => !stop.IsCancellationRequested && Step(session, stop.Token));
        return stop.IsCancellationRequested;
    }

    private static bool Step(CalibrationSession session, CancellationToken stop)
    {
        try
        {
            return session.Next() && !(session.IsLive && session.Coverage.IsComplete);
        }
        catch (UserErrorException) when (stop.IsCancellationRequested)
        {
            // An interrupted source looks like one that is gone.
            return false;
        }
    }

    private static void Finish(CalibrationSession session, string model, string camera, string file)
    {
        Console.WriteLine($"the board was found in {session.Found} of {session.Frames} frames; calibrating from {session.Coverage.Views.Count} views");
        CalibrationResult result = session.Calibrate(model);
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        string remark = string.Create(CultureInfo.InvariantCulture, $"# roboperception calibrate, {DateTime.UtcNow:yyyy-MM-dd}: {result.Summary}\n");
        AtomicFile.Write(file, Encoding.UTF8.GetBytes(remark + CalibrationFile.Format(new CameraCalibration(camera, result.Camera))));
        string picture = Path.ChangeExtension(file, ".png");
        AtomicFile.Write(picture, session.Picture(result));
        CameraIntrinsics c = result.Camera;
        Console.WriteLine(result.Summary);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fx {c.Fx:0.00}, fy {c.Fy:0.00}, centre ({c.Cx:0.00}, {c.Cy:0.00}), {c.DistortionModel} [{string.Join(", ", c.Distortion.Select(d => d.ToString("0.#####", CultureInfo.InvariantCulture)))}]"));
        Console.WriteLine($"written: {file}, and {picture} to judge it by: lines must lie on the board's corners");
        if (session.Coverage.NextStep is { } step)
        {
            Console.WriteLine($"it would become better: {step} (corners were seen in {session.Coverage.Covered.ToString("P0", CultureInfo.InvariantCulture)} of the image)");
        }
    }
}
