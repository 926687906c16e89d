namespace RoboPerception.Scenes;

/// <summary>
/// What a camera does to light. Lens distortion is part of the intrinsics: it bends rays before tracing, so that labels stay
/// exact.
/// </summary>
/// <param name="Exposure">Correction of the automatic exposure, in stops.</param>
/// <param name="WhiteBalance">How far the automatic white balance goes, 0 none to 1 grey world.</param>
/// <param name="Vignetting">Loss of light in the corners, 0 to 1.</param>
/// <param name="ShotNoise">Standard deviation of noise at white, in parts of white; grows with the root of light.</param>
/// <param name="ReadNoise">Standard deviation of noise in the dark, in parts of white.</param>
/// <param name="Blur">Share of light a pixel gives to its neighbours, 0 to 0.6.</param>
/// <param name="JpegQuality">Quality of JPEG compression 1..100; 0 = none.</param>
/// <param name="Seed">Seed of the noise.</param>
internal sealed record SensorParameters(
    float Exposure = 0,
    float WhiteBalance = 0.7f,
    float Vignetting = 0.15f,
    float ShotNoise = 0.012f,
    float ReadNoise = 0.003f,
    float Blur = 0.15f,
    int JpegQuality = 0,
    ulong Seed = 1)
{
    /// <summary>A camera without faults.</summary>
    public static SensorParameters Ideal { get; } = new(0, 0.7f, 0, 0, 0, 0);

    /// <summary>A plausible camera for a seed: cheap or good, a little too dark or too light.</summary>
    public static SensorParameters FromSeed(ulong seed)
    {
        var random = new SceneRandom(seed ^ 0x5E4507);
        return new(
            Exposure: random.Next(-0.6f, 0.5f),
            WhiteBalance: random.Next(0.35f, 0.95f),
            Vignetting: random.Next(0, 0.35f),
            ShotNoise: random.Next(0.004f, 0.024f),
            ReadNoise: random.Next(0.001f, 0.006f),
            Blur: random.Next(0.05f, 0.5f),
            JpegQuality: random.Chance(0.75f) ? random.NextInt(60, 96) : 0,
            Seed: random.NextBits());
    }
}
