using TorchSharp.Modules;

namespace RoboPerception.Training.Optimisation;

/// <summary>Gradients of parameters.</summary>
internal static class Gradients
{
    /// <summary>
    /// Takes them away. <c>Optimizer.zero_grad</c> of TorchSharp fills them with zeros instead, and a parameter with a gradient of zero is still moved by
    /// momentum and weight decay: one that a step did not use must have none, in a run that went through as in one that was resumed.
    /// </summary>
    public static void Forget(IEnumerable<Parameter> parameters)
    {
        foreach (var parameter in parameters)
        {
            parameter.grad = null;
        }
    }
}
