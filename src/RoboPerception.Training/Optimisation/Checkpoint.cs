using System.Text.Json;
using System.Text.Json.Nodes;
using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;

namespace RoboPerception.Training.Optimisation;

/// <summary>
/// A run in one <see cref="CheckpointFile"/> of magic <c>RPCKPT01</c>: state as JSON; parameters and buffers in TorchSharp's format;
/// optimiser state in TorchSharp's format, empty in a file for use; averaged parameters and buffers, left out or empty without them.
/// </summary>
internal static class Checkpoint
{
    private const int Parameters = 1, Optimizer = 2, Averages = 3;
    private static readonly byte[] Magic = "RPCKPT01"u8.ToArray();
    private static readonly TrainingState Defaults = new() { Options = new TrainingOptions { Network = "", Height = 0, Width = 0 } };

    /// <summary>Writes beside the target, flushes to disk and renames, so that a kill leaves the old file or the new one, never half of one.</summary>
    public static void Save(string path, TrainingState state, PerceptionNetwork network, OptimizerHelper? optimizer) =>
        Save(path, state, network, optimizer, averages: null);

    /// <inheritdoc cref="Save(string, TrainingState, PerceptionNetwork, OptimizerHelper?)"/>
    internal static void Save(string path, TrainingState state, PerceptionNetwork network, OptimizerHelper? optimizer, AveragedWeights? averages)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(network);
        CheckpointFile.Write(
            path,
            Magic,
            block => JsonSerializer.Serialize(block, state, TrainingJson.Default.TrainingState),
            block => network.save(new BinaryWriter(block)),
            block => optimizer?.save_state_dict(new BinaryWriter(block)),
            block => averages?.Save(new BinaryWriter(block)));
    }

    private static byte[][] Blocks(string path) => CheckpointFile.Read(path, Magic, Averages + 1);

    /// <summary>Reads the state alone.</summary>
    /// <exception cref="UserErrorException">The file is missing or damaged.</exception>
    public static TrainingState ReadState(string path) => ParseState(path, Blocks(path)[0]);

    /// <summary>Builds the network of a checkpoint and fills it for use: with the averaged parameters of a run that averages.</summary>
    /// <exception cref="UserErrorException">The file is missing or damaged.</exception>
    public static (PerceptionNetwork Network, TrainingState State) LoadNetwork(string path)
    {
        var blocks = Blocks(path);
        return Build(path, blocks[0], blocks[Averages].Length > 0 ? blocks[Averages] : blocks[Parameters]);
    }

    /// <summary>Builds the network of a checkpoint and fills it with the parameters that training goes on from.</summary>
    /// <exception cref="UserErrorException">The file is missing or damaged.</exception>
    internal static (PerceptionNetwork Network, TrainingState State) LoadForTraining(string path)
    {
        var blocks = Blocks(path);
        return Build(path, blocks[0], blocks[Parameters]);
    }

    /// <summary>Fills averages made for the network of the same checkpoint, if it holds any.</summary>
    /// <exception cref="UserErrorException">The file is damaged.</exception>
    internal static void LoadAverages(string path, AveragedWeights averages)
    {
        if (Blocks(path)[Averages] is { Length: > 0 } block)
        {
            averages.Load(block, path);
        }
    }

    /// <summary>Fills an optimiser that was made for the network of the same checkpoint.</summary>
    /// <exception cref="UserErrorException">The file is damaged or holds no optimiser state.</exception>
    public static void LoadOptimizer(string path, OptimizerHelper optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        var block = Blocks(path)[Optimizer];
        if (block.Length == 0)
        {
            throw new UserErrorException(ExitCode.Usage, $"Checkpoint '{path}' was saved for use, without optimiser state: resume from 'last.ckpt' of that run.");
        }

        optimizer.load_state_dict(new BinaryReader(new MemoryStream(block)));
    }

    private static (PerceptionNetwork Network, TrainingState State) Build(string path, byte[] stateBlock, byte[] parameters)
    {
        var state = ParseState(path, stateBlock);
        var network = PerceptionNetwork.Create(NetworkSpec.Parse(state.Options.Network), TaskList.Parse(state.Options.Tasks), state.Options.ImageScale);
        NetworkBlock.Load(network, parameters, path);
        return (network, state);
    }

    private static TrainingState ParseState(string path, byte[] block)
    {
        // What an older version did not write has its default, which generated deserialisation alone would replace by zero.
        var state = JsonSerializer.SerializeToNode(Defaults, TrainingJson.Default.TrainingState)!.AsObject();
        var written = JsonNode.Parse(block) as JsonObject;
        Overlay(state, written ?? throw new UserErrorException(ExitCode.Usage, $"Checkpoint '{path}' holds no state."));
        return state.Deserialize(TrainingJson.Default.TrainingState)!;
    }

    private static void Overlay(JsonObject state, JsonObject written)
    {
        foreach (var (name, value) in written)
        {
            if (name == "options" && value is JsonObject options)
            {
                Overlay(state[name]!.AsObject(), options);
            }
            else
            {
                state[FormerNames.RecipeKey(name)] = value?.DeepClone();
            }
        }
    }
}
