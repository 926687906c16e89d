using System.Numerics;

namespace RoboPerception.Interop.Obstacles;

/// <summary>Where the floor is, seen from the camera: what turns pixels into heights and bearings.</summary>
/// <param name="Up">Unit vector away from the floor, in the optical frame (x right, y down, z forward).</param>
/// <param name="Height">Metres from the floor to the camera.</param>
/// <param name="Confidence">0 to 1: how much of what should be floor lies in this plane, and how much of it is seen; 1 where a person said so.</param>
internal readonly record struct GroundPlane(Vector3 Up, float Height, float Confidence)
{
    /// <summary>Radians by which the camera looks down (up: negative).</summary>
    public float Tilt => MathF.Asin(Math.Clamp(-Up.Z, -1, 1));

    /// <summary>Unit vector along the floor, where the camera looks.</summary>
    public Vector3 Forward => Vector3.Normalize(Vector3.UnitZ - (Up * Up.Z));

    /// <summary>Unit vector along the floor, to the left of that (REP-103: y of a body frame).</summary>
    public Vector3 Left => Vector3.Cross(Up, Forward);

    /// <summary>The plane for a camera mounted at a height, looking down by an angle.</summary>
    /// <param name="height">Metres.</param>
    /// <param name="tilt">Radians, down positive.</param>
    public static GroundPlane Mounted(float height, float tilt) => new(new Vector3(0, -MathF.Cos(tilt), -MathF.Sin(tilt)), height, 1);
}
