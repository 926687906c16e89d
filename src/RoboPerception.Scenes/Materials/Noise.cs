using System.Numerics;
using System.Runtime.CompilerServices;

namespace RoboPerception.Scenes;

/// <summary>Lattice noise from integer hashes.</summary>
internal static class Noise
{
    /// <summary>32 well mixed bits of three integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash(int x, int y, uint seed)
    {
        uint h = ((uint)x * 0x8DA6B343u) ^ ((uint)y * 0xD8163841u) ^ (seed * 0xCB1AB31Fu);
        h ^= h >> 15;
        h *= 0x2C1B3C6Du;
        h ^= h >> 12;
        h *= 0x297A2D39u;
        return h ^ (h >> 15);
    }

    /// <summary>Uniform in [0, 1) per cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Cell(int x, int y, uint seed) => (Hash(x, y, seed) >> 8) * (1f / (1 << 24));

    /// <summary>Smooth noise in [0, 1] with one knot per unit.</summary>
    public static float Value(float x, float y, uint seed)
    {
        float fx = MathF.Floor(x), fy = MathF.Floor(y);
        int ix = (int)fx, iy = (int)fy;
        float u = x - fx, v = y - fy;
        u = u * u * (3 - 2 * u);
        v = v * v * (3 - 2 * v);
        float a = Cell(ix, iy, seed), b = Cell(ix + 1, iy, seed);
        float c = Cell(ix, iy + 1, seed), d = Cell(ix + 1, iy + 1, seed);
        return (a + (b - a) * u) * (1 - v) + (c + (d - c) * u) * v;
    }

    /// <summary>Three octaves of <see cref="Value"/>, in [0, 1].</summary>
    public static float Cloud(float x, float y, uint seed) =>
        0.57f * Value(x, y, seed) + 0.29f * Value(x * 2.1f + 7, y * 2.1f + 3, seed + 1) + 0.14f * Value(x * 4.3f + 1, y * 4.3f + 9, seed + 2);

    /// <summary>Linear blend of two colours.</summary>
    public static Vector3 Blend(Vector3 a, Vector3 b, float t) => a + (b - a) * t;

    /// <summary>0 below the first edge, 1 above the second, smooth between.</summary>
    public static float Step(float low, float high, float x)
    {
        float t = Math.Clamp((x - low) / (high - low), 0, 1);
        return t * t * (3 - 2 * t);
    }
}
