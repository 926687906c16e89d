using System.Numerics;

namespace RoboPerception.Scenes;

/// <content>Book spines, paintings, screens, dials and the world outside the window.</content>
internal static partial class SurfaceShader
{
    private static Vector3 Book(in Primitive primitive, Vector3 p, Vector2 uv, Vector3 a, Vector3 b, bool front, int axis, uint seed)
    {
        var paper = new Vector3(0.72f, 0.68f, 0.58f);
        Vector3 h = primitive.Half;
        // Covers left and right (local x), spine in front; the block of pages shows above, below and behind.
        if (axis == 0)
        {
            return a;
        }
        if (!front)
        {
            bool cover = MathF.Abs(p.X) > h.X - 0.003f || (axis == 2 && p.Y < -h.Y + 0.004f);
            return cover ? a : paper * (0.85f + 0.2f * Noise.Value(p.X * 900, 0, seed));
        }
        float v = 0.5f + 0.5f * p.Z / h.Z;
        float title = ((seed >> 4) & 0xFF) / 255f * 0.3f + 0.45f;
        if (MathF.Abs(v - title) < 0.17f && MathF.Abs(p.X) < h.X * 0.55f)
        {
            bool letter = Noise.Cell((int)MathF.Floor(v * 46), (int)MathF.Floor(uv.X / h.X * 2), seed) > 0.4f;
            return letter ? b : a;
        }
        bool band = MathF.Abs(v - 0.12f) < 0.025f || MathF.Abs(v - 0.9f) < 0.015f || ((seed & 1) == 0 && MathF.Abs(v - 0.2f) < 0.02f);
        return band ? b : a;
    }

    private static Vector3 Picture(Vector2 uv, float aspect, uint seed, Vector3 a, Vector3 b)
    {
        float x = uv.X, y = uv.Y;
        float H(int i) => Noise.Cell(i, 77, seed);
        Vector3 tint = new(0.2f + 0.7f * H(1), 0.2f + 0.7f * H(2), 0.2f + 0.7f * H(3));
        switch (seed % 6)
        {
            case 0: // landscape
                {
                    float horizon = 0.35f + 0.25f * H(4);
                    Vector3 sky = Noise.Blend(new(0.75f, 0.8f, 0.85f), new(0.2f, 0.4f, 0.75f), Math.Clamp((y - horizon) * 1.6f, 0, 1));
                    sky = Noise.Blend(sky, new(0.9f), 0.7f * Noise.Step(0.55f, 0.8f, Noise.Cloud(x * 4 * aspect, y * 7, seed)));
                    float hill = horizon + 0.25f * (Noise.Cloud(x * 3, 0, seed + 9) - 0.4f);
                    float near = horizon - 0.18f + 0.2f * (Noise.Cloud(x * 2, 5, seed + 4) - 0.5f);
                    if (y < near)
                    {
                        return Noise.Blend(new(0.08f, 0.18f, 0.04f), new(0.3f, 0.35f, 0.1f), Noise.Cloud(x * 14, y * 24, seed));
                    }
                    return y < hill ? Noise.Blend(new(0.1f, 0.2f, 0.22f), tint * 0.5f, 0.5f) : sky;
                }
            case 1: // blocks
                {
                    int cx = (int)(x * (2 + seed / 7 % 3) + 0.3f * y), cy = (int)(y * (2 + seed / 3 % 4));
                    Vector3 block = new(Noise.Cell(cx, cy, seed), Noise.Cell(cx, cy, seed + 1), Noise.Cell(cx, cy, seed + 2));
                    return block * 0.75f + new Vector3(0.08f);
                }
            case 2: // portrait
                {
                    float dx = (x - 0.5f) * aspect, dy = y - 0.6f;
                    float head = dx * dx * 1.7f + dy * dy;
                    float body = dx * dx * 0.9f + (y + 0.05f) * (y + 0.05f) * 0.7f;
                    if (head < 0.035f)
                    {
                        return dy > 0.07f ? new(0.12f, 0.08f, 0.05f) : new Vector3(0.62f, 0.42f, 0.32f);
                    }
                    return body < 0.09f ? tint * 0.6f : Noise.Blend(new(0.12f, 0.1f, 0.08f), tint * 0.5f, Noise.Cloud(x * 3, y * 3, seed));
                }
            case 3: // flowers
                {
                    float cx = x * 3.2f * aspect, cy = y * 3.2f;
                    int ix = (int)MathF.Floor(cx), iy = (int)MathF.Floor(cy);
                    float ox = cx - ix - 0.3f - 0.4f * Noise.Cell(ix, iy, seed), oy = cy - iy - 0.3f - 0.4f * Noise.Cell(ix, iy, seed + 1);
                    float r = ox * ox + oy * oy;
                    Vector3 ground = Noise.Blend(a, new(0.3f, 0.4f, 0.25f), Noise.Cloud(x * 5, y * 5, seed));
                    return r < 0.012f ? new(0.75f, 0.6f, 0.1f) : r < 0.09f ? tint : ground;
                }
            case 4: // print with mount
                {
                    if (MathF.Abs(x - 0.5f) > 0.34f || MathF.Abs(y - 0.5f) > 0.34f)
                    {
                        return new(0.82f, 0.8f, 0.75f);
                    }
                    return Noise.Blend(tint, b, Noise.Step(0.45f, 0.55f, Noise.Cloud(x * 5, y * 5, seed)));
                }
            default: // colour field
                return Noise.Blend(Noise.Blend(tint, a, y), b, 0.8f * Noise.Step(0.5f, 0.7f, Noise.Cloud(x * 2.2f * aspect, y * 2.2f, seed)));
        }
    }

    private static Vector3 Screen(Vector2 uv, uint seed, Material material, out Vector3 emission)
    {
        emission = Vector3.Zero;
        if (uv.X is < 0.02f or > 0.98f || uv.Y is < 0.03f or > 0.97f || material.Emission == Vector3.Zero)
        {
            return new(0.012f);
        }
        if (seed % 3 == 0)
        {
            emission = material.Emission * Picture(uv, 1.7f, seed / 3 * 6, new(0.5f), new(0.8f));
            return new(0.015f);
        }
        // Windows of a desktop: bars, text lines, one picture.
        float x = uv.X, y = uv.Y;
        Vector3 page = new(0.85f, 0.87f, 0.9f);
        Vector3 accent = new(0.15f + 0.5f * Noise.Cell(1, 2, seed), 0.25f, 0.2f + 0.5f * Noise.Cell(2, 2, seed));
        Vector3 colour = y > 0.92f || x < 0.16f ? accent : page;
        int line = (int)(y * 28);
        if (x > 0.2f && y < 0.88f && (line & 1) == 0 && x < 0.35f + 0.55f * Noise.Cell(line, 5, seed))
        {
            colour = new(0.3f);
        }
        if (x > 0.62f && y is > 0.3f and < 0.7f)
        {
            colour = Picture(new((x - 0.62f) / 0.38f, (y - 0.3f) / 0.4f), 1.2f, seed, accent, page);
        }
        emission = material.Emission * colour;
        return new(0.015f);
    }

    private static Vector3 Dial(Vector2 uv, Vector3 a, Vector3 b, uint seed)
    {
        float x = uv.X - 0.5f, y = uv.Y - 0.5f;
        float r = MathF.Sqrt(x * x + y * y);
        double angle = PortableMath.Atan2(x, y);
        double hour = (seed % 12) / 12.0 * Math.Tau;
        double minute = seed / 12 % 60 / 60.0 * Math.Tau;
        bool Hand(double at, float length, float width)
        {
            var (s, c) = PortableMath.SinCos(at);
            float along = (float)(x * s + y * c), off = (float)(x * c - y * s);
            return along is > -0.03f && along < length && MathF.Abs(off) < width;
        }
        if (Hand(hour, 0.22f, 0.02f) || Hand(minute, 0.34f, 0.013f))
        {
            return b;
        }
        double tick = angle / Math.Tau * 12;
        return r is > 0.38f and < 0.44f && Math.Abs(tick - Math.Round(tick)) < 0.07 ? b : a;
    }

    private static Vector3 Outdoors(Vector3 ray, uint seed)
    {
        // Azimuth as a quotient of the direction is enough: a window shows less than half a turn.
        float angle = (float)PortableMath.Atan2(ray.Y, ray.X);
        float height = ray.Z / MathF.Max(1e-3f, MathF.Sqrt(ray.X * ray.X + ray.Y * ray.Y));
        Vector3 sky = Noise.Blend(new(1.0f, 1.02f, 1.05f), new(0.55f, 0.75f, 1.1f), Math.Clamp(height * 1.5f, 0, 1));
        sky = Noise.Blend(sky, new(1.25f), Noise.Step(0.5f, 0.75f, Noise.Cloud(angle * 3, height * 6, seed)));
        if (seed % 3 == 0)
        {
            // Houses opposite.
            int house = (int)MathF.Floor(angle * 4);
            float roof = 0.05f + 0.35f * Noise.Cell(house, 0, seed);
            if (height < roof)
            {
                float u = angle * 24, v = height * 11;
                bool pane = u - MathF.Floor(u) is > 0.3f and < 0.75f && v - MathF.Floor(v) is > 0.3f and < 0.8f;
                Vector3 wall = new Vector3(0.45f, 0.38f, 0.32f) * (0.7f + 0.6f * Noise.Cell(house, 1, seed));
                return pane ? new(0.2f, 0.25f, 0.3f) : wall;
            }
            return sky;
        }
        float trees = -0.02f + 0.28f * (Noise.Cloud(angle * 7, 2, seed) - 0.25f);
        if (height < trees)
        {
            return Noise.Blend(new(0.06f, 0.12f, 0.03f), new(0.3f, 0.42f, 0.14f), Noise.Cloud(angle * 40, height * 40, seed));
        }
        return height < -0.04f ? Noise.Blend(new(0.22f, 0.34f, 0.12f), new(0.4f, 0.44f, 0.25f), Noise.Cloud(angle * 9, height * 30, seed)) : sky;
    }
}
