namespace RoboPerception.Core;

/// <summary>The kinds of pixels that <see cref="PngWriter"/> writes.</summary>
public enum PngPixels
{
    /// <summary>One byte a pixel: grey, or a class id.</summary>
    Grey8,

    /// <summary>One 16-bit sample a pixel, given in the machine's (little-endian) order.</summary>
    Grey16,

    /// <summary>Three bytes a pixel: red, green, blue.</summary>
    Rgb8,
}
