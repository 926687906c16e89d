namespace RoboPerception.Onnx;

/// <summary>The values of a tensor that quantisation has to hold; what lies outside is clipped.</summary>
/// <param name="Minimum">Lowest value.</param>
/// <param name="Maximum">Highest value.</param>
internal readonly record struct TensorRange(float Minimum, float Maximum)
{
    private const float Levels = 255;

    /// <summary>Step and zero point of unsigned bytes over the range; zero is always exact, because padding and rectifiers rely on it.</summary>
    public (float Scale, byte Zero) ToBytes()
    {
        float low = Math.Min(Minimum, 0), high = Math.Max(Maximum, 0);
        var scale = Math.Max((high - low) / Levels, 1e-9f);
        return (scale, (byte)Math.Clamp(MathF.Round(-low / scale), 0, Levels));
    }
}
