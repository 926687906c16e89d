using RoboPerception.Core;
using RoboPerception.Training.Export;
using RoboPerception.Training.Import;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>The parameters of a trained network as those that another run starts from.</summary>
internal static class StartingPoint
{
    /// <summary>Copies the parameters of a file, see <see cref="TrainedNetwork.Load"/>, into a network of the same architecture.</summary>
    /// <param name="network">What the run trains.</param>
    /// <param name="path">Checkpoint or exported model.</param>
    /// <param name="newHeads">
    /// Whether tasks whose predictions mean something else in the file, such as other classes or metres instead of logarithms, keep the fresh
    /// parameters of their last layers. Everything before them is taken over.
    /// </param>
    /// <returns>Those tasks; none if the file predicts what the run trains.</returns>
    /// <exception cref="UserErrorException">The file holds another architecture or other tasks, or new heads are needed and not wanted.</exception>
    public static IReadOnlyList<TaskDescription> Take(PerceptionNetwork network, string path, bool newHeads)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (ExportedFile.Is(path) && IsExportOf(network, path))
        {
            ModelImport.Fill(network, path);
            return [];
        }

        using var source = TrainedNetwork.Load(path);
        if (!source.Spec.Equals(network.Spec))
        {
            throw new UserErrorException(ExitCode.Usage, $"--init '{path}' holds '{source.Spec}', the run trains '{network.Spec}': choose that --network.");
        }

        TaskDescription[] anew = [.. network.Tasks.Zip(source.Tasks).Where(pair => !pair.First.PredictionsLike(pair.Second)).Select(pair => pair.First)];
        if (!source.Tasks.Select(task => task.Kind).SequenceEqual(network.Tasks.Select(task => task.Kind)))
        {
            throw Differs("the tasks must be the same, in the same order (--tasks).");
        }

        if (anew.Length > 0 && !newHeads)
        {
            throw Differs("the predictions would change their meaning. Add --new-heads to start the last layers of those tasks anew and take over the rest.");
        }

        var fresh = PredictionLayers(network, anew);
        var own = network.state_dict();
        using var noGradients = no_grad();
        foreach (var (name, value) in source.state_dict())
        {
            if (!fresh.Contains(name))
            {
                own[name].copy_(value);
            }
        }

        return anew;

        UserErrorException Differs(string remedy) =>
            new(ExitCode.Usage, $"--init '{path}' predicts {TaskList.Names(source.Tasks)}, the run trains {TaskList.Names(network.Tasks)}: {remedy}");
    }

    // A model leaves out what its contract has no output for, such as edges: those parts of the network then start fresh.
    private static bool IsExportOf(PerceptionNetwork network, string path)
    {
        var (model, description) = ExportedFile.Read(path);
        var given = TaskList.Parse(ModelImport.TaskKeys(model.Graph, description));
        return Names(given).SequenceEqual(Names(network.Tasks.Where(task => task.Output is not null)));

        static IEnumerable<string> Names(IEnumerable<TaskDescription> tasks) => tasks.Select(task => TaskList.Names([task])).Order(StringComparer.Ordinal);
    }

    /// <summary>
    /// Names of the parameters and statistics that give or read the raw predictions of some tasks: those whose shape depends on how many channels the
    /// predictions have. A second network, whose predictions have one more, tells; so it holds for every family, with intermediate predictions or without.
    /// </summary>
    internal static IReadOnlySet<string> PredictionLayers(PerceptionNetwork network, IReadOnlyList<TaskDescription> tasks)
    {
        if (tasks.Count == 0)
        {
            return new HashSet<string>();
        }

        using var wider = PerceptionNetwork.Create(network.Spec, [.. network.Tasks.Select(task => tasks.Contains(task) ? task.Widened() : task)]);
        var shapes = wider.state_dict();
        return network.state_dict().Where(entry => !entry.Value.shape.SequenceEqual(shapes[entry.Key].shape)).Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
    }
}
