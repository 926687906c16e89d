using System.CommandLine;
using System.Globalization;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Node.Configuration;

namespace RoboPerception.Node.Commands;

/// <summary>
/// <c>calibrate</c>: with a source, a camera's calibration from views of a printed board; without one, the board to print.
/// </summary>
internal static class CalibrateCommand
{
    // A day.
    private const double LongestLinger = 86400;

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
        var port = new Option<string?>("--http-port") { Description = "serve a page that shows the picture, what is still missing and the result, for a phone beside the board", HelpName = "PORT" };
        var listen = new Option<string?>("--http-address") { Description = "where that page listens; another address than loopback needs a token", HelpName = "IP" };
        var linger = new Option<double?>("--http-linger") { Description = "how long that page shows the result after the end; by default 60 where it was opened before, else 0; Ctrl-C ends it", HelpName = "SECONDS" };
        var command = new Command("calibrate", "calibrate a camera with a printed board, or print one") { source, target, squares, square, page, model, name, output, port, listen, linger };
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

            double? seconds = parsed.GetValue(linger);
            if (seconds is not (null or (>= 0 and <= LongestLinger)))
            {
                throw new UserErrorException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"--http-linger {seconds} is not between 0 and {LongestLinger} seconds."));
            }

            NodeSettings settings = new SettingsReader().AddEnvironment(Environment.GetEnvironmentVariables())
                .Add("http.port", parsed.GetValue(port), port.Name).Add("http.address", parsed.GetValue(listen), listen.Name).Build();
            using var run = new CalibrateRun(new CalibrateRequest(address, board, parsed.GetValue(model)!, camera, file, settings, seconds is { } stays ? TimeSpan.FromSeconds(stays) : null));
            return (int)run.Run();
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
}
