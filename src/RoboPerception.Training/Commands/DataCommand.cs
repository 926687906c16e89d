using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Training.Data;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train data</c>: reads a data set once and tells what is in it, before hours are spent on it.</summary>
internal static class DataCommand
{
    private static readonly Option<string> Data = new("--data") { Description = DataArguments.DataHelp, Required = true };
    private static readonly Option<string?> Ids = DataArguments.Ids("--ids", "Images to read");
    private static readonly Option<int> Classes = DataArguments.Classes();
    private static readonly Option<string> Damaged = DataArguments.Damaged();
    private static readonly Option<string> Size = new("--size") { Description = "HEIGHTxWIDTH to bring the images to", DefaultValueFactory = _ => "288x384" };

    public static Command Create()
    {
        var command = new Command("data", "Reads a data set and tells its images, classes, depths and damaged files") { Data, Ids, Classes, Damaged, Size };
        command.SetAction((parse, cancellation) => UserErrors.Guard(() => Run(parse, cancellation)));
        return command;
    }

    private static ExitCode Run(ParseResult parse, CancellationToken cancellation)
    {
        var size = Arguments.Size(parse.GetValue(Size)!, "--size", multiple: 1);
        var reader = DataFormats.Open(new DataRequest(parse.GetValue(Data)!, parse.GetValue(Ids), Validation: false, parse.GetValue(Classes)));
        var images = new StreamedImages(reader, size.Height, size.Width, DataArguments.Policy(parse.GetValue(Damaged)!));
        var clock = Stopwatch.StartNew();
        var summary = new DataSummary();
        for (var n = 0; n < images.Count; n++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (images.TryRead(n) is { } image)
            {
                summary.Add(image);
            }
        }

        foreach (var image in images.Damaged)
        {
            Line("damaged", image.ToString());
        }

        Line("images", string.Create(
            CultureInfo.InvariantCulture, $"{images.Count - images.Damaged.Count} of {images.Count}, {images.Damaged.Count} damaged, {clock.Elapsed.TotalMilliseconds / images.Count:F1} ms each"));
        Line("tasks", string.Join(", ", reader.Tasks.Select(task => task.Key)));
        foreach (var (name, value) in summary.Lines(reader.Classes))
        {
            Line(name, value);
        }

        using var process = Process.GetCurrentProcess();
        Line("peak memory", string.Create(CultureInfo.InvariantCulture, $"{process.PeakWorkingSet64 / 1e6:F0} MB"));
        return images.Damaged.Count < images.Count ? ExitCode.Ok : ExitCode.NoSource;
    }

    private static void Line(string name, string value) => Console.WriteLine($"{name,-20} {value}");
}
