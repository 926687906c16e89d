namespace RoboPerception.Training.Export;

/// <summary>Images as the model contract takes them.</summary>
internal static class ImageBytes
{
    /// <summary>Red-first bytes to blue-first ones.</summary>
    public static void BlueFirst(byte[] rgb, byte[] bgr)
    {
        for (var i = 0; i < rgb.Length; i += 3)
        {
            (bgr[i], bgr[i + 1], bgr[i + 2]) = (rgb[i + 2], rgb[i + 1], rgb[i]);
        }
    }
}
