using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>
/// A rotation as the three axes of the turned frame in the outer frame: outer = X * a.x + Y * a.y + Z * a.z. Plain products
/// instead of quaternions, so that no fused instruction of one processor changes a bit.
/// </summary>
internal readonly record struct Rotation(Vector3 X, Vector3 Y, Vector3 Z)
{
    /// <summary>No rotation.</summary>
    public static Rotation Identity { get; } = new(Vector3.UnitX, Vector3.UnitY, Vector3.UnitZ);

    /// <summary>Counter-clockwise about the vertical axis, seen from above, in radians.</summary>
    public static Rotation AboutZ(float angle)
    {
        var (s, c) = PortableMath.SinCos(angle);
        return new(new((float)c, (float)s, 0), new((float)-s, (float)c, 0), Vector3.UnitZ);
    }

    /// <summary>About the local x axis, in radians: y turns towards z.</summary>
    public static Rotation AboutX(float angle)
    {
        var (s, c) = PortableMath.SinCos(angle);
        return new(Vector3.UnitX, new(0, (float)c, (float)s), new(0, (float)-s, (float)c));
    }

    /// <summary>About the local y axis, in radians: z turns towards x.</summary>
    public static Rotation AboutY(float angle)
    {
        var (s, c) = PortableMath.SinCos(angle);
        return new(new((float)c, 0, (float)-s), Vector3.UnitY, new((float)s, 0, (float)c));
    }

    /// <summary>A vector of the turned frame, in the outer frame.</summary>
    public Vector3 ToOuter(Vector3 v) => X * v.X + Y * v.Y + Z * v.Z;

    /// <summary>A vector of the outer frame, in the turned frame.</summary>
    public Vector3 ToInner(Vector3 v) => new(Dot(X, v), Dot(Y, v), Dot(Z, v));

    /// <summary>This rotation, with another one inside it.</summary>
    public Rotation Then(Rotation inner) => new(ToOuter(inner.X), ToOuter(inner.Y), ToOuter(inner.Z));

    private static float Dot(Vector3 a, Vector3 b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;
}
