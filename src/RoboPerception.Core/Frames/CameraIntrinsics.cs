namespace RoboPerception.Core;

/// <summary>
/// A pinhole camera in the terms of sensor_msgs/CameraInfo (REP-104): focal lengths and principal point in pixels of an
/// image of <see cref="Width"/> x <see cref="Height"/>, and how the lens bends it.
/// </summary>
/// <param name="Width">Pixels per row of the image the other values refer to.</param>
/// <param name="Height">Rows of that image.</param>
/// <param name="Fx">Focal length in pixel widths.</param>
/// <param name="Fy">Focal length in pixel heights.</param>
/// <param name="Cx">Principal point, pixels from the centre of the first column.</param>
/// <param name="Cy">Principal point, pixels from the centre of the first row.</param>
public sealed record CameraIntrinsics(int Width, int Height, double Fx, double Fy, double Cx, double Cy)
{
    /// <summary>Lens model of REP-104: <c>plumb_bob</c> (5 coefficients), <c>rational_polynomial</c> (8) or <c>equidistant</c> (4).</summary>
    public string DistortionModel { get; init; } = "plumb_bob";

    /// <summary>Coefficients in the order of the model; empty or all zero = an ideal lens.</summary>
    public IReadOnlyList<double> Distortion { get; init; } = [];

    /// <summary>True if some distortion coefficient is not zero.</summary>
    public bool IsDistorted => Distortion.Any(c => c != 0);

    /// <summary>
    /// The same camera for its image resized to another size (half-pixel centres: a pixel's centre keeps its place).
    /// Distortion coefficients do not depend on the size.
    /// </summary>
    public CameraIntrinsics ScaledTo(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        double sx = (double)width / Width;
        double sy = (double)height / Height;
        return this with
        {
            Width = width,
            Height = height,
            Fx = Fx * sx,
            Fy = Fy * sy,
            Cx = (Cx + 0.5) * sx - 0.5,
            Cy = (Cy + 0.5) * sy - 0.5,
        };
    }
}
