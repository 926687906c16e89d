using RoboPerception.Core;
using RoboPerception.Training.Native;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks;

/// <summary>A network that predicts several tasks from one image.</summary>
internal abstract class PerceptionNetwork : Module<Tensor, Tensor[]>
{
    /// <summary>Names the module and remembers what it predicts.</summary>
    protected PerceptionNetwork(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
        : base(spec?.Family ?? throw new ArgumentNullException(nameof(spec)))
    {
        ArgumentNullException.ThrowIfNull(tasks);
        Convolutions.EnsureRight();
        ArgumentOutOfRangeException.ThrowIfZero(tasks.Count, nameof(tasks));
        Spec = spec;
        Tasks = tasks;
    }

    /// <summary>What was built.</summary>
    public NetworkSpec Spec { get; }

    /// <summary>The tasks, in the order of the outputs of <c>forward</c>.</summary>
    public IReadOnlyList<TaskDescription> Tasks { get; }

    /// <summary>
    /// The tasks whose ground truth training needs: <see cref="Tasks"/>, and behind them those that only help on the way.
    /// </summary>
    public virtual IReadOnlyList<TaskDescription> SupervisedTasks => Tasks;

    /// <summary>Height and width of what the network sees must be multiples of this.</summary>
    public abstract int SizeMultiple { get; }

    /// <summary>
    /// Rows and columns of the input per row and column that the network sees: the input is averaged over squares, and the predictions are enlarged
    /// bilinearly to its size. 1 = the input itself.
    /// </summary>
    public int ImageScale { get; set; } = 1;

    /// <summary>Height and width of the input must be multiples of this.</summary>
    public int InputMultiple => SizeMultiple * ImageScale;

    /// <summary>Whether another network predicts the same tasks in the same order and units, so that parameters of one mean the same in the other.</summary>
    public bool PredictionsLike(PerceptionNetwork other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Tasks.Count == other.Tasks.Count && Tasks.Zip(other.Tasks).All(pair => pair.First.PredictionsLike(pair.Second));
    }

    /// <summary>One log-variance per task for uncertainty weighting, or null where the reference network has none.</summary>
    public virtual Parameter? LogVariances => null;

    /// <summary>The parameters that pre-trained weights fill; a run may train them more slowly. Empty without a backbone.</summary>
    public virtual IEnumerable<Parameter> BackboneParameters => [];

    /// <summary>The same and their running statistics, in the order of the backbone: what another network with this backbone can take over.</summary>
    protected virtual IEnumerable<Tensor> BackboneTensors => BackboneParameters;

    /// <summary>Takes over the backbone of a network that has the same one, of whatever family.</summary>
    /// <exception cref="UserErrorException">The two backbones differ.</exception>
    public void CopyBackbone(PerceptionNetwork source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Tensor[] own = [.. BackboneTensors], theirs = [.. source.BackboneTensors];
        if (own.Length == 0 || own.Length != theirs.Length || own.Zip(theirs).Any(pair => !pair.First.shape.SequenceEqual(pair.Second.shape)))
        {
            throw new UserErrorException(ExitCode.Usage, $"The backbone of '{source.Spec}' does not fit '{Spec}': choose a checkpoint of a network with the same backbone.");
        }

        using var noGradients = no_grad();
        foreach (var (to, from) in own.Zip(theirs))
        {
            to.copy_(from);
        }
    }

    /// <summary>Fills the backbone from a safetensors or PyTorch file.</summary>
    /// <exception cref="UserErrorException">The network has no such part, or the file does not fit.</exception>
    public virtual void LoadBackbone(string path) =>
        throw new UserErrorException(ExitCode.Usage, $"Network '{Spec.Family}' has no pre-trained backbone; leave --backbone out.");

    /// <summary>Activated predictions (N,C,H,W), one per task, for an image (N,3,H,W) with values 0..1.</summary>
    public sealed override Tensor[] forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return [.. ForwardScaled(Downscaled(input)).Zip(Tasks, (prediction, task) => Upsampled(task, prediction, input.shape))];
    }

    /// <summary>
    /// A training pass: the activated predictions as <c>forward</c> gives them, and one scalar loss per task of <see cref="SupervisedTasks"/>. A
    /// network with intermediate predictions adds their losses to that of the task's prediction, so that one weight holds for all terms of a task.
    /// </summary>
    /// <param name="input">Image (N,3,H,W).</param>
    /// <param name="target">The ground truth of a task, in the conventions of <see cref="TaskLosses"/>.</param>
    public virtual (Tensor[] Outputs, Tensor[] Losses) TrainingPass(Tensor input, Func<TaskDescription, Tensor> target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var outputs = forward(input);
        return (outputs, [.. Tasks.Select((task, k) => task.Loss(outputs[k], target(task)))]);
    }

    /// <summary>What <c>forward</c> predicts for an image that is reduced already.</summary>
    protected abstract Tensor[] ForwardScaled(Tensor input);

    /// <summary>The part of the input that the network sees.</summary>
    private protected Tensor Downscaled(Tensor input) => ImageScale == 1 ? input : functional.avg_pool2d(input, [ImageScale, ImageScale], [ImageScale, ImageScale]);

    /// <summary>An activated prediction at the size of the input (N,C,H,W).</summary>
    private protected Tensor Upsampled(TaskDescription task, Tensor prediction, long[] size)
    {
        if (ImageScale == 1)
        {
            return prediction;
        }

        var enlarged = functional.interpolate(prediction, size: [size[2], size[3]], mode: InterpolationMode.Bilinear, align_corners: false);

        // Metres are metres between pixels too; a mean of probabilities' logarithms does not add up to 1, nor has a mean of normals their length.
        return task.Kind is TaskKind.Segmentation or TaskKind.HumanParts or TaskKind.Normals ? task.Activate(enlarged) : enlarged;
    }

    /// <summary>Trainable values; running statistics of batch norm are not counted.</summary>
    public long ParameterCount => parameters().Sum(parameter => parameter.numel());

    /// <summary>Builds the network of a specification with fresh parameters.</summary>
    public static PerceptionNetwork Create(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks, int imageScale = 1)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var network = NetworkFamilies.Find(spec.Family).Create(spec, tasks);
        network.ImageScale = imageScale;
        return network;
    }
}
