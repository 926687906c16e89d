using System.Numerics;

namespace RoboPerception.Scenes;

/// <content>Floors, walls, wood and cloth.</content>
internal static partial class SurfaceShader
{
    private static Vector3 Planks(Vector2 uv, Vector3 a, Vector3 b, float width, uint seed, float footprint)
    {
        const float LengthInWidths = 9;
        float row = uv.Y / width;
        int r = (int)MathF.Floor(row);
        float along = uv.X / (width * LengthInWidths) + Noise.Cell(r, 11, seed);
        int c = (int)MathF.Floor(along);
        uint board = Noise.Hash(r, c, seed);
        float tone = (board & 0xFF) / 255f;
        float grain = Noise.Cloud(uv.X * 3.5f + tone * 31, uv.Y * 55 + tone * 77, board);
        float t = Math.Clamp(0.25f + 0.5f * tone + 0.6f * (grain - 0.5f) * Fade(footprint, 0.02f), 0, 1);
        Vector3 colour = Noise.Blend(a, b, t);
        float gap = MathF.Max(Line(row - r, 0.02f, footprint / width), Line(along - c, 0.0025f, footprint / (width * LengthInWidths)));
        return colour * (1 - 0.6f * gap);
    }

    private static Vector3 Tiles(Vector2 uv, Vector3 a, Vector3 b, float side, uint seed, float footprint)
    {
        float x = uv.X / side, y = uv.Y / side;
        int ix = (int)MathF.Floor(x), iy = (int)MathF.Floor(y);
        float tone = Noise.Cell(ix, iy, seed);
        bool chequered = (seed & 3) == 0;
        Vector3 tile = chequered ? ((ix + iy) & 1) == 0 ? a : b : a;
        tile *= 0.9f + 0.14f * tone + 0.1f * (Noise.Cloud(uv.X * 7 + tone * 50, uv.Y * 7, seed) - 0.5f);
        Vector3 grout = chequered ? a * 0.6f : b;
        return Noise.Blend(tile, grout, MathF.Max(Line(x - ix, 0.018f, footprint / side), Line(y - iy, 0.018f, footprint / side)));
    }

    private static Vector3 Weave(Vector2 uv, Vector3 a, Vector3 b, float s, uint seed, float footprint)
    {
        float fine = Noise.Value(uv.X * 420, uv.Y * 60, seed) + Noise.Value(uv.X * 60, uv.Y * 420, seed + 5) - 1;
        float slub = Noise.Cloud(uv.X * 10, uv.Y * 10, seed) - 0.5f;
        Vector3 colour = a * (1 + 0.35f * fine * Fade(footprint, 0.006f) + 0.25f * slub);
        // The size of the pattern, not the solid, decides on its kind: all cushions of a sofa match.
        switch ((int)(s * 20000) % 5)
        {
            case 0:
                {
                    float x = uv.X / s;
                    return Noise.Blend(colour, b, 0.8f * Soft(x - MathF.Floor(x), 0.25f, footprint / s));
                }
            case 1:
                {
                    float x = uv.X / s, y = uv.Y / s;
                    float dx = x - MathF.Floor(x) - 0.5f, dy = y - MathF.Floor(y) - 0.5f;
                    return Noise.Blend(colour, b, Fade(footprint, s) * (1 - Noise.Step(0.05f, 0.09f, dx * dx + dy * dy)));
                }
            default:
                return colour;
        }
    }

    private static Vector3 Wallpaper(Vector2 uv, Vector3 a, Vector3 b, float s, uint seed, float footprint)
    {
        float x = uv.X / s, y = uv.Y / (s * 1.4f);
        y += 0.5f * ((int)MathF.Floor(x) & 1);
        float u = x - MathF.Floor(x) - 0.5f, v = y - MathF.Floor(y) - 0.5f;
        float r2 = u * u + v * v;
        float shape = ((int)(s * 20000) % 3) switch
        {
            0 => MathF.Abs(u) + MathF.Abs(v) - 0.33f,
            1 => MathF.Abs(r2 - 0.09f) * 4 - 0.12f,
            _ => r2 * (1 + 3 * MathF.Abs(u * v) / (r2 + 0.01f) * 4) - 0.09f,
        };
        float ink = 1 - Noise.Step(-0.02f, 0.02f + footprint / s, shape);
        return Noise.Blend(a, b, ink * Fade(footprint, s * 0.6f)) * (0.98f + 0.04f * Noise.Cloud(uv.X * 3, uv.Y * 3, seed));
    }

    private static Vector3 Brick(Vector2 uv, Vector3 a, Vector3 b, float s, uint seed, float footprint)
    {
        float y = uv.Y / (s * 0.33f);
        int row = (int)MathF.Floor(y);
        float x = uv.X / s + 0.5f * (row & 1);
        int column = (int)MathF.Floor(x);
        Vector3 stone = a * (0.75f + 0.4f * Noise.Cell(column, row, seed)) * (0.85f + 0.3f * Noise.Cloud(uv.X * 25, uv.Y * 25, seed));
        return Noise.Blend(stone, b, MathF.Max(Line(x - column, 0.04f, footprint / s), Line(y - row, 0.12f, footprint / (s * 0.33f))));
    }

    private static Vector3 Wood(in Primitive primitive, Vector2 uv, Vector3 a, Vector3 b, int axis, uint seed, float footprint)
    {
        // The grain follows the longest side of the board.
        Vector3 h = primitive.Half;
        int longest = h.X >= h.Y && h.X >= h.Z ? 0 : h.Y >= h.Z ? 1 : 2;
        bool swap = longest switch { 0 => false, 1 => axis == 2, _ => true };
        float along = swap ? uv.Y : uv.X, across = swap ? uv.X : uv.Y;
        float wave = Noise.Value(along * 1.3f, across * 4, seed) * 1.6f;
        float rings = across * 22 + wave * 3;
        float ring = MathF.Abs(rings - MathF.Floor(rings) - 0.5f) * 2;
        float grain = Noise.Cloud(along * 4, across * 90, seed + 3);
        float t = 0.5f + ((0.45f * (ring - 0.5f) + 0.5f * (grain - 0.5f)) * Fade(footprint, 0.025f));
        return Noise.Blend(a, b, Math.Clamp(t, 0, 1));
    }

    private static Vector3 Rug(in Primitive primitive, Vector3 p, Vector3 a, Vector3 b, uint seed, float footprint)
    {
        Vector3 h = primitive.Half;
        float edge = MathF.Min(h.X - MathF.Abs(p.X), h.Y - MathF.Abs(p.Y));
        float pile = 0.85f + 0.3f * Noise.Value(p.X * 160, p.Y * 160, seed) * Fade(footprint, 0.01f);
        Vector3 third = new(b.Z, a.X, b.Y);
        Vector3 colour;
        if (edge < 0.1f)
        {
            colour = edge is > 0.03f and < 0.06f ? b : a;
        }
        else if (edge < 0.22f)
        {
            float x = (p.X + p.Y) / 0.09f, y = (p.X - p.Y) / 0.09f;
            colour = (((int)MathF.Floor(x) + (int)MathF.Floor(y)) & 1) == 0 ? b : third;
        }
        else
        {
            float x = MathF.Abs(p.X) / 0.35f, y = MathF.Abs(p.Y) / 0.35f;
            float d = MathF.Abs(x - MathF.Floor(x) - 0.5f) + MathF.Abs(y - MathF.Floor(y) - 0.5f);
            colour = (seed % 3) switch
            {
                0 => d < 0.3f ? b : d < 0.4f ? third : a,
                1 => Noise.Blend(a, b, Noise.Cloud(p.X * 2, p.Y * 2, seed)),
                _ => ((int)(edge / 0.12f) & 1) == 0 ? a : third,
            };
        }
        return colour * pile;
    }

    private static Vector3 Package(in Primitive primitive, Vector3 p, Vector3 n, Vector3 a, Vector3 b, uint seed)
    {
        Vector3 q = p / primitive.Half;
        Vector3 m = Vector3.Abs(n);
        Vector2 uv = m.Z > 0.7f ? new(q.X, q.Y) : m.Y > 0.7f ? new(q.X, q.Z) : new(q.Y, q.Z);
        float k = (seed & 0xFF) / 255f;
        float bandLow = -0.7f + 0.6f * k;
        if (uv.Y > bandLow && uv.Y < bandLow + 0.45f)
        {
            bool text = MathF.Abs(uv.X) < 0.75f && Noise.Cell((int)MathF.Floor(uv.X * 7), (int)MathF.Floor(uv.Y * 9), seed) > 0.55f;
            return text ? a * 0.4f : b;
        }
        return a * (0.95f + 0.1f * Noise.Value(uv.X * 4, uv.Y * 4, seed));
    }

    private static Vector3 Keys(Vector2 uv, Vector3 a, Vector3 b, float s)
    {
        float x = uv.X / s, y = uv.Y / s;
        float u = x - MathF.Floor(x), v = y - MathF.Floor(y);
        return u is > 0.12f and < 0.88f && v is > 0.12f and < 0.88f ? a : b;
    }
}
