using System.CommandLine;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Reports;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train report</c>.</summary>
internal static class ReportCommand
{
    private static readonly Argument<string[]> Runs = new("run") { Description = "Folders of runs (train --out)", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string> Out = new("--out") { Description = "Page that compares several runs", DefaultValueFactory = _ => "comparison.html" };
    private static readonly Option<string?> Data = new("--data") { Description = "Validation images of a single run, as in train; by default those of the run's experiment.yaml" };
    private static readonly Option<string?> ValidationIds = DataArguments.Ids("--val-ids", "Validation images of --data");
    private static readonly Option<string> DeviceName = new("--device") { Description = "cpu or cuda", DefaultValueFactory = _ => "cpu" };

    /// <summary>The option of commands that serve a report while something trains.</summary>
    public static Option<int?> Watch() => new("--watch")
    {
        Description = "Serve the report, live, on this machine's own address 127.0.0.1; a port may follow (8790)",
        Arity = ArgumentArity.ZeroOrOne,
        HelpName = "port",
        CustomParser = result => result.Tokens.Count == 0 ? DefaultPort
            : int.TryParse(result.Tokens[0].Value, out var port) && port is > 0 and < 65536 ? port
            : Fail(result),
    };

    private const int DefaultPort = 8790;
    private static readonly Option<int?> WatchPort = Watch();

    public static Command Create()
    {
        var command = new Command("report", "Writes report.html of a run anew, or one page that compares several; with --watch, serves it while they train") { Runs, Out, Data, ValidationIds, WatchPort, DeviceName };
        command.SetAction((parse, cancellation) => UserErrors.Guard(() => Run(parse, cancellation)));
        return command;
    }

    private static int? Fail(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"--watch '{result.Tokens[0].Value}' is not a port from 1 to 65535.");
        return null;
    }

    private static ExitCode Run(ParseResult parse, CancellationToken cancellation)
    {
        var folders = parse.GetValue(Runs)!;
        if (parse.GetValue(WatchPort) is { } port)
        {
            using var server = new ReportServer(folders, port);
            Console.WriteLine($"Live report: {server.Address} (Ctrl-C ends it)");
            cancellation.WaitHandle.WaitOne();
            return ExitCode.Interrupted;
        }

        var runs = folders.Select(RunReader.Read).ToArray();
        if (runs.Length > 1)
        {
            HtmlReport.Compare(folders, parse.GetValue(Out)!);
            foreach (var run in runs.Where(run => run.Details is null))
            {
                Console.WriteLine($"'{run.Name}' has no {RunDetails.FileName} of its best checkpoint: 'report {run.Name}' makes one, with classes, distances and angles.");
            }

            Console.WriteLine($"Report: {parse.GetValue(Out)}");
            return ExitCode.Ok;
        }

        HtmlReport.Write(folders[0], Validation(parse, folders[0], runs[0].State.Options, cancellation), Arguments.Device(parse.GetValue(DeviceName)!));
        Console.WriteLine($"Report: {Path.Combine(folders[0], HtmlReport.FileName)}");
        return ExitCode.Ok;
    }

    /// <summary>The images a run was validated on; null if it was not.</summary>
    private static ImageSet? Validation(ParseResult parse, string folder, TrainingOptions options, CancellationToken cancellation)
    {
        var choice = parse.GetValue(Data) is { } data ? new DataChoice(data, null, parse.GetValue(ValidationIds)) : TrainCommand.ChoiceOf(folder);
        if (choice is null)
        {
            Console.WriteLine($"'{folder}' has no experiment.yaml: without --data the report has curves alone.");
            return null;
        }

        if (choice.ValidationIds == "none")
        {
            return null;
        }

        return TrainingData.OpenValidation(choice with { Fit = options.Fit }, options.Height, options.Width, cancellation);
    }
}
