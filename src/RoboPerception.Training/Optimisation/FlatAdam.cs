using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>Adam (Kingma and Ba, ICLR 2015) and AdamW (Loshchilov and Hutter, ICLR 2019) with the arithmetic of TorchSharp's.</summary>
internal sealed class FlatAdam : FlatRun
{
    private readonly Tensor[] gradients, firsts, seconds;
    private readonly OptimizerOptions options;
    private readonly OptimizerState[] states;
    private readonly double beta1, beta2, decay, epsilon;
    private readonly bool isDecoupled;
    private long steps;
    private double firstFactor, secondFactor;

    public FlatAdam(Tensor[] parameters, Tensor[] gradients, Tensor[] firsts, Tensor[] seconds, OptimizerOptions options, OptimizerState[] states, long steps)
        : base(parameters, gradients, firsts, seconds)
    {
        (this.gradients, this.firsts, this.seconds, this.options, this.states, this.steps) = (gradients, firsts, seconds, options, states, steps);
        (beta1, beta2, decay, epsilon, isDecoupled) = options switch
        {
            Adam.Options adam => (adam.beta1!.Value, adam.beta2!.Value, adam.weight_decay!.Value, adam.eps!.Value, false),
            AdamW.Options adamW => (adamW.beta1!.Value, adamW.beta2!.Value, adamW.weight_decay!.Value, adamW.eps!.Value, true),
            _ => throw new NotSupportedException($"{options.GetType()} are not the options of Adam."),
        };
    }

    /// <inheritdoc/>
    protected override void Begin()
    {
        steps++;
        (firstFactor, secondFactor) = (1 - Math.Pow(beta1, steps), 1 - Math.Pow(beta2, steps));
        foreach (var state in states)
        {
            if (state is Adam.State adam)
            {
                adam.step = steps;
            }
            else
            {
                ((AdamW.State)state).step = steps;
            }
        }
    }

    /// <inheritdoc/>
    protected override void Move(Tensor parameter, int part)
    {
        var (gradient, first, second, rate) = (gradients[part], firsts[part], seconds[part], options.LearningRate!.Value);
        if (isDecoupled)
        {
            parameter.mul_(HeldScalar.Of(1 - (rate * decay)));
        }
        else if (decay != 0)
        {
            gradient = gradient.add(parameter, HeldScalar.Of(decay));
        }

        first.mul_(HeldScalar.Of(beta1)).add_(gradient, HeldScalar.Of(1 - beta1));
        second.mul_(HeldScalar.Of(beta2)).addcmul_(gradient, gradient, HeldScalar.Of(1 - beta2));
        var divisor = second.sqrt().div_(HeldScalar.Of(Math.Sqrt(secondFactor))).PlusInPlace(epsilon);
        parameter.addcdiv_(first, divisor, HeldScalar.Of(-(rate / firstFactor)));
    }
}
