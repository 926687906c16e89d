using RoboPerception.Training.Networks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>
/// Exponential moving average of parameters and running statistics. The mean of the last steps predicts more steadily than
/// the last step itself; validation and the best checkpoint use it.
/// </summary>
internal sealed class AveragedWeights : IDisposable
{
    private readonly FlatNetwork flat;
    private readonly bool ownsFlat;
    private readonly double decay;
    private readonly (Tensor[] Means, Tensor[] Live)[] parts;
    private readonly Tensor[] buffers;

    /// <summary>Starts from the parameters as they are. The network must not move to another device afterwards.</summary>
    public AveragedWeights(PerceptionNetwork network, double decay)
        : this(new FlatNetwork(network), decay) => ownsFlat = true;

    /// <summary>Starts from the parameters as they are.</summary>
    public AveragedWeights(FlatNetwork flat, double decay)
    {
        ArgumentNullException.ThrowIfNull(flat);
        (this.flat, this.decay) = (flat, decay);
        using var noGradients = no_grad();
        FlatTensors[] live = flat.Statistics is { } statistics ? [flat.Parameters, statistics] : [flat.Parameters];
        buffers = [.. live.Select(tensors => tensors.Zeros())];
        parts = [.. live.Zip(buffers, (tensors, buffer) => (FlatTensors.Parts(buffer, 0, buffer.numel()), FlatTensors.Parts(tensors.Buffer, 0, buffer.numel())))];
        Restart();
    }

    /// <summary>Takes up the parameters after a step.</summary>
    /// <param name="step">Steps done in all. Early means forget faster, so that the fresh parameters do not linger.</param>
    public void Update(long step)
    {
        var keep = Math.Min(decay, (1.0 + step) / (10 + step));
        using var noGradients = no_grad();
        foreach (var (mean, live) in Pairs())
        {
            mean.mul_(HeldScalar.Of(keep)).add_(live, HeldScalar.Of(1 - keep));
        }
    }

    /// <summary>Starts again from the parameters as they are.</summary>
    public void Restart()
    {
        using var noGradients = no_grad();
        foreach (var (mean, live) in Pairs())
        {
            mean.copy_(live);
        }
    }

    /// <summary>Puts the means in the network's place until disposed; the exact parameters come back then.</summary>
    public IDisposable InUse()
    {
        Exchange();
        return new Return(this);
    }

    /// <summary>Writes the means in TorchSharp's format. Counters of batches have none: they are the network's own.</summary>
    public void Save(BinaryWriter writer)
    {
        // From the network: a module may stand in it under two names.
        using (InUse())
        {
            flat.Network.save(writer);
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="Core.UserErrorException">It does not fit the network.</exception>
    public void Load(byte[] block, string path)
    {
        using (InUse())
        {
            NetworkBlock.Load(flat.Network, block, path);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in parts.SelectMany(part => part.Means.Concat(part.Live)).Concat(buffers))
        {
            tensor.Dispose();
        }

        if (ownsFlat)
        {
            flat.Dispose();
        }
    }

    private void Exchange()
    {
        using var noGradients = no_grad();
        foreach (var (mean, live) in Pairs())
        {
            using var exact = live.clone();
            live.copy_(mean);
            mean.copy_(exact);
        }
    }

    private IEnumerable<(Tensor Mean, Tensor Live)> Pairs() => parts.SelectMany(part => part.Means.Zip(part.Live));

    private sealed class Return(AveragedWeights owner) : IDisposable
    {
        public void Dispose() => owner.Exchange();
    }
}
