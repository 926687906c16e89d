using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>
/// Trained networks whose predictions are learnt beside the ground truth (Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network", 2015). They
/// see the same views as the network that learns, so that it is their function it takes over (Beyer et al., "Knowledge distillation: A good
/// teacher is patient and consistent", CVPR 2022), also where the ground truth has gaps. Several teachers count by their mean.
/// </summary>
internal sealed class Teacher : IDisposable
{
    private const double NearestMetres = 0.1;

    private readonly PerceptionNetwork[] networks;
    private readonly double share;

    /// <summary>Loads the teachers of a network.</summary>
    /// <param name="paths">Checkpoints or exported models, of any architecture.</param>
    /// <param name="share">Share of the teachers in the loss of a task that they predict, 0..1.</param>
    /// <param name="tasks">The tasks of the network that learns.</param>
    /// <param name="device">Where images are.</param>
    /// <exception cref="UserErrorException">A file cannot be read, or predicts none of the tasks.</exception>
    public Teacher(IReadOnlyList<string> paths, double share, IReadOnlyList<TaskDescription> tasks, Device device)
    {
        this.share = share;
        networks = new PerceptionNetwork[paths.Count];
        for (var i = 0; i < networks.Length; i++)
        {
            networks[i] = TrainedNetwork.Load(paths[i]).to(device);
            networks[i].eval();
            if (!tasks.Any(task => Place(networks[i], task) >= 0))
            {
                throw new UserErrorException(ExitCode.Usage, $"--teacher '{paths[i]}' predicts {string.Join(", ", networks[i].Tasks.Select(Name))}, and none of {string.Join(", ", tasks.Select(Name))} that the run trains.");
            }
        }
    }

    /// <summary>Losses with the teachers' share in those of the predicted tasks.</summary>
    /// <param name="tasks">The tasks in the order of the predictions.</param>
    /// <param name="predictions">Activated predictions of the network that learns, (N,C,H,W).</param>
    /// <param name="losses">Its losses against the ground truth; behind those of the tasks there may be more.</param>
    /// <param name="images">The images (N,3,H,W).</param>
    /// <param name="shown">1 where there is something to learn from and 0 in bars beside an image (N,1,H,W); null = everywhere.</param>
    public Tensor[] Blend(IReadOnlyList<TaskDescription> tasks, Tensor[] predictions, Tensor[] losses, Tensor images, Tensor? shown = null)
    {
        Tensor[][] taught;
        using (no_grad())
        {
            taught = [.. networks.Select(network => network.forward(images))];
        }

        return [.. losses.Select((loss, k) => k < tasks.Count && Mean(tasks[k], taught) is { } prediction
            ? (loss * HeldScalar.Of(1 - share)).Plus(Distance(tasks[k], predictions[k], prediction, shown) * HeldScalar.Of(share))
            : loss)];
    }

    /// <summary>
    /// How far a prediction (N,C,H,W) is from a teacher's, over all pixels that are shown: cross-entropy with its probabilities, difference of logarithms
    /// of distances, and the chord between normals. Where images have bars there are no edges and saliency to learn (<see cref="Data.FittedImages"/>).
    /// </summary>
    public static Tensor Distance(TaskDescription task, Tensor prediction, Tensor taught, Tensor? shown = null) => task.Kind switch
    {
        TaskKind.Segmentation or TaskKind.HumanParts => -Mean((taught.exp() * prediction).sum([1L], keepdim: true), shown),
        TaskKind.Normals => TaskLosses.NormalsChord(prediction, shown is null ? taught : taught * shown),
        TaskKind.Depth when task.Logarithmic => Mean((prediction.log() - Logarithm(taught)).abs(), shown),
        TaskKind.Depth => Mean((prediction - taught).abs(), shown),
        _ => nn.functional.binary_cross_entropy_with_logits(prediction, taught.sigmoid()),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var network in networks)
        {
            network.Dispose();
        }
    }

    // The teachers' common prediction: the mean of probabilities, of logarithms of distances, the direction of the sum of normals.
    private Tensor? Mean(TaskDescription task, Tensor[][] taught)
    {
        using var noGradients = no_grad();
        Tensor[] predictions = [.. networks.Select((network, i) => (Place: Place(network, task), Predictions: taught[i])).Where(one => one.Place >= 0).Select(one => one.Predictions[one.Place])];
        if (predictions.Length <= 1)
        {
            return predictions.FirstOrDefault();
        }

        return task.Kind switch
        {
            TaskKind.Segmentation or TaskKind.HumanParts => Sum(predictions.Select(prediction => prediction.exp())).div(HeldScalar.Of(predictions.Length)).log(),
            TaskKind.Normals => nn.functional.normalize(Sum(predictions), dim: 1),
            TaskKind.Depth when task.Logarithmic => Sum(predictions.Select(Logarithm)).div(HeldScalar.Of(predictions.Length)).exp(),
            _ => Sum(predictions).div(HeldScalar.Of(predictions.Length)),
        };

        static Tensor Sum(IEnumerable<Tensor> parts) => parts.Aggregate((sum, next) => sum.Plus(next));
    }

    private static Tensor Mean(Tensor values, Tensor? shown) => shown is null ? values.mean() : (values * shown).sum() / shown.sum().clamp(HeldScalar.Of(1));

    // A teacher that predicts metres directly may predict none, or less.
    private static Tensor Logarithm(Tensor depth) => depth.clamp(HeldScalar.Of(NearestMetres)).log();

    private static int Place(PerceptionNetwork teacher, TaskDescription task)
    {
        for (var k = 0; k < teacher.Tasks.Count; k++)
        {
            if (teacher.Tasks[k].Kind == task.Kind && teacher.Tasks[k].Channels == task.Channels)
            {
                return k;
            }
        }

        return -1;
    }

    private static string Name(TaskDescription task) => task.Classes is null ? task.Key : $"{task.Key} into {task.Channels} classes";
}
