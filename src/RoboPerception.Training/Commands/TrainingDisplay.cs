using System.Diagnostics;
using System.Globalization;
using RoboPerception.Training.Optimisation;
using Spectre.Console;

namespace RoboPerception.Training.Commands;

/// <summary>Shows a run: a progress bar with the time left on a terminal, a line every half minute elsewhere.</summary>
internal static class TrainingDisplay
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(30);

    public static void Show(Trainer trainer, Action run)
    {
        trainer.EpochEnded += log => AnsiConsole.WriteLine(Epoch(log));
        if (AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected)
        {
            AnsiConsole.Progress()
                .HideCompleted(false)
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
                .Start(context =>
                {
                    var task = context.AddTask("training");
                    trainer.Stepped += report =>
                    {
                        task.Description = Markup.Escape(Step(trainer, report));
                        task.Value = 100 * report.Progress;
                    };
                    run();
                    task.Value = 100;
                });
        }
        else
        {
            ShowLines(trainer, run);
        }
    }

    private static void ShowLines(Trainer trainer, Action run)
    {
        var clock = Stopwatch.StartNew();
        double? start = null;
        var next = TimeSpan.Zero;
        trainer.Stepped += report =>
        {
            start ??= report.Progress;
            if (clock.Elapsed < next)
            {
                return;
            }

            next = clock.Elapsed + LineInterval;
            var done = report.Progress - start.Value;
            var left = done > 0 ? "  " + Left(clock.Elapsed * ((1 - report.Progress) / done)) : "";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Step(trainer, report)}  {report.Progress:P1}{left}"));
        };
        run();
    }

    // Trainings take days: the hours of the day would begin anew.
    private static string Left(TimeSpan left) => string.Create(CultureInfo.InvariantCulture, $"{(long)left.TotalHours:00}:{left:mm\\:ss} left");

    /// <summary>Epoch, batch and, for every task, loss x weight.</summary>
    private static string Step(Trainer trainer, StepReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"epoch {report.Epoch + 1}/{trainer.State.Options.Epochs} batch {report.Batch}/{report.Batches}  {string.Join("  ", trainer.Network.SupervisedTasks.Select((task, k) => string.Create(CultureInfo.InvariantCulture, $"{task.Key} {report.Losses[k]:F3}x{report.Weights[k]:F2}")))}");

    private static string Epoch(EpochLog log)
    {
        var losses = string.Join(' ', log.Losses.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value:F3}")));
        var figures = log.Metrics.Count == 0
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $"  mIoU {log.Metrics.GetValueOrDefault("segmentation.miou_pooled"):P2}  rel {log.Metrics.GetValueOrDefault("depth.relative_error_pooled"):F3}  angle {log.Metrics.GetValueOrDefault("normals.mean_angle_pooled"):F1}  score {log.Score:F4}");
        return string.Create(CultureInfo.InvariantCulture, $"epoch {log.Epoch}  {log.ElapsedSeconds:F0} s  {losses}{figures}");
    }
}
