using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Networks;

/// <summary>
/// TorchSharp's batch norm of maps (N,C,H,W), which counts its batches with numbers that are held (<see cref="HeldScalar"/>): the library's own makes two
/// for every layer and step, more than all the rest of a step.
/// </summary>
internal sealed class CountingBatchNorm : BatchNorm
{
    private CountingBatchNorm(long channels, double eps, double momentum)
        : base(channels, eps, momentum, affine: true, track_running_stats: true, device: null, dtype: null, nameof(CountingBatchNorm))
    {
    }

    /// <summary>A fresh layer.</summary>
    /// <param name="channels">Channels of its maps.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <param name="momentum">Share of a batch in the running statistics.</param>
    public static CountingBatchNorm Of(long channels, double eps = 1e-5, double momentum = 0.1) => new(channels, eps, momentum);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        ValidateInputDimensions(input);
        if (training)
        {
            num_batches_tracked!.add_(HeldScalar.Of(1), HeldScalar.Of(1));
        }

        // Without a momentum the running statistics are the mean of all batches.
        var share = momentum ?? (training ? 1.0 / num_batches_tracked!.item<long>() : 0);
        return nn.functional.batch_norm(input, running_mean!, running_var!, weight, bias, training, share, eps);
    }

    /// <inheritdoc/>
    protected override void ValidateInputDimensions(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.ndim != 4)
        {
            throw new ArgumentException($"Batch norm of maps takes (N,C,H,W), not {input.ndim} dimensions.", nameof(input));
        }
    }
}
