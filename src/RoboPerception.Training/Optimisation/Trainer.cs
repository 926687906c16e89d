using System.Diagnostics;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Export;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;
using RoboPerception.Training.Weighting;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>What an observer is told after a step.</summary>
/// <param name="Epoch">Epoch, from 0.</param>
/// <param name="Batch">Batches of the epoch done.</param>
/// <param name="Batches">Batches of an epoch.</param>
/// <param name="Progress">Share of the run that is done, 0..1.</param>
/// <param name="Losses">Unweighted losses of the step, one per task.</param>
/// <param name="Weights">Factors of the tasks at the step.</param>
internal readonly record struct StepReport(int Epoch, int Batch, int Batches, double Progress, IReadOnlyList<double> Losses, IReadOnlyList<double> Weights);

/// <summary>
/// One training run in an output folder: <c>last.ckpt</c> (resumable, at least every few minutes), <c>best.ckpt</c> (best combined score on the
/// validation images) and <c>log.jsonl</c> (one line an epoch).
/// </summary>
internal sealed class Trainer : IDisposable
{
    /// <summary>Name of the resumable checkpoint.</summary>
    public const string LastCheckpoint = "last.ckpt";

    /// <summary>Name of the best checkpoint.</summary>
    public const string BestCheckpoint = "best.ckpt";

    private readonly string folder;
    private readonly ImageSource images;
    private readonly ImageSet? validation;
    private readonly Device device;
    private readonly PerceptionNetwork network;
    private readonly FlatNetwork flat;
    private readonly FlatOptimizer optimizer;
    private readonly ITaskWeighting weighting;
    private readonly AveragedWeights? averages;
    private readonly WorkingCopy? copy;
    private readonly Teacher? teacher;
    private readonly TrainingStep step;
    private readonly GradientConflict conflicts;
    private TrainingState state;
    private double conflictsMeasured = double.NegativeInfinity;

    private Trainer(string folder, TrainingState state, PerceptionNetwork network, ImageSource images, ImageSet? validation, Device device)
    {
        this.folder = folder;
        this.state = state;
        this.network = network.to(device);
        this.images = images;
        this.validation = validation;
        this.device = device;
        var holder = Optimizers.Create(network, state.Options);
        flat = new FlatNetwork(network, holder.parameters());
        optimizer = new FlatOptimizer(holder, flat.Parameters);
        copy = WorkingCopy.TypeOf(state.Options.Precision) is { } type ? new WorkingCopy(this.network, type, device) : null;
        weighting = TaskWeightings.Create(state.Options.Weighting, copy?.Network ?? this.network, state.Options.LearningRate, state.Options.Seed);
        averages = state.Options.EmaDecay > 0 ? new AveragedWeights(flat, state.Options.EmaDecay) : null;
        foreach (var losses in state.EpochLosses)
        {
            weighting.EndEpoch(losses);
        }

        if (state.WeightingState.Count > 0)
        {
            weighting.State = state.WeightingState;
        }

        teacher = state.Options.Teachers is { } teachers ? new Teacher(teachers, state.Options.TeacherWeight, network.Tasks, device) : null;
        conflicts = new GradientConflict(this.network, images, state.Options, device);
        step = new TrainingStep(flat, optimizer, weighting, averages, state.Options, device, copy, teacher);
    }

    /// <summary>Told after every step.</summary>
    public Action<StepReport>? Stepped { get; set; }

    /// <summary>Told after every epoch.</summary>
    public Action<EpochLog>? EpochEnded { get; set; }

    /// <summary>Threads that decode and augment ahead of the optimiser; their number does not change what a batch holds.</summary>
    public int LoaderThreads { get; set; } = 1;

    /// <summary>Whether the log tells how far the gradients of the tasks agree: some fifty times in a run, at the end of an epoch. It does not change the curve.</summary>
    public bool MeasuresConflicts { get; set; }

    /// <summary>Where the run stands.</summary>
    public TrainingState State => state;

    /// <summary>The network that is trained; with the exact parameters of the last step.</summary>
    public PerceptionNetwork Network => network;

    /// <summary>Starts a run with fresh parameters.</summary>
    public static Trainer Start(string folder, TrainingState initial, ImageSource images, ImageSet? validation, Device device)
    {
        ArgumentNullException.ThrowIfNull(initial);
        Directory.CreateDirectory(folder);
        random.manual_seed(initial.Options.Seed);
        var network = PerceptionNetwork.Create(NetworkSpec.Parse(initial.Options.Network), TaskList.Parse(initial.Options.Tasks), initial.Options.ImageScale);
        if (initial.Options.Backbone is { } backbone)
        {
            LoadBackbone(network, backbone);
        }

        return new Trainer(folder, initial, network, images, validation, device);
    }

    /// <summary>
    /// Takes the parameters of another run's checkpoint, or of an exported model, as the starting point of this one. In a model batch norm is
    /// folded away: it is put back with the statistics of the training images.
    /// </summary>
    /// <param name="path">Checkpoint or exported model.</param>
    /// <param name="newHeads">Whether tasks that predict something else in the file start with fresh last layers; else such a file is refused.</param>
    /// <param name="cancellation">Ends the measuring of statistics.</param>
    /// <returns>The tasks with fresh last layers.</returns>
    /// <exception cref="UserErrorException">The file holds another network.</exception>
    public IReadOnlyList<TaskDescription> InitialiseFrom(string path, bool newHeads = false, CancellationToken cancellation = default)
    {
        var anew = StartingPoint.Take(network, path, newHeads);
        if (ExportedFile.Is(path))
        {
            BatchStatistics.Anchor(network, images, device, cancellation);
        }

        averages?.Restart();
        return anew;
    }

    /// <summary>Goes on where <see cref="LastCheckpoint"/> of the folder left off.</summary>
    public static Trainer Resume(string folder, ImageSource images, ImageSet? validation, Device device)
    {
        var path = Path.Combine(folder, LastCheckpoint);
        var (network, state) = Checkpoint.LoadForTraining(path);
        var trainer = new Trainer(folder, state, network, images, validation, device);
        Checkpoint.LoadOptimizer(path, trainer.optimizer.Holder);
        if (trainer.averages is { } averages)
        {
            Checkpoint.LoadAverages(path, averages);
        }

        return trainer;
    }

    /// <summary>Trains to the end of the recipe, or until cancelled: then a checkpoint is saved and the exception passes on.</summary>
    public void Run(CancellationToken cancellation = default)
    {
        while (!Ended)
        {
            RunEpoch(cancellation);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        averages?.Dispose();
        copy?.Dispose();
        teacher?.Dispose();
        optimizer.Dispose();
        network.Dispose();
        flat.Dispose();
    }

    private static void LoadBackbone(PerceptionNetwork network, string path)
    {
        if (!path.EndsWith(".ckpt", StringComparison.Ordinal))
        {
            network.LoadBackbone(path);
            return;
        }

        var (source, _) = Checkpoint.LoadNetwork(path);
        using (source)
        {
            network.CopyBackbone(source);
        }
    }

    private bool Ended => state.Epoch >= state.Options.Epochs || Progress() >= 1
        || (state.Options.Patience > 0 && state.ValidationsSinceBest >= state.Options.Patience);

    private void RunEpoch(CancellationToken cancellation)
    {
        var options = state.Options;
        var batches = BatchLoader.BatchesPerEpoch(images.Count, options.BatchSize);
        var lossSums = state.LossSums.Count == 0 ? new double[network.SupervisedTasks.Count] : [.. state.LossSums];
        var clock = Stopwatch.StartNew();
        var before = state.ElapsedSeconds;
        var saved = TimeSpan.Zero;
        var working = copy?.Network ?? network;
        working.train();
        if (options.FreezeBatchNorm)
        {
            BatchStatistics.Freeze(working);
        }

        using (var loader = new BatchLoader(images, AugmentationNow(), options.BatchSize, options.Seed, state.Epoch, state.Batch, LoaderThreads))
        {
            foreach (var batch in loader.Batches())
            {
                var losses = Learn(batch);
                loader.Return(batch);
                for (var k = 0; k < losses.Length; k++)
                {
                    lossSums[k] += losses[k];
                }

                state = state with
                {
                    Batch = state.Batch + 1,
                    Step = state.Step + 1,
                    LossSums = [.. lossSums],
                    ElapsedSeconds = before + clock.Elapsed.TotalSeconds,
                };
                Stepped?.Invoke(new StepReport(state.Epoch, state.Batch, batches, Progress(), losses, step.Weights));
                if (cancellation.IsCancellationRequested)
                {
                    SaveLast();
                    cancellation.ThrowIfCancellationRequested();
                }

                if (clock.Elapsed - saved > TimeSpan.FromMinutes(options.CheckpointMinutes))
                {
                    saved = clock.Elapsed;
                    SaveLast();
                }

                if (Progress() >= 1)
                {
                    break;
                }
            }
        }

        EndEpoch([.. lossSums.Select(sum => sum / state.Batch)], cancellation);
    }

    private double[] Learn(Batch batch)
    {
        var factor = LearningRateSchedule.Factor(state.Options.Schedule, Progress(), state.Epoch) * LearningRateSchedule.WarmUp(state.Step, state.Options.WarmUpSteps);
        var losses = step.Run(batch, state.Step, factor);
        return losses.All(double.IsFinite)
            ? losses
            : throw new UserErrorException(
                ExitCode.Failed,
                $"The loss became {string.Join(", ", losses)} in epoch {state.Epoch + 1}, batch {state.Batch + 1}: lower --lr or set --max-gradient-norm, and resume from an older checkpoint.");
    }

    private void EndEpoch(double[] meanLosses, CancellationToken cancellation)
    {
        weighting.EndEpoch(meanLosses);
        state = state with { Epoch = state.Epoch + 1, Batch = 0, LossSums = [], EpochLosses = [.. state.EpochLosses, meanLosses] };
        (double Score, double? Gain, double[] Losses)? measured = null;
        var clock = Stopwatch.StartNew();
        if (validation is not null && (Ended || state.Epoch % state.Options.ValidationInterval == 0))
        {
            try
            {
                measured = Validate(cancellation);
            }
            catch (OperationCanceledException)
            {
                SaveLast();
                throw;
            }
        }

        state = state with { ElapsedSeconds = state.ElapsedSeconds + clock.Elapsed.TotalSeconds };
        SaveLast();
        var log = new EpochLog(
            state.Epoch,
            state.Step,
            state.ElapsedSeconds,
            optimizer.Holder.ParamGroups.First().LearningRate,
            network.SupervisedTasks.Zip(meanLosses).ToDictionary(pair => pair.First.Key, pair => pair.Second),
            measured is null ? new Dictionary<string, double>() : state.Metrics,
            measured?.Score)
        {
            Weights = network.SupervisedTasks.Zip(step.Weights).ToDictionary(pair => pair.First.Key, pair => pair.Second),
            Gain = measured?.Gain,
            ValidationLosses = (measured?.Losses ?? []).Zip(network.SupervisedTasks).ToDictionary(pair => pair.Second.Key, pair => pair.First),
            Conflicts = Conflicts(),
        };
        File.AppendAllText(Path.Combine(folder, "log.jsonl"), JsonSerializer.Serialize(log, TrainingJson.Default.EpochLog) + "\n");
        EpochEnded?.Invoke(log);
    }

    private IReadOnlyDictionary<string, double> Conflicts()
    {
        const double apart = 0.02;
        if (!MeasuresConflicts || network.SupervisedTasks.Count < 2 || (Progress() < conflictsMeasured + apart && !Ended))
        {
            return new Dictionary<string, double>();
        }

        conflictsMeasured = Progress();
        return conflicts.Measure();
    }

    private (double Score, double? Gain, double[] Losses) Validate(CancellationToken cancellation)
    {
        using var averaged = averages?.InUse();
        var (values, losses) = Evaluator.EvaluateWithLosses(network, validation!, device, cancellation);
        var score = Evaluator.Score(values);
        var gain = state.Options.Baseline is { } baseline ? ValidationScore.Gain(values, baseline) : (double?)null;
        var decisive = gain ?? score;
        var better = state.BestScore is not { } best || decisive > best;
        state = state with
        {
            Metrics = values.ToDictionary(value => value.Name, value => value.Value),
            BestScore = better ? decisive : state.BestScore,
            ValidationsSinceBest = better ? 0 : state.ValidationsSinceBest + 1,
        };
        if (better)
        {
            Checkpoint.Save(Path.Combine(folder, BestCheckpoint), state, network, optimizer: null);
        }

        return (score, gain, losses);
    }

    private void SaveLast()
    {
        state = state with { WeightingState = [.. weighting.State] };
        Checkpoint.Save(Path.Combine(folder, LastCheckpoint), state, network, optimizer.Holder, averages);
    }

    private double Progress()
    {
        var options = state.Options;
        var steps = (double)options.Epochs * BatchLoader.BatchesPerEpoch(images.Count, options.BatchSize);
        steps = options.Steps > 0 ? Math.Min(steps, options.Steps) : steps;
        var byClock = options.Minutes > 0 ? state.ElapsedSeconds / (options.Minutes * 60) : 0;
        return Math.Clamp(Math.Max(state.Step / steps, byClock), 0, 1);
    }

    private Augmentation AugmentationNow()
    {
        var options = state.Options;
        var rule = options.Rotation > 0 ? images.Augmentation with { Rotation = options.Rotation } : images.Augmentation;
        rule = options.Zooms is { } zooms ? rule with { Zooms = zooms, ZoomRange = null } : rule;
        return options.CropHeight > 0 && Progress() < options.CropFraction
            ? new Augmentation(options.CropHeight, options.CropWidth, options.Augment, options.Augment && options.ColourJitter) { Rule = rule }
            : new Augmentation(options.Height, options.Width, options.Augment, options.Augment && options.ColourJitter) { Rule = rule };
    }
}
