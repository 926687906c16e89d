using System.Numerics;

namespace RoboPerception.Interop.Obstacles;

/// <summary>
/// The ground from frame to frame: what is configured holds, the rest is estimated from the floor. Where no floor is seen the last one is kept
/// and trusted less and less; before the first one there is none (confidence 0).
/// </summary>
/// <param name="floorId">Class id of the floor, or null where the model has none.</param>
/// <param name="height">Metres from the floor to the camera, if known.</param>
/// <param name="tilt">Radians by which the camera looks down, if known.</param>
internal sealed class GroundTracker(byte? floorId, float? height, float? tilt)
{
    /// <summary>Nanoseconds without a floor after which the last one is trusted half as much.</summary>
    private const double HalfLife = 2e9;

    /// <summary>Less is no ground.</summary>
    private const float LeastConfidence = 0.05f;

    private readonly GroundPlaneEstimator estimator = new(floorId);
    private GroundPlane? seen;
    private long seenAt;

    /// <summary>Nothing is known of the ground.</summary>
    public static GroundPlane Unknown { get; } = new(-Vector3.UnitY, 0, 0);

    /// <summary>The ground under a frame; <see cref="Unknown"/> where it cannot be said.</summary>
    /// <param name="frame">Depth, and classes or normals.</param>
    /// <param name="stamp">Nanoseconds since the UNIX epoch.</param>
    public GroundPlane Update(DenseFrame frame, long stamp)
    {
        if (height is { } fixedHeight && tilt is { } fixedTilt)
        {
            return GroundPlane.Mounted(fixedHeight, fixedTilt);
        }
        if (estimator.Estimate(frame, seen) is { } found)
        {
            (seen, seenAt) = (found, stamp);
        }
        if (seen is not { } last)
        {
            return Unknown;
        }
        float confidence = last.Confidence * (float)Math.Pow(0.5, Math.Max(0, stamp - seenAt) / HalfLife);
        if (confidence < LeastConfidence)
        {
            seen = null;
            return Unknown;
        }
        return new GroundPlane(tilt is { } known ? GroundPlane.Mounted(1, known).Up : last.Up, height ?? last.Height, confidence);
    }
}
