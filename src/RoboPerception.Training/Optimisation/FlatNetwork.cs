using RoboPerception.Training.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>
/// A network whose parameters lie in one buffer and whose running statistics lie in another. Optimiser, limit of gradients and averages are then a
/// handful of operations a step instead of some ten for each of several hundred parameters. The network must not move to another device afterwards.
/// </summary>
internal sealed class FlatNetwork : IDisposable
{
    /// <summary>Moves a network's values into buffers.</summary>
    /// <param name="network">The network.</param>
    /// <param name="order">Its parameters in the order that their buffer shall have; null = that of the network.</param>
    public FlatNetwork(PerceptionNetwork network, IEnumerable<Parameter>? order = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        Tensor[] statistics = [.. network.buffers().Where(is_floating_point)];
        Network = network;
        Parameters = new FlatTensors([.. order ?? network.parameters()]);
        Statistics = statistics.Length > 0 ? new FlatTensors(statistics) : null;
    }

    /// <summary>The network.</summary>
    public PerceptionNetwork Network { get; }

    /// <summary>Its parameters.</summary>
    public FlatTensors Parameters { get; }

    /// <summary>Its running statistics; null without any. Counters of batches are not among them.</summary>
    public FlatTensors? Statistics { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Parameters.Dispose();
        Statistics?.Dispose();
    }
}
