using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>Finds the ground truth of a task in a batch.</summary>
internal static class GroundTruth
{
    /// <summary>Class ids (N,H,W) of a task with classes: the map of as many classes where there are several.</summary>
    /// <exception cref="UserErrorException">The data have no such map.</exception>
    public static long[] Labels(Batch batch, TaskDescription task)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(task);
        return task.Kind == TaskKind.HumanParts
            ? batch.HumanParts ?? throw Missing(task)
            : batch.OtherLabels.GetValueOrDefault(task.Channels, batch.Labels);
    }

    /// <summary>Values (N,C,H,W) of a task without classes.</summary>
    /// <exception cref="UserErrorException">The data have no such map.</exception>
    public static float[] Values(Batch batch, TaskDescription task)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(task);
        return task.Kind switch
        {
            TaskKind.Depth => batch.Depth,
            TaskKind.Normals => batch.Normals,
            TaskKind.Edges => batch.Edges ?? throw Missing(task),
            TaskKind.Saliency => batch.Saliency ?? throw Missing(task),
            _ => throw new ArgumentException($"Task '{task.Key}' has classes, not values.", nameof(task)),
        };
    }

    /// <summary>
    /// Compares a prediction (N,C,H,W) with a batch of whole images. Normals whose ground truth has a resolution of its own, lower than the images', are
    /// compared on that grid.
    /// </summary>
    /// <param name="meter">Collects the errors.</param>
    /// <param name="task">The task of the prediction.</param>
    /// <param name="prediction">Activated predictions at the batch's size.</param>
    /// <param name="batch">The images as <see cref="View.Whole"/>.</param>
    /// <param name="images">The same images, in order.</param>
    public static void Compare(ITaskMeter meter, TaskDescription task, ReadOnlySpan<float> prediction, Batch batch, IReadOnlyList<LabeledImage> images)
    {
        ArgumentNullException.ThrowIfNull(meter);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(images);
        var shape = new BatchShape(batch.Count, task.Channels, batch.Height, batch.Width);
        if (task.Classes is not null)
        {
            meter.Add(prediction, new Target { Labels = Labels(batch, task) }, shape);
        }
        else if (task.Kind == TaskKind.Normals && images[0].OwnNormals is { } first
            && images.All(image => image.OwnNormals is { } own && own.Height == first.Height && own.Width == first.Width))
        {
            List<float> sampled = [], groundTruth = [];
            for (var n = 0; n < batch.Count; n++)
            {
                sampled.AddRange(first.Sample(prediction.Slice(n * 3 * batch.Pixels, 3 * batch.Pixels), batch.Height, batch.Width));
                groundTruth.AddRange(images[n].OwnNormals!.ToPlanes());
            }

            meter.Add(sampled.ToArray(), new Target { Values = groundTruth.ToArray() }, shape with { Height = first.Height, Width = first.Width });
        }
        else
        {
            meter.Add(prediction, new Target { Values = Values(batch, task) }, shape);
        }
    }

    private static UserErrorException Missing(TaskDescription task) => new(
        ExitCode.Usage, $"The data hold no ground truth for task '{task.Key}': choose other tasks, or data that have it (pascal-mt has edges, saliency and parts).");
}
