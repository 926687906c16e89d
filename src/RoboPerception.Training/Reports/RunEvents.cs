using RoboPerception.Training.Optimisation;

namespace RoboPerception.Training.Reports;

/// <summary>Follows a run into a TensorBoard event file: losses and weights of the tasks every few steps, validation figures every epoch.</summary>
internal sealed class RunEvents : IDisposable
{
    private const int StepsBetween = 10;
    private readonly EventFile file;

    /// <summary>Follows a trainer from now on.</summary>
    public RunEvents(Trainer trainer, string folder)
    {
        file = new EventFile(folder, DateTimeOffset.UtcNow);
        var tasks = trainer.Network.SupervisedTasks;
        trainer.Stepped += report =>
        {
            if (trainer.State.Step % StepsBetween == 0)
            {
                file.Add(DateTimeOffset.UtcNow, trainer.State.Step, [.. tasks.Zip(report.Losses, (task, loss) => KeyValuePair.Create("loss/" + task.Key, loss)), .. tasks.Zip(report.Weights, (task, weight) => KeyValuePair.Create("weight/" + task.Key, weight))]);
            }
        };
        trainer.EpochEnded += log => file.Add(
            DateTimeOffset.UtcNow,
            log.Step,
            [
                .. log.Metrics.Select(metric => KeyValuePair.Create("validation/" + metric.Key, metric.Value)),
                .. log.ValidationLosses.Select(loss => KeyValuePair.Create("validation_loss/" + loss.Key, loss.Value)),
                .. log.Conflicts.Select(pair => KeyValuePair.Create("gradient_cosine/" + pair.Key, pair.Value)),
                .. log.Losses.Select(loss => KeyValuePair.Create("epoch_loss/" + loss.Key, loss.Value)),
                KeyValuePair.Create("learning_rate", log.LearningRate),
                KeyValuePair.Create("epoch", (double)log.Epoch),
            ]);
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
