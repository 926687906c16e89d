using RoboPerception.Core;
using RoboPerception.Training.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>
/// A copy of the network in a short floating-point type that passes and gradients are computed with, while the optimiser moves the exact
/// parameters (Micikevicius et al., "Mixed Precision Training", ICLR 2018, section 3.1): a step smaller than a bfloat16's last digit would be
/// lost otherwise. Batch norm stays in float32, and so do predictions and losses (<see cref="Tasks.TaskDescription.Activate"/>).
/// </summary>
internal sealed class WorkingCopy : IDisposable
{
    private readonly PerceptionNetwork exact;
    private readonly Parameter[] exactParameters, parameters;
    private readonly (Tensor Exact, Tensor Own)[] statistics;

    /// <summary>Copies a network to a type.</summary>
    /// <exception cref="UserErrorException">The device has no kernels of that type for this network.</exception>
    public WorkingCopy(PerceptionNetwork exact, ScalarType type, Device device)
    {
        (this.exact, Type) = (exact, type);
        Network = PerceptionNetwork.Create(exact.Spec, exact.Tasks, exact.ImageScale);
        Network.to(device);
        Network.to(type);
        foreach (var norm in Network.modules().OfType<CountingBatchNorm>())
        {
            norm.to(ScalarType.Float32);
        }

        (exactParameters, parameters) = ([.. exact.parameters()], [.. Network.parameters()]);
        statistics = [.. exact.buffers().Zip(Network.buffers())];
        Try(device);
    }

    /// <summary>The type of the copy's parameters and of the images it takes.</summary>
    public ScalarType Type { get; }

    /// <summary>The copy.</summary>
    public PerceptionNetwork Network { get; }

    /// <summary>The type of a name; null = the parameters' own, float32.</summary>
    /// <exception cref="UserErrorException">An unknown name.</exception>
    public static ScalarType? TypeOf(string name) => name switch
    {
        "float32" => null,
        "bfloat16" => ScalarType.BFloat16,
        _ => throw new UserErrorException(ExitCode.Usage, $"--precision '{name}' is unknown; choose float32 or bfloat16."),
    };

    /// <summary>Takes over the exact parameters and statistics, and forgets gradients.</summary>
    public void Refresh()
    {
        using var noGradients = no_grad();
        foreach (var (own, source) in parameters.Zip(exactParameters))
        {
            own.copy_(source);
        }

        foreach (var (source, own) in statistics)
        {
            own.copy_(source);
        }

        Network.zero_grad();
    }

    /// <summary>Hands gradients and statistics to the exact network.</summary>
    public void Return()
    {
        using var noGradients = no_grad();
        foreach (var (own, target) in parameters.Zip(exactParameters))
        {
            if (own.grad is { } gradient)
            {
                // What is there lies in the optimiser's buffer.
                if (target.grad is { } there)
                {
                    there.copy_(gradient);
                }
                else
                {
                    target.grad = gradient.to(target.dtype);
                }
            }
        }

        foreach (var (target, own) in statistics)
        {
            target.copy_(own);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Network.Dispose();

    /// <summary>One pass there and back over a black image: a kernel that is missing shows before hours have gone into the run.</summary>
    private void Try(Device device)
    {
        using var scope = NewDisposeScope();
        Refresh();
        Network.train();
        try
        {
            // Two images, of two units each way at the deepest stage: batch norm needs more than one value.
            var side = 2 * Network.InputMultiple;
            var predictions = Network.forward(zeros([2, 3, side, side], dtype: Type, device: device));
            predictions.Aggregate(zeros([], device: device), (sum, prediction) => sum.Plus(prediction.sum())).backward();
        }
        catch (System.Runtime.InteropServices.ExternalException missing)
        {
            throw new UserErrorException(
                ExitCode.Usage, $"--precision {Type.ToString().ToLowerInvariant()}: this libtorch cannot train '{exact.Spec}' in it on {device.type} ({missing.Message.Split('\n')[0]}); leave --precision out or choose another device or network.", missing);
        }

        Refresh();
    }
}
