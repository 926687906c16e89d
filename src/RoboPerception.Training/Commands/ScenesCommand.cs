using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Scenes;
using Spectre.Console;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train scenes</c>: a data set of rendered rooms in the folder layout that <c>train</c> reads.</summary>
internal static class ScenesCommand
{
    private const int JpegQuality = 92;

    private static readonly Option<string> Out = new("--out") { Description = "Folder to write to", Required = true };
    private static readonly Option<int> Count = new("--count") { Description = "Images", DefaultValueFactory = _ => 1000 };
    private static readonly Option<int> Seed = new("--seed") { Description = "Seed of the series", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> Size = new("--size") { Description = "HEIGHTxWIDTH of the images", DefaultValueFactory = _ => "480x640" };
    private static readonly Option<int> Threads = new("--threads") { Description = "Threads; 0 = all processors" };

    public static Command Create()
    {
        var command = new Command("scenes", "Renders labelled images of generated rooms; goes on where an interrupted run stopped") { Out, Count, Seed, Size, Threads };
        command.SetAction((parse, cancellation) => UserErrors.Guard(() => Run(parse, cancellation)));
        return command;
    }

    private static ExitCode Run(ParseResult parse, CancellationToken cancellation)
    {
        var (height, width) = Arguments.Size(parse.GetValue(Size)!, "--size", 1);
        var count = parse.GetValue(Count) is > 0 and var images ? images : throw new UserErrorException(ExitCode.Usage, "--count must be at least 1.");
        var options = new SceneDataSetOptions(parse.GetValue(Out)!, count, (ulong)parse.GetValue(Seed), SceneSamples.NyuCamera(width, height), Workers: parse.GetValue(Threads));
        try
        {
            int rendered = AnsiConsole.Progress()
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .Start(display =>
                {
                    ProgressTask bar = display.AddTask("rendering", maxValue: count);
                    return SceneDataSetWriter.Write(options, Jpeg, new Reporter(done => bar.Value = done), cancellation);
                });
            cancellation.ThrowIfCancellationRequested();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} images in '{options.Folder}', {rendered} rendered now"));
            return ExitCode.Ok;
        }
        catch (InvalidOperationException e)
        {
            throw new UserErrorException(ExitCode.Usage, e.Message, e);
        }
    }

    private static byte[] Jpeg(FrameBuffers frame)
    {
        using var image = new Mat(frame.Height, frame.Width, MatType.CV_8UC3);
        Marshal.Copy(frame.Bgr, 0, image.Data, frame.Bgr.Length);
        Cv2.ImEncode(".jpg", image, out var jpeg, [(int)ImwriteFlags.JpegQuality, JpegQuality]);
        return jpeg;
    }

    /// <summary>Unlike <see cref="Progress{T}"/> this reports on the calling thread, so no count overtakes another.</summary>
    private sealed class Reporter(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
