using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>Numbers that lie behind each other and are moved alike, in parts (see <see cref="FlatTensors.Parts"/>).</summary>
/// <param name="parameters">The numbers.</param>
/// <param name="others">Gradients and moments of the same layout.</param>
internal abstract class FlatRun(Tensor[] parameters, params Tensor[][] others) : IDisposable
{
    /// <summary>Moves them by one step.</summary>
    public void Step()
    {
        Begin();
        for (var k = 0; k < parameters.Length; k++)
        {
            using var scope = NewDisposeScope();
            Move(parameters[k], k);
        }

        End();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in others.Append(parameters).SelectMany(parts => parts))
        {
            part.Dispose();
        }
    }

    /// <summary>What happens once a step, before the parts are moved.</summary>
    protected virtual void Begin()
    {
    }

    /// <summary>What happens once a step, after the parts were moved.</summary>
    protected virtual void End()
    {
    }

    /// <summary>Moves a part.</summary>
    protected abstract void Move(Tensor parameter, int part);
}
