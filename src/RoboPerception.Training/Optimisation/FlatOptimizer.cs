using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>
/// One of TorchSharp's optimisers over parameters that lie in one buffer: gradients and moments lie in buffers of the same layout, and a step is a handful of
/// operations on those, with the same arithmetic for every number. TorchSharp's own object keeps rates, options and state, whose tensors are views of the buffers:
/// what it writes and reads is what it always was.
/// </summary>
/// <remarks>
/// As in TorchSharp, a parameter without a gradient is left alone (no decay, no count of steps), and one that has had a gradient has one of zeros in a step that does not
/// use it. Parameters that differ in that, or in their steps, are moved in runs of their own.
/// </remarks>
internal sealed class FlatOptimizer : IDisposable
{
    /// <summary>More runs than this are not worth it: TorchSharp then moves parameter by parameter.</summary>
    private const int MostRuns = 32;

    private readonly FlatTensors values;
    private readonly Parameter[] parameters;
    private readonly Tensor gradients;
    private readonly Tensor[] gradientViews;
    private readonly bool[] used;
    private List<FlatRun>? runs;
    private FlatState? state;
    private bool mayBeUnused = true;

    /// <summary>Takes over an optimiser.</summary>
    /// <param name="holder">TorchSharp's optimiser.</param>
    /// <param name="values">Its parameters, group by group.</param>
    public FlatOptimizer(OptimizerHelper holder, FlatTensors values)
    {
        ArgumentNullException.ThrowIfNull(holder);
        ArgumentNullException.ThrowIfNull(values);
        (Holder, this.values) = (holder, values);
        parameters = [.. holder.parameters()];
        gradients = values.Zeros();
        gradientViews = [.. Enumerable.Range(0, parameters.Length).Select(i => values.View(gradients, i).DetachFromDisposeScope())];
        used = new bool[parameters.Length];
    }

    /// <summary>TorchSharp's optimiser: groups with their rates, and the state to save.</summary>
    public OptimizerHelper Holder { get; }

    /// <summary>Makes the gradients zero; those of parameters that never had one stay away.</summary>
    public void Clear()
    {
        using var noGradients = no_grad();
        gradients.zero_();
    }

    /// <summary>Takes up the gradients of a step.</summary>
    /// <param name="replaced">Whether someone has put tensors of his own in the place of the gradients (see <see cref="Weighting.ITaskWeighting.ReplacesGradients"/>).</param>
    /// <returns>Whether they all lie in the buffer; if not, each parameter has its own or none.</returns>
    public bool Gather(bool replaced)
    {
        if (!mayBeUnused && !replaced)
        {
            return true;
        }

        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        for (var i = 0; i < parameters.Length; i++)
        {
            if (used[i] && !replaced)
            {
                continue;
            }

            if (parameters[i].grad is { } gradient)
            {
                gradientViews[i].copy_(gradient);
                if (!replaced)
                {
                    parameters[i].grad = gradientViews[i];
                }

                if (!used[i])
                {
                    used[i] = true;
                    DisposeRuns();
                }
            }
            else if (used[i])
            {
                // Skipped in this step alone, as only weightings that replace gradients do it.
                return false;
            }
        }

        mayBeUnused = used.Contains(false);
        return true;
    }

    /// <summary>Shortens the gradients to a length.</summary>
    /// <param name="longest">The length.</param>
    public void Limit(double longest)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var length = gradients.norm();

        // The factor stays on the device.
        gradients.mul_(length.Plus(1e-6).pow(HeldScalar.Of(-1)).mul_(HeldScalar.Of(longest)).clamp_max_(HeldScalar.Of(1)));
    }

    /// <summary>Moves the parameters.</summary>
    /// <param name="gathered">What <see cref="Gather"/> said.</param>
    public void Step(bool gathered)
    {
        using var noGradients = no_grad();
        state ??= new FlatState(Holder, values);
        runs ??= state.Runs(used, gradients);
        if (!gathered || runs.Count > MostRuns)
        {
            if (gathered)
            {
                AttachGradients();
            }

            Holder.step();
            state.Bind();
            DisposeRuns();
            return;
        }

        foreach (var run in runs)
        {
            run.Step();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        DisposeRuns();
        Holder.Dispose();
        state?.Dispose();
        foreach (var view in gradientViews)
        {
            view.Dispose();
        }

        gradients.Dispose();
    }

    // Where weightings replaced them, what lies in the buffer may have been shortened since.
    private void AttachGradients()
    {
        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i].grad = used[i] ? gradientViews[i] : null;
        }
    }

    private void DisposeRuns()
    {
        runs?.ForEach(run => run.Dispose());
        runs = null;
    }
}
