using RoboPerception.Training.Data;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Reports;

/// <summary>
/// What a prediction scores that is the same for every pixel of every image: the commonest class, the median depth, the mean normal of the very images
/// it is measured on. A network that is no better has learnt nothing from the image.
/// </summary>
internal static class ConstantPrediction
{
    /// <summary>The figures by name; tasks other than segmentation, depth and normals are left out.</summary>
    public static IReadOnlyDictionary<string, double> Measure(IReadOnlyList<TaskDescription> tasks, ImageSet images)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        ArgumentNullException.ThrowIfNull(images);
        TaskDescription[] known = [.. tasks.Where(task => task.Kind is TaskKind.Segmentation or TaskKind.Depth or TaskKind.Normals)];
        var batch = new Batch(1, images.Height, images.Width);
        var counts = known.Select(task => new Dictionary<int, long>()).ToArray();
        var normal = new double[3];
        for (var i = 0; i < images.Count; i++)
        {
            Show(images[i]);
            for (var k = 0; k < known.Length; k++)
            {
                Count(known[k], counts[k]);
            }
        }

        var meters = known.Select(task => task.CreateMeter()).ToArray();
        var constants = known.Select((task, k) => Fill(task, counts[k])).ToArray();
        for (var i = 0; i < images.Count; i++)
        {
            Show(images[i]);
            for (var k = 0; k < known.Length; k++)
            {
                GroundTruth.Compare(meters[k], known[k], constants[k], batch, [images[i]]);
            }
        }

        return meters.SelectMany(meter => meter.Values()).ToDictionary(value => value.Name, value => value.Value);

        void Show(LabeledImage image)
        {
            batch.Clear();
            SampleWriter.Write(image, View.Whole, batch, 0);
        }

        void Count(TaskDescription task, Dictionary<int, long> seen)
        {
            if (task.Kind == TaskKind.Normals)
            {
                for (var i = 0; i < 3 * batch.Pixels; i++)
                {
                    normal[i / batch.Pixels] += batch.Normals[i];
                }

                return;
            }

            var labels = task.Classes is not null ? GroundTruth.Labels(batch, task) : null;
            for (var i = 0; i < batch.Pixels; i++)
            {
                // Depth in thousandths: millimetres, fine enough for inverse depth too.
                var value = labels is not null ? (int)labels[i] : batch.Depth[i] > 0 ? (int)(1000 * batch.Depth[i]) : -1;
                if (value >= 0)
                {
                    seen[value] = seen.GetValueOrDefault(value) + 1;
                }
            }
        }

        float[] Fill(TaskDescription task, Dictionary<int, long> seen)
        {
            var prediction = new float[task.Channels * batch.Pixels];
            if (task.Kind == TaskKind.Normals)
            {
                var length = Math.Max(Math.Sqrt(normal.Sum(part => part * part)), double.Epsilon);
                for (var i = 0; i < prediction.Length; i++)
                {
                    prediction[i] = (float)(normal[i / batch.Pixels] / length);
                }
            }
            else if (seen.Count > 0 && task.Classes is not null)
            {
                prediction.AsSpan(seen.MaxBy(entry => entry.Value).Key * batch.Pixels, batch.Pixels).Fill(1);
            }
            else if (seen.Count > 0)
            {
                prediction.AsSpan().Fill(Median(seen) / 1000f);
            }

            return prediction;
        }
    }

    private static int Median(Dictionary<int, long> counts)
    {
        var half = counts.Values.Sum() / 2;
        foreach (var (value, count) in counts.OrderBy(entry => entry.Key))
        {
            if ((half -= count) < 0)
            {
                return value;
            }
        }

        return 0;
    }
}
