using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>Numbers on a device that are read in one go: each reading waits for all that the device has been given to do.</summary>
internal static class Scalars
{
    /// <summary>Scalar tensors as one vector, out of their graph.</summary>
    public static Tensor Together(IReadOnlyList<Tensor> scalars)
    {
        using var noGradients = no_grad();
        return stack(scalars);
    }

    /// <summary>Reads a vector of float32 or float64.</summary>
    public static double[] Read(Tensor vector)
    {
        using var scope = NewDisposeScope();
        return vector.detach().to(float64).cpu().data<double>().ToArray();
    }

    /// <summary>Reads scalar tensors.</summary>
    public static double[] Read(IReadOnlyList<Tensor> scalars) => Read(Together(scalars));
}
