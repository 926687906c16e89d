using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>The moments of an optimiser, moved into buffers of the layout of its parameters.</summary>
internal sealed class FlatState : IDisposable
{
    private readonly FlatTensors values;
    private readonly OptimizerState[] states;
    private readonly OptimizerOptions[] options;
    private readonly bool[] bound;
    private readonly Tensor first;
    private readonly Tensor? second;

    /// <summary>Takes over the state of TorchSharp's optimiser, whatever it holds by now.</summary>
    /// <param name="holder">The optimiser.</param>
    /// <param name="values">Its parameters, group by group.</param>
    public FlatState(OptimizerHelper holder, FlatTensors values)
    {
        this.values = values;
        var dictionary = holder.state_dict();
        states = [.. dictionary.State];
        options = [.. dictionary.StateIndexRef.SelectMany((group, g) => group.Select(_ => dictionary.Options[g]))];
        bound = new bool[states.Length];
        first = values.Zeros();
        second = holder is SGD ? null : values.Zeros();
        Bind();
    }

    /// <summary>Makes every moment that is not yet a view of the buffers one.</summary>
    public void Bind()
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        for (var i = 0; i < states.Length; i++)
        {
            if (bound[i])
            {
                continue;
            }

            switch (states[i])
            {
                case Adam.State adam:
                    Move(ref adam.exp_avg, first, i);
                    Move(ref adam.exp_avg_sq, second!, i);
                    bound[i] = true;
                    break;
                case AdamW.State adamW:
                    Move(ref adamW.exp_avg, first, i);
                    Move(ref adamW.exp_avg_sq, second!, i);
                    bound[i] = true;
                    break;
                case SGD.State { momentum_buffer: not null } sgd:
                    Move(ref sgd.momentum_buffer, first, i);
                    bound[i] = true;
                    break;
            }
        }
    }

    /// <summary>Parameters that lie behind each other and are moved alike.</summary>
    /// <param name="used">Which parameters have gradients.</param>
    /// <param name="gradients">Their buffer.</param>
    public List<FlatRun> Runs(bool[] used, Tensor gradients)
    {
        var runs = new List<FlatRun>();
        for (var start = 0; start < states.Length;)
        {
            var end = start + 1;
            if (used[start])
            {
                while (end < states.Length && used[end] && ReferenceEquals(options[end], options[start]) && Steps(end) == Steps(start))
                {
                    end++;
                }

                runs.Add(Run(start, end, gradients));
            }

            start = end;
        }

        return runs;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        first.Dispose();
        second?.Dispose();
    }

    private void Move(ref Tensor moment, Tensor buffer, int index)
    {
        var view = values.View(buffer, index).DetachFromDisposeScope();
        view.copy_(moment);
        moment.Dispose();
        moment = view;
    }

    private long Steps(int index) => states[index] switch
    {
        Adam.State adam => adam.step,
        AdamW.State adamW => adamW.step,
        SGD.State sgd => sgd.momentum_buffer is null ? 0 : 1,
        var other => throw new NotSupportedException($"An optimiser with the state {other.GetType()} is not known."),
    };

    private FlatRun Run(int start, int end, Tensor gradients)
    {
        var (offset, length) = (values.Offsets[start], values.Offsets[end] - values.Offsets[start]);
        Tensor[] parameters = FlatTensors.Parts(values.Buffer, offset, length), slopes = FlatTensors.Parts(gradients, offset, length), moments = FlatTensors.Parts(first, offset, length);
        return options[start] is SGD.Options sgd
            ? new FlatSgd(parameters, slopes, moments, sgd, hasMoments: Steps(start) > 0, afterFirst: () => Adopt(start, end))
            : new FlatAdam(parameters, slopes, moments, FlatTensors.Parts(second!, offset, length), options[start], states[start..end], Steps(start));
    }

    // TorchSharp's momentum does not exist before the first step.
    private void Adopt(int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            ((SGD.State)states[i]).momentum_buffer = values.View(first, i).DetachFromDisposeScope();
            bound[i] = true;
        }
    }
}
