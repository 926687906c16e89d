namespace RoboPerception.Scenes;

/// <summary>How much work goes into a frame. Labels do not depend on it.</summary>
/// <param name="LightSamples">Shadow rays a pixel, 1 to 8.</param>
/// <param name="Reflections">True to trace mirrored rays of glossy materials.</param>
/// <param name="Workers">Threads, the caller included; 0 = all processors.</param>
internal sealed record RenderOptions(int LightSamples = 2, bool Reflections = true, int Workers = 0);
