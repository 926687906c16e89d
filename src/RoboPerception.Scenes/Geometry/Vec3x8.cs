using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RoboPerception.Scenes;

/// <summary>Eight vectors, one per lane.</summary>
internal readonly struct Vec3x8(Vector256<float> x, Vector256<float> y, Vector256<float> z)
{
    public readonly Vector256<float> X = x, Y = y, Z = z;

    public Vec3x8(Vector3 v)
        : this(Vector256.Create(v.X), Vector256.Create(v.Y), Vector256.Create(v.Z))
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec3x8 operator +(in Vec3x8 a, in Vec3x8 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec3x8 operator -(in Vec3x8 a, in Vec3x8 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec3x8 operator *(in Vec3x8 a, Vector256<float> s) => new(a.X * s, a.Y * s, a.Z * s);

    /// <summary>Three products in one fixed order, fused: exact rounding is part of the result on every processor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Dot(in Vec3x8 a, in Vec3x8 b) =>
        Vector256.FusedMultiplyAdd(a.X, b.X, Vector256.FusedMultiplyAdd(a.Y, b.Y, a.Z * b.Z));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Dot(Vector3 a, in Vec3x8 b) =>
        Vector256.FusedMultiplyAdd(Vector256.Create(a.X), b.X, Vector256.FusedMultiplyAdd(Vector256.Create(a.Y), b.Y, Vector256.Create(a.Z) * b.Z));

    /// <summary>this + direction * t.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vec3x8 Along(in Vec3x8 direction, Vector256<float> t) => new(
        Vector256.FusedMultiplyAdd(direction.X, t, X),
        Vector256.FusedMultiplyAdd(direction.Y, t, Y),
        Vector256.FusedMultiplyAdd(direction.Z, t, Z));
}
