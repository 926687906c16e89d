using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>Colour of a surface at a point: reflectance and emitted light.</summary>
internal static partial class SurfaceShader
{
    /// <summary>Evaluates a material.</summary>
    /// <param name="material">What the surface is made of.</param>
    /// <param name="primitive">The solid.</param>
    /// <param name="p">Point in the solid's frame, metres.</param>
    /// <param name="n">Outward normal in the solid's frame.</param>
    /// <param name="ray">Viewing direction in the world, unit length.</param>
    /// <param name="footprint">Width of a pixel on the surface, metres; detail below it fades to the mean.</param>
    /// <param name="emission">Light given off towards the eye.</param>
    /// <returns>Reflectance 0..1.</returns>
    public static Vector3 Evaluate(Material material, in Primitive primitive, Vector3 p, Vector3 n, Vector3 ray, float footprint, out Vector3 emission)
    {
        emission = material.Emission;
        if (material.Pattern == SurfacePattern.Outdoors)
        {
            emission *= Outdoors(ray, primitive.Variation);
            return new Vector3(0.02f);
        }
        Vector2 uv = Unfold(primitive, p, n, out bool front, out int axis);
        uint seed = primitive.Variation;
        Vector3 a = material.First, b = material.Second;
        float s = material.Scale;
        switch (material.Pattern)
        {
            case SurfacePattern.Planks:
                return Planks(uv, a, b, s, seed, footprint);
            case SurfacePattern.Tiles:
                return Tiles(uv, a, b, s, seed, footprint);
            case SurfacePattern.Carpet:
                return Noise.Blend(a, b, Mix(0.5f, 0.35f * Noise.Value(uv.X / s, uv.Y / s, seed) + 0.65f * Noise.Cloud(uv.X * 3, uv.Y * 3, seed), Fade(footprint, s)));
            case SurfacePattern.Fabric:
                return Weave(uv, a, b, s, seed, footprint);
            case SurfacePattern.Stripes:
                {
                    float x = uv.X / s;
                    float band = Soft(x - MathF.Floor(x), 0.5f, footprint / s);
                    return Noise.Blend(a, b, band) * (0.95f + 0.1f * Noise.Value(uv.X * 60, uv.Y * 60, seed));
                }
            case SurfacePattern.Checks:
                {
                    float x = uv.X / s, y = uv.Y / s;
                    float w = footprint / s;
                    return Noise.Blend(a, b, 0.5f * (Soft(x - MathF.Floor(x), 0.5f, w) + Soft(y - MathF.Floor(y), 0.5f, w)));
                }
            case SurfacePattern.Wallpaper:
                return Wallpaper(uv, a, b, s, seed, footprint);
            case SurfacePattern.Brick:
                return Brick(uv, a, b, s, seed, footprint);
            case SurfacePattern.Wood:
                return Wood(primitive, uv, a, b, axis, seed, footprint);
            case SurfacePattern.Marble:
                {
                    float c = Noise.Cloud(uv.X * 4 + 3 * Noise.Value(uv.X * 2, uv.Y * 2, seed), uv.Y * 4, seed);
                    float vein = 1 - MathF.Min(1, MathF.Abs(c - 0.5f) * 14);
                    return Noise.Blend(a, b, 0.75f * vein + 0.25f * c);
                }
            case SurfacePattern.Book:
                return Book(primitive, p, uv, a, b, front, axis, seed);
            case SurfacePattern.Picture:
                return front ? Picture(Normalised(primitive, p), primitive.Half.X / primitive.Half.Z, seed, a, b) : b;
            case SurfacePattern.Screen:
                return front ? Screen(Normalised(primitive, p), seed, material, out emission) : Dark(out emission);
            case SurfacePattern.Rug:
                return Rug(primitive, p, a, b, seed, footprint);
            case SurfacePattern.Leaves:
                return Noise.Blend(a, b, Noise.Cloud(uv.X / s + p.Z * 9, uv.Y / s, seed));
            case SurfacePattern.Package:
                return Package(primitive, p, n, a, b, seed);
            case SurfacePattern.Folds:
                {
                    // Folds are drawn, not modelled: depth stays a plane, as a depth camera sees thin cloth too.
                    float x = uv.X / s + 0.6f * Noise.Value(uv.X * 3, uv.Y * 0.7f, seed);
                    float fold = 0.5f + 0.5f * PortableMath.Cos(x * 6.2831853);
                    return Noise.Blend(b, a, 0.3f + 0.7f * fold);
                }
            case SurfacePattern.Dial:
                return front ? Dial(Normalised(primitive, p), a, b, seed) : b;
            case SurfacePattern.Keys:
                return axis == 2 ? Keys(uv, a, b, s) : a;
            default:
                return a * (0.985f + 0.03f * Noise.Cloud(uv.X * 2.5f, uv.Y * 2.5f, seed));
        }
    }

    /// <summary>Mean reflectance, for light that bounces off.</summary>
    public static Vector3 Average(Material material) => material.Pattern switch
    {
        SurfacePattern.Outdoors => new(0.02f),
        SurfacePattern.Plain or SurfacePattern.Screen => material.First,
        SurfacePattern.Book => material.First * 0.8f + new Vector3(0.1f),
        _ => (material.First * 0.6f) + (material.Second * 0.4f),
    };

    private static Vector2 Unfold(in Primitive primitive, Vector3 p, Vector3 n, out bool front, out int axis)
    {
        Vector3 m = Vector3.Abs(n);
        front = false;
        if (primitive.Shape == PrimitiveShape.Frustum && m.Z < 0.8f)
        {
            axis = 0;
            return new((float)(PortableMath.Atan2(p.Y, p.X) * MathF.Max(primitive.Half.X, primitive.Radius)), p.Z);
        }
        if (m.Z >= m.X && m.Z >= m.Y)
        {
            axis = 2;
            return new(p.X, p.Y);
        }
        if (m.Y >= m.X)
        {
            axis = 1;
            front = n.Y < 0;
            return new(p.X, p.Z);
        }
        axis = 0;
        return new(p.Y, p.Z);
    }

    /// <summary>(0,0) left bottom to (1,1) right top of the local -y side.</summary>
    private static Vector2 Normalised(in Primitive primitive, Vector3 p) =>
        new(0.5f + 0.5f * p.X / primitive.Half.X, 0.5f + 0.5f * p.Z / primitive.Half.Z);

    private static float Mix(float a, float b, float t) => a + (b - a) * t;

    /// <summary>How much of a feature of this size survives under a pixel.</summary>
    private static float Fade(float footprint, float size) => Math.Clamp(1.5f - 1.5f * footprint / size, 0, 1);

    /// <summary>1 in the part of a period below the edge, with borders as wide as a pixel.</summary>
    private static float Soft(float x, float edge, float width)
    {
        width = MathF.Max(width, 1e-4f);
        float up = Math.Clamp(x / width, 0, 1);
        float down = Math.Clamp((edge - x) / width + 0.5f, 0, 1);
        float value = MathF.Min(up, down);
        return Mix(value, edge, Math.Clamp(width - 0.5f, 0, 1));
    }

    /// <summary>1 on a line of the given width at the border of a period, faded by the footprint.</summary>
    private static float Line(float x, float width, float footprint)
    {
        float distance = MathF.Min(x, 1 - x);
        float w = MathF.Max(width, footprint);
        return Math.Clamp(1 - distance / w, 0, 1) * MathF.Min(1, width / w);
    }

    private static Vector3 Dark(out Vector3 emission)
    {
        emission = Vector3.Zero;
        return new(0.03f);
    }
}
