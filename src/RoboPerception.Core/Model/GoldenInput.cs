namespace RoboPerception.Core;

/// <summary>
/// An image from a formula, the same on every machine: smooth ramps with rectangles and a checkered floor, so that every
/// layer of a network sees edges and plain areas. Exporter and node both make it; it is never stored.
/// </summary>
internal static class GoldenInput
{
    /// <summary>Fills a BGR image of <paramref name="width"/> x <paramref name="height"/>, rows without padding.</summary>
    /// <exception cref="ArgumentException">The destination is not width * height * 3 bytes long.</exception>
    public static void Fill(Span<byte> bgr, int width, int height)
    {
        if (bgr.Length != checked(width * height * 3))
        {
            throw new ArgumentException($"A {width}x{height} BGR image has {width * height * 3} bytes, the destination {bgr.Length}.", nameof(bgr));
        }
        int position = 0;
        for (int y = 0; y < height; y++)
        {
            // Everything in integers of 1/256 of the image: no rounding that could differ between machines.
            int v = y * 256 / height;
            for (int x = 0; x < width; x++)
            {
                int u = x * 256 / width;
                int b = 96 + u / 4, g = 112 + v / 4, r = 140 - u / 8;
                if (v > 160)
                {
                    int tile = ((u / 24) + (v / 16)) & 1;
                    (b, g, r) = (50 + tile * 60, 70 + tile * 70, 100 + tile * 80);
                }
                if (u is > 40 and < 110 && v is > 90 and < 210)
                {
                    (b, g, r) = (60 + v / 8, 40, 150 - u / 2);
                }
                if (u is > 150 and < 220 && v is > 40 and < 110)
                {
                    (b, g, r) = (230 - v / 8, 220, 200);
                }
                // A little texture, a hash of the place, keeps pooling ties rare.
                int grain = (int)(((uint)(x * 73856093) ^ (uint)(y * 19349663)) >> 27);
                bgr[position++] = (byte)Math.Clamp(b + grain - 16, 0, 255);
                bgr[position++] = (byte)Math.Clamp(g + grain - 16, 0, 255);
                bgr[position++] = (byte)Math.Clamp(r + grain - 16, 0, 255);
            }
        }
    }
}
