using RoboPerception.Training.Networks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>
/// Exponential moving average of parameters and running statistics. The mean of the last steps predicts more steadily than
/// the last step itself; validation and the best checkpoint use it.
/// </summary>
internal sealed class AveragedWeights : IDisposable
{
    private readonly PerceptionNetwork network;
    private readonly double decay;
    private readonly Dictionary<string, Tensor> means = [];

    /// <summary>Starts from the parameters as they are. The network must not move to another device afterwards.</summary>
    public AveragedWeights(PerceptionNetwork network, double decay)
    {
        this.network = network;
        this.decay = decay;
        using var noGradients = no_grad();
        foreach (var (name, live) in network.state_dict())
        {
            means[name] = live.detach().clone().DetachFromDisposeScope();
        }
    }

    /// <summary>Takes up the parameters after a step.</summary>
    /// <param name="step">Steps done in all. Early means forget faster, so that the fresh parameters do not linger.</param>
    public void Update(long step)
    {
        var keep = Math.Min(decay, (1.0 + step) / (10 + step));
        using var noGradients = no_grad();
        foreach (var (name, live) in network.state_dict())
        {
            var mean = means[name];
            if (mean.is_floating_point())
            {
                mean.mul_(keep).add_(live, 1 - keep);
            }
            else
            {
                mean.copy_(live);
            }
        }
    }

    /// <summary>Starts again from the parameters as they are.</summary>
    public void Restart()
    {
        using var noGradients = no_grad();
        foreach (var (name, live) in network.state_dict())
        {
            means[name].copy_(live);
        }
    }

    /// <summary>Puts the means in the network's place until disposed; the exact parameters come back then.</summary>
    public IDisposable InUse()
    {
        Exchange();
        return new Return(this);
    }

    /// <summary>Writes the means in TorchSharp's format.</summary>
    public void Save(BinaryWriter writer) => nn.Module.save_state_dict(writer, means);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="Core.UserErrorException">It does not fit the network.</exception>
    public void Load(byte[] block, string path)
    {
        using (InUse())
        {
            NetworkBlock.Load(network, block, path);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var mean in means.Values)
        {
            mean.Dispose();
        }
    }

    private void Exchange()
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var (name, live) in network.state_dict())
        {
            var exact = live.clone();
            live.copy_(means[name]);
            means[name].copy_(exact);
        }
    }

    private sealed class Return(AveragedWeights owner) : IDisposable
    {
        public void Dispose() => owner.Exchange();
    }
}
