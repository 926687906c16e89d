using System.Numerics.Tensors;
using RoboPerception.Core;

namespace RoboPerception.Inference;

/// <summary>
/// Metric depth from a camera other than the training camera. A network sees angles in pixels: an object that looks as large through
/// twice the focal length is twice as far, so depth is multiplied by f_camera / f_training, both at the model's input size
/// (conventions section 4).
/// </summary>
internal static class DepthScale
{
    /// <summary>
    /// The factor, or 1 when either camera is unknown or uncalibrated (fx = 0, REP-104). An image stretched to the input has two focal
    /// lengths; f is their geometric mean.
    /// </summary>
    public static float Factor(ModelInput input, CameraIntrinsics? camera)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.TrainingIntrinsics is not { Fx: > 0, Fy: > 0 } training || camera is not { Fx: > 0, Fy: > 0, Width: > 0, Height: > 0 })
        {
            return 1;
        }
        CameraIntrinsics seen = camera.ScaledTo(input.Width, input.Height);
        return (float)Math.Sqrt(seen.Fx * seen.Fy / (training.Fx * training.Fy));
    }

    /// <summary>Multiplies depth in metres in place. NaN and infinities keep their meaning (REP-117).</summary>
    public static void Apply(Span<float> depth, float factor)
    {
        if (factor != 1)
        {
            TensorPrimitives.Multiply(depth, factor, depth);
        }
    }
}
