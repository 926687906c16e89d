using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>One data set of the Visual Decathlon.</summary>
/// <param name="Domain">Which.</param>
/// <param name="Training">Images to learn from.</param>
/// <param name="Validation">Images to measure on.</param>
internal sealed record DecathlonSet(DecathlonDomain Domain, ImageSource Training, ImageSource Validation);

/// <summary>What was measured on one data set.</summary>
/// <param name="Name">Which.</param>
/// <param name="Images">How many images.</param>
/// <param name="Error">Top-1 error in percent.</param>
/// <param name="Points">Of the decathlon score.</param>
internal sealed record DecathlonResult(string Name, int Images, double Error, double Points);

/// <summary>Trains <see cref="WideResNetMtan"/> on data sets in turn. The run lives in <c>last.ckpt</c> of its folder, saved behind every data set.</summary>
internal sealed class DecathlonTrainer : IDisposable
{
    private const double Momentum = 0.9, Decay = 5e-5, SecondPhaseShare = 0.1, StepFactor = 0.5;
    private const int StepEpochs = 50;
    private const string ImageNet = "imagenet12";
    private static readonly byte[] Magic = "RPDECA01"u8.ToArray();

    private readonly string file;
    private readonly IReadOnlyList<DecathlonSet> sets;
    private readonly Device device;
    private readonly WideResNetMtan network;
    private OptimizerHelper optimizer;

    private DecathlonTrainer(string folder, DecathlonState state, IReadOnlyList<DecathlonSet> sets, Device device)
    {
        file = Path.Combine(folder, Trainer.LastCheckpoint);
        State = state;
        this.sets = sets;
        this.device = device;
        random.manual_seed(state.Options.Seed);
        network = new WideResNetMtan([.. sets.Select(set => set.Domain.Classes)], state.Options.Depth, state.Options.Widen).to(device);
        optimizer = NewOptimizer();
    }

    /// <summary>Where the run stands.</summary>
    public DecathlonState State { get; private set; }

    /// <summary>Told after every data set of an epoch: its name and its mean loss.</summary>
    public Action<string, double>? Trained { get; set; }

    /// <summary>Threads that decode and augment ahead of the optimiser.</summary>
    public int LoaderThreads { get; set; } = 1;

    /// <summary>Starts a run.</summary>
    public static DecathlonTrainer Start(string folder, DecathlonOptions options, IReadOnlyList<DecathlonSet> sets, Device device)
    {
        Directory.CreateDirectory(folder);
        return new DecathlonTrainer(folder, new DecathlonState { Options = options }, sets, device);
    }

    /// <summary>The state of the run in a folder.</summary>
    /// <exception cref="UserErrorException">There is none, or it is damaged.</exception>
    public static DecathlonState ReadState(string folder) => Parse(CheckpointFile.Read(Path.Combine(folder, Trainer.LastCheckpoint), Magic, 1)[0]);

    /// <summary>Goes on with the run in a folder.</summary>
    /// <exception cref="UserErrorException">There is none, or it is damaged.</exception>
    public static DecathlonTrainer Resume(string folder, IReadOnlyList<DecathlonSet> sets, Device device)
    {
        var blocks = CheckpointFile.Read(Path.Combine(folder, Trainer.LastCheckpoint), Magic, 3);
        var trainer = new DecathlonTrainer(folder, Parse(blocks[0]), sets, device);
        NetworkBlock.Load(trainer.network, blocks[1], Path.Combine(folder, Trainer.LastCheckpoint));
        trainer.optimizer.load_state_dict(new BinaryReader(new MemoryStream(blocks[2])));
        return trainer;
    }

    /// <summary>Trains to the end of the recipe. When cancelled, the run is as its last checkpoint has it.</summary>
    public void Run(CancellationToken cancellation = default)
    {
        while (State.Epoch < State.Options.Epochs)
        {
            for (var k = State.DataSet; k < sets.Count; k++)
            {
                // The optimiser of the second phase starts without the momentum of the first.
                if (State.Epoch == State.Options.SecondPhase && k == 0)
                {
                    optimizer.Dispose();
                    optimizer = NewOptimizer();
                }

                if (State.Epoch < State.Options.SecondPhase || sets[k].Domain.Name != ImageNet)
                {
                    Learn(k, cancellation);
                }

                State = k + 1 < sets.Count ? State with { DataSet = k + 1 } : State with { Epoch = State.Epoch + 1, DataSet = 0 };
                Save();
            }
        }
    }

    /// <summary>
    /// Measures every data set on its validation images. The trunk's running statistics are those of whatever was shown last, so each data
    /// set's training images are shown first, without learning; the reference learns from them once more for the same reason.
    /// </summary>
    /// <param name="measured">Told the place of each data set while the network has its statistics.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public IReadOnlyList<DecathlonResult> Measure(Action<int, WideResNetMtan>? measured = null, CancellationToken cancellation = default)
    {
        using var noGradients = no_grad();
        var results = new List<DecathlonResult>();
        for (var k = 0; k < sets.Count; k++)
        {
            network.train();
            using (var loader = Loader(sets[k].Training))
            {
                foreach (var batch in loader.Batches())
                {
                    cancellation.ThrowIfCancellationRequested();
                    using var scope = NewDisposeScope();
                    network.forward(BatchTensors.Images(batch, device), k);
                    loader.Return(batch);
                }
            }

            network.eval();
            var wrong = Wrong(k, cancellation);
            var error = 100.0 * wrong / sets[k].Validation.Count;
            results.Add(new DecathlonResult(sets[k].Domain.Name, sets[k].Validation.Count, error, DecathlonScore.Points(sets[k].Domain.Name, error)));
            measured?.Invoke(k, network);
        }

        return results;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        optimizer.Dispose();
        network.Dispose();
    }

    private void Learn(int k, CancellationToken cancellation)
    {
        network.train();
        var (options, second) = (State.Options, State.Epoch >= State.Options.SecondPhase);
        var rate = options.LearningRate * (second ? SecondPhaseShare : 1) * Math.Pow(StepFactor, (State.Epoch - (second ? options.SecondPhase : 0)) / StepEpochs);
        foreach (var group in optimizer.ParamGroups)
        {
            group.LearningRate = rate;
        }

        var (sum, steps) = (0.0, 0);
        using var loader = Loader(sets[k].Training);
        foreach (var batch in loader.Batches())
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();

            // Each data set uses a part of the network only.
            Gradients.Forget(network.parameters());
            var loss = WideResNetMtan.Loss(network.forward(BatchTensors.Images(batch, device), k), Targets(batch));
            loss.backward();
            optimizer.step();
            sum += loss.cpu().item<float>();
            steps++;
            loader.Return(batch);
        }

        var mean = sum / steps;
        if (!double.IsFinite(mean))
        {
            throw new UserErrorException(ExitCode.Failed, $"The loss of {sets[k].Domain.Name} became {mean} in epoch {State.Epoch + 1}: lower --lr and resume.");
        }

        State = State with { Losses = new Dictionary<string, double>(State.Losses) { [sets[k].Domain.Name] = mean } };
        Trained?.Invoke(sets[k].Domain.Name, mean);
    }

    private int Wrong(int k, CancellationToken cancellation)
    {
        var (images, wrong) = (sets[k].Validation, 0);
        var middle = new Augmentation(WideResNetMtan.ImageSize, WideResNetMtan.ImageSize, Geometry: false, Colour: false);
        var nothing = new Random(0);
        for (var first = 0; first < images.Count; first += State.Options.BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var batch = new Batch(Math.Min(State.Options.BatchSize, images.Count - first), WideResNetMtan.ImageSize, WideResNetMtan.ImageSize);
            for (var n = 0; n < batch.Count; n++)
            {
                var image = images.Read(0, first + n);
                SampleWriter.Write(image, middle.Draw(nothing, image.Height, image.Width), batch, n);
            }

            sets[k].Training.Statistics?.Apply(batch);
            var predictions = network.forward(BatchTensors.Images(batch, device), k).argmax(1);
            wrong += (int)predictions.ne(Targets(batch)).sum().cpu().item<long>();
        }

        return wrong;
    }

    private Tensor Targets(Batch batch) => tensor(batch.Categories, [batch.Count]).to(device);

    private BatchLoader Loader(ImageSource images) => new(
        images,
        new Augmentation(WideResNetMtan.ImageSize, WideResNetMtan.ImageSize, Colour: false) { Rule = images.Augmentation },
        State.Options.BatchSize,
        State.Options.Seed,
        State.Epoch,
        threads: LoaderThreads);

    private SGD NewOptimizer() => optim.SGD(network.parameters(), State.Options.LearningRate, Momentum, weight_decay: Decay, nesterov: true);

    private void Save() => CheckpointFile.Write(
        file,
        Magic,
        block => JsonSerializer.Serialize(block, State, TrainingJson.Default.DecathlonState),
        block => network.save(new BinaryWriter(block)),
        block => optimizer.save_state_dict(new BinaryWriter(block)));

    private static DecathlonState Parse(byte[] block) => JsonSerializer.Deserialize(block, TrainingJson.Default.DecathlonState)
        ?? throw new UserErrorException(ExitCode.Usage, "The checkpoint holds no state.");
}
