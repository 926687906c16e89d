using System.CommandLine;
using System.Text;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Reports;
using TorchSharp;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train train</c>.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var command = new Command("train", "Trains a network on labelled images");
        foreach (var option in TrainOptions.Groups.SelectMany(group => group.Options))
        {
            command.Options.Add(option);
        }

        command.SetAction((parse, cancellation) => UserErrors.Guard(() => Run(Complete(command, parse), cancellation), mayRestart: true));
        return command;
    }

    /// <summary>The command line with what a preset or an experiment file adds to it.</summary>
    private static ParseResult Complete(Command command, ParseResult parse)
    {
        (string Name, string Text)? experiment = parse.GetValue(TrainOptions.Config) is { } path ? (path, Experiment.Read(path))
            : parse.GetValue(TrainOptions.Preset) is { } preset ? ("preset " + preset, Presets.Find(preset))
            : null;
        return experiment is { } found ? Experiment.Complete(command, parse, found.Name, found.Text) : parse;
    }

    internal static string Required(string? value, string option) =>
        value ?? throw new UserErrorException(ExitCode.Usage, $"{option} is missing: give it here or in the experiment file, or try --preset smoke.");

    /// <summary>The data of a run, from the experiment file that it left in its folder; null without one.</summary>
    public static DataChoice? ChoiceOf(string folder)
    {
        var path = Path.Combine(folder, Experiment.FileName);
        var command = Create();
        return File.Exists(path) ? TrainRecipe.Choice(command.Parse([.. Experiment.Arguments(path, Experiment.Read(path), command.Parse([]))])) : null;
    }

    private static ExitCode Run(ParseResult parse, CancellationToken cancellation)
    {
        if (parse.GetValue(TrainOptions.DryRun))
        {
            return Commands.DryRun.Tell(parse, cancellation);
        }

        var resume = parse.GetValue(TrainOptions.ResumeFlag);
        var folder = Required(parse.GetValue(TrainOptions.Out), "--out");
        var last = Path.Combine(folder, Trainer.LastCheckpoint);
        if (!resume && File.Exists(last))
        {
            throw new UserErrorException(ExitCode.Usage, $"'{last}' exists: add --resume to go on with that run, or choose another --out.");
        }

        var options = resume ? Checkpoint.ReadState(last).Options : TrainRecipe.Read(parse);
        var device = Arguments.Device(parse.GetValue(TrainOptions.DeviceName)!);
        if (parse.GetValue(TrainOptions.Threads) is > 0 and var threads)
        {
            torch.set_num_threads(threads);
        }

        var choice = TrainRecipe.Choice(parse) with { Fit = options.Fit };
        using var data = TrainingData.Open(choice with { Rooms = options.Tasks?.StartsWith("rooms", StringComparison.Ordinal) == true }, options.Height, options.Width, cancellation);
        if (resume && Checkpoint.ReadState(last).TrainingImages is var seen && seen != data.Images.Count)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{last}' was trained on {seen} images an epoch, these options give {data.Images.Count}: name the same --data, --ids, --mix and --unlabelled.");
        }

        if (!resume && options.Tasks is null)
        {
            options = options with { Tasks = TaskList.Format(data.Images.Tasks) };
        }

        if (choice.Unlabelled is not null)
        {
            UnlabelledImages.Check(TaskList.Parse(options.Tasks));
        }

        var initial = new TrainingState
        {
            Options = options,
            TrainingImages = data.Images.Count,
            DataSet = data.Name,
            Commit = SourceCommit.Read(),
        };
        using var trainer = resume
            ? Trainer.Resume(folder, data.Images, data.Validation, device)
            : Trainer.Start(folder, initial, data.Images, data.Validation, device);
        trainer.LoaderThreads = Arguments.Positive(parse.GetValue(TrainOptions.LoaderThreads), "--loader-threads");
        if (!resume && parse.GetValue(TrainOptions.Init) is { } init)
        {
            var anew = trainer.InitialiseFrom(init, parse.GetValue(TrainOptions.NewHeads), cancellation);
            Console.WriteLine(anew.Count == 0 ? $"Starting from all of '{init}'" : $"Starting from '{init}', but for the last layers of {TaskList.Names(anew)}, which are fresh");
        }

        if (!resume)
        {
            AtomicFile.Write(Path.Combine(folder, Experiment.FileName), Encoding.UTF8.GetBytes(Experiment.Text(parse, TrainOptions.Groups, TrainOptions.NotOfTheExperiment)));
        }

        trainer.MeasuresConflicts = true;
        using var events = new RunEvents(trainer, folder);
        using var server = parse.GetValue(TrainOptions.Watch) is { } port ? new ReportServer([folder], port) : null;
        if (server is not null)
        {
            Console.WriteLine($"Live report: {server.Address}");
        }

        TrainingDisplay.Show(trainer, () => trainer.Run(cancellation));
        HtmlReport.Write(folder, data.Validation, device);
        Console.WriteLine($"Report: {Path.Combine(folder, HtmlReport.FileName)}");
        return ExitCode.Ok;
    }
}
