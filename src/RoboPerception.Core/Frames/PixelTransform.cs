namespace RoboPerception.Core;

/// <summary>
/// Maps a pixel of the model's grid to the source image: <c>x_source = ScaleX * x + OffsetX</c>, likewise y.
/// Coordinates are those of pixel centres (the first pixel's centre is 0), as in CameraInfo.
/// </summary>
public readonly record struct PixelTransform(float ScaleX, float ScaleY, float OffsetX, float OffsetY)
{
    /// <summary>Source and model grid are the same.</summary>
    public static PixelTransform Identity { get; } = new(1, 1, 0, 0);

    /// <summary>
    /// The transform of a plain resize with half-pixel centres (OpenCV's and ONNX's <c>half_pixel</c>):
    /// <c>(x + 0.5) * source / model - 0.5</c>.
    /// </summary>
    public static PixelTransform OfResize(int modelWidth, int modelHeight, int sourceWidth, int sourceHeight)
    {
        float scaleX = (float)sourceWidth / modelWidth;
        float scaleY = (float)sourceHeight / modelHeight;
        return new(scaleX, scaleY, 0.5f * scaleX - 0.5f, 0.5f * scaleY - 0.5f);
    }
}
