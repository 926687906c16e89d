using System.Diagnostics;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Data;
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
public readonly record struct StepReport(int Epoch, int Batch, int Batches, double Progress, IReadOnlyList<double> Losses);

/// <summary>
/// One training run in an output folder: <c>last.ckpt</c> (resumable, at least every few minutes), <c>best.ckpt</c> (best combined score on the
/// validation images) and <c>log.jsonl</c> (one line an epoch).
/// </summary>
public sealed class Trainer : IDisposable
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
    private readonly OptimizerHelper optimizer;
    private readonly ITaskWeighting weighting;
    private readonly AveragedWeights? averages;
    private TrainingState state;

    private Trainer(string folder, TrainingState state, PerceptionNetwork network, ImageSource images, ImageSet? validation, Device device)
    {
        this.folder = folder;
        this.state = state;
        this.network = network.to(device);
        this.images = images;
        this.validation = validation;
        this.device = device;
        optimizer = Optimizers.Create(network, state.Options);
        weighting = TaskWeightings.Create(state.Options.Weighting, network);
        averages = state.Options.AverageDecay > 0 ? new AveragedWeights(this.network, state.Options.AverageDecay) : null;
        foreach (var losses in state.EpochLosses)
        {
            weighting.EndEpoch(losses);
        }
    }

    /// <summary>Told after every step.</summary>
    public Action<StepReport>? Stepped { get; set; }

    /// <summary>Told after every epoch.</summary>
    public Action<EpochLog>? EpochEnded { get; set; }

    /// <summary>Where the run stands.</summary>
    public TrainingState State => state;

    /// <summary>Starts a run with fresh parameters.</summary>
    public static Trainer Start(string folder, TrainingState initial, ImageSource images, ImageSet? validation, Device device)
    {
        ArgumentNullException.ThrowIfNull(initial);
        Directory.CreateDirectory(folder);
        random.manual_seed(initial.Options.Seed);
        var network = PerceptionNetwork.Create(NetworkSpec.Parse(initial.Options.Network), TaskDescription.NyuThree);
        if (initial.Options.Backbone is { } backbone)
        {
            network.LoadBackbone(backbone);
        }

        return new Trainer(folder, initial, network, images, validation, device);
    }

    /// <summary>Takes the parameters of another run's checkpoint as the starting point of this one.</summary>
    /// <exception cref="UserErrorException">The checkpoint holds another network.</exception>
    public void InitialiseFrom(string checkpoint)
    {
        var (source, sourceState) = Checkpoint.LoadNetwork(checkpoint);
        using (source)
        {
            if (!source.Spec.Equals(network.Spec))
            {
                throw new UserErrorException(ExitCode.Usage, $"--init '{checkpoint}' holds '{sourceState.Options.Network}', the run trains '{state.Options.Network}'.");
            }

            network.load_state_dict(source.state_dict());
            averages?.Restart();
        }
    }

    /// <summary>Goes on where <see cref="LastCheckpoint"/> of the folder left off.</summary>
    public static Trainer Resume(string folder, ImageSource images, ImageSet? validation, Device device)
    {
        var path = Path.Combine(folder, LastCheckpoint);
        var (network, state) = Checkpoint.LoadForTraining(path);
        var trainer = new Trainer(folder, state, network, images, validation, device);
        Checkpoint.LoadOptimizer(path, trainer.optimizer);
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
        optimizer.Dispose();
        network.Dispose();
    }

    private bool Ended => state.Epoch >= state.Options.Epochs || Progress() >= 1;

    private void RunEpoch(CancellationToken cancellation)
    {
        var options = state.Options;
        var batches = BatchLoader.BatchesPerEpoch(images.Count, options.BatchSize);
        var lossSums = state.LossSums.Count == 0 ? new double[network.Tasks.Count] : [.. state.LossSums];
        var clock = Stopwatch.StartNew();
        var before = state.ElapsedSeconds;
        var saved = TimeSpan.Zero;
        network.train();
        using (var loader = new BatchLoader(images, AugmentationNow(), options.BatchSize, options.Seed, state.Epoch, state.Batch))
        {
            foreach (var batch in loader.Batches())
            {
                var losses = Step(batch);
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
                Stepped?.Invoke(new StepReport(state.Epoch, state.Batch, batches, Progress(), losses));
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

    private double[] Step(Batch batch)
    {
        using var scope = NewDisposeScope();
        SetLearningRate();
        optimizer.zero_grad();
        var outputs = network.forward(BatchTensors.Images(batch, device));
        var losses = network.Tasks.Select((task, k) => task.Loss(outputs[k], BatchTensors.Target(batch, task, device))).ToArray();
        weighting.Combine(losses).backward();
        optimizer.step();
        averages?.Update(state.Step);
        double[] values = [.. losses.Select(loss => (double)loss.detach().cpu().item<float>())];
        return values.All(double.IsFinite)
            ? values
            : throw new UserErrorException(
                ExitCode.Failed,
                $"The loss became {string.Join(", ", values)} in epoch {state.Epoch + 1}, batch {state.Batch + 1}: lower --lr and resume from an older checkpoint.");
    }

    private void EndEpoch(double[] meanLosses, CancellationToken cancellation)
    {
        weighting.EndEpoch(meanLosses);
        state = state with { Epoch = state.Epoch + 1, Batch = 0, LossSums = [], EpochLosses = [.. state.EpochLosses, meanLosses] };
        double? score = null;
        var clock = Stopwatch.StartNew();
        if (validation is not null && (Ended || state.Epoch % state.Options.ValidationInterval == 0))
        {
            try
            {
                score = Validate(cancellation);
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
            optimizer.ParamGroups.First().LearningRate,
            network.Tasks.Zip(meanLosses).ToDictionary(pair => pair.First.Key, pair => pair.Second),
            score is null ? new Dictionary<string, double>() : state.Metrics,
            score);
        File.AppendAllText(Path.Combine(folder, "log.jsonl"), JsonSerializer.Serialize(log, TrainingJson.Default.EpochLog) + "\n");
        EpochEnded?.Invoke(log);
    }

    private double Validate(CancellationToken cancellation)
    {
        using var averaged = averages?.InUse();
        var values = Evaluator.Evaluate(network, validation!, device, cancellation);
        var score = Evaluator.Score(values);
        var better = state.BestScore is not { } best || score > best;
        state = state with
        {
            Metrics = values.ToDictionary(value => value.Name, value => value.Value),
            BestScore = better ? score : state.BestScore,
        };
        if (better)
        {
            Checkpoint.Save(Path.Combine(folder, BestCheckpoint), state, network, optimizer: null);
        }

        return score;
    }

    private void SaveLast() => Checkpoint.Save(Path.Combine(folder, LastCheckpoint), state, network, optimizer, averages);

    private void SetLearningRate()
    {
        var factor = LearningRateSchedule.Factor(state.Options.Schedule, Progress(), state.Epoch);
        foreach (var group in optimizer.ParamGroups)
        {
            group.LearningRate = group.InitialLearningRate * factor;
        }
    }

    private double Progress()
    {
        var options = state.Options;
        var steps = (double)options.Epochs * BatchLoader.BatchesPerEpoch(images.Count, options.BatchSize);
        var byClock = options.Minutes > 0 ? state.ElapsedSeconds / (options.Minutes * 60) : 0;
        return Math.Clamp(Math.Max(state.Step / steps, byClock), 0, 1);
    }

    private Augmentation AugmentationNow()
    {
        var options = state.Options;
        return options.CropHeight > 0 && Progress() < options.CropShare
            ? new Augmentation(options.CropHeight, options.CropWidth, options.Augment, options.Augment)
            : new Augmentation(options.Height, options.Width, options.Augment, options.Augment);
    }
}
