namespace RoboPerception.Training.Data;

/// <summary>Which part of an image a sample shows and how: what the augmentation decided.</summary>
/// <param name="Top">First source row, in pixels of the source image.</param>
/// <param name="Left">First source column.</param>
/// <param name="Zoom">Output pixels per source pixel; as a longer lens would, it divides depth.</param>
/// <param name="Flip">Mirror left-right; normals point the other way in x.</param>
/// <param name="Gain">Factor of red, green and blue (brightness and colour cast).</param>
/// <param name="Contrast">Spread around mid-grey.</param>
/// <param name="Saturation">Spread around the pixel's own grey; 0 gives a grey image.</param>
internal readonly record struct View(
    double Top, double Left, double Zoom, bool Flip, (float Red, float Green, float Blue) Gain, float Contrast, float Saturation)
{
    /// <summary>The whole image as it is.</summary>
    public static View Whole { get; } = new(0, 0, 1, false, (1, 1, 1), 1, 1);

    /// <summary>
    /// Turn of the image about the middle of the view in degrees, clockwise as seen (x right, y down), before the mirror; the x and y of
    /// normals turn along. The camera rolls about its optical axis, so depth stays.
    /// </summary>
    public double Rotation { get; init; }
}
