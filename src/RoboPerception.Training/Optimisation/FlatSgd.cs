using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>Stochastic gradient descent with momentum, Nesterov's too, with the arithmetic of TorchSharp's.</summary>
internal sealed class FlatSgd(Tensor[] parameters, Tensor[] gradients, Tensor[] moments, SGD.Options options, bool hasMoments, Action afterFirst) : FlatRun(parameters, gradients, moments)
{
    private readonly double momentum = options.momentum!.Value, dampening = options.dampening!.Value, decay = options.weight_decay!.Value;
    private readonly bool isNesterov = options.nesterov!.Value;
    private bool hasMoments = hasMoments;

    /// <inheritdoc/>
    protected override void Move(Tensor parameter, int part)
    {
        var step = gradients[part];
        if (decay != 0)
        {
            step = step.add(parameter, HeldScalar.Of(decay));
        }

        if (momentum != 0)
        {
            var moment = moments[part];
            if (hasMoments)
            {
                moment.mul_(HeldScalar.Of(momentum)).add_(step, HeldScalar.Of(1 - dampening));
            }
            else
            {
                moment.copy_(step);
            }

            step = isNesterov ? step.add(moment, HeldScalar.Of(momentum)) : moment;
        }

        parameter.add_(step, HeldScalar.Of(-options.LearningRate!.Value));
    }

    /// <inheritdoc/>
    protected override void End()
    {
        if (momentum != 0 && !hasMoments)
        {
            hasMoments = true;
            afterFirst();
        }
    }
}
