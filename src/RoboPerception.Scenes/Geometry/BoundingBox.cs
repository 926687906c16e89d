using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>Axis-parallel box in the world, metres.</summary>
internal readonly record struct BoundingBox(Vector3 Low, Vector3 High)
{
    /// <summary>The box around nothing.</summary>
    public static BoundingBox Empty { get; } = new(new(float.MaxValue), new(-float.MaxValue));

    /// <summary>Middle of the box.</summary>
    public Vector3 Centre => (Low + High) * 0.5f;

    /// <summary>The box around both.</summary>
    public BoundingBox Union(in BoundingBox other) => new(Vector3.Min(Low, other.Low), Vector3.Max(High, other.High));

    /// <summary>Half of the surface area, square metres; 0 for the empty box.</summary>
    public float HalfArea()
    {
        Vector3 d = Vector3.Max(High - Low, Vector3.Zero);
        return d.X * d.Y + d.Y * d.Z + d.Z * d.X;
    }

    /// <summary>True if the point lies inside or on the box.</summary>
    public bool Contains(Vector3 p) =>
        p.X >= Low.X && p.Y >= Low.Y && p.Z >= Low.Z && p.X <= High.X && p.Y <= High.Y && p.Z <= High.Z;
}
