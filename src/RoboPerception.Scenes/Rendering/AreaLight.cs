using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>Forms of light source.</summary>
internal enum LightShape
{
    /// <summary>A rectangle that shines to the side of EdgeU x EdgeV: a window pane, a ceiling panel.</summary>
    Rectangle,

    /// <summary>A ball that shines to all sides: a lamp.</summary>
    Ball,

    /// <summary>Parallel light that enters through a rectangle: the sun in a window.</summary>
    Sun,
}

/// <summary>A source of light that surfaces look for; soft shadows come from its size.</summary>
/// <param name="Shape">Its form.</param>
/// <param name="Centre">Middle of the source (of the opening for the sun), world, metres.</param>
/// <param name="EdgeU">From the middle to the middle of one side; for the sun the same of the opening.</param>
/// <param name="EdgeV">From the middle to the middle of the next side.</param>
/// <param name="Radius">Radius of a ball, metres.</param>
/// <param name="Radiance">Light given off; for the sun what a facing surface receives.</param>
/// <param name="Direction">Unit vector towards the sun.</param>
internal sealed record AreaLight(
    LightShape Shape, Vector3 Centre, Vector3 EdgeU, Vector3 EdgeV, float Radius, Vector3 Radiance, Vector3 Direction = default)
{
    /// <summary>The side a rectangle shines to.</summary>
    internal Vector3 Normal { get; } = Shape == LightShape.Ball ? Vector3.UnitZ : Vector3.Normalize(PortableMath.Cross(EdgeU, EdgeV));

    /// <summary>Area of a rectangle or of a ball's disc, over pi: radiance times this over distance squared is irradiance over pi.</summary>
    internal float Power { get; } = Shape == LightShape.Ball ? Radius * Radius : 4 * PortableMath.Cross(EdgeU, EdgeV).Length() / MathF.PI;
}
