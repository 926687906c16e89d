namespace RoboPerception.Training.Tasks;

/// <summary>Edges of one pixel's width from soft ones.</summary>
internal static class EdgeThinning
{
    /// <summary>
    /// Keeps the pixels of a map (H,W) that no neighbour across the edge exceeds, and sets the others to 0. Across is the direction, of the four
    /// through a pixel, in which the map is most like a ridge (smallest second difference).
    /// </summary>
    public static float[] KeepRidges(ReadOnlySpan<float> map, int height, int width)
    {
        ReadOnlySpan<(int Y, int X)> directions = [(0, 1), (1, 0), (1, 1), (1, -1)];
        var thin = new float[map.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var own = map[(y * width) + x];
                float before = 0, after = 0, sharpest = float.PositiveInfinity;
                foreach (var (dy, dx) in directions)
                {
                    float a = At(map, y - dy, x - dx, height, width), b = At(map, y + dy, x + dx, height, width);
                    var curvature = a + b - (2 * own);
                    if (curvature < sharpest)
                    {
                        (before, after, sharpest) = (a, b, curvature);
                    }
                }

                // One of two equal neighbours stays.
                thin[(y * width) + x] = own >= before && own > after ? own : 0;
            }
        }

        return thin;
    }

    private static float At(ReadOnlySpan<float> map, int y, int x, int height, int width) =>
        map[(Math.Clamp(y, 0, height - 1) * width) + Math.Clamp(x, 0, width - 1)];
}
