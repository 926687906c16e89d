using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RoboPerception.Scenes;

/// <summary>Chooses for each of eight points one light in proportion to what it would give, and a point on it.</summary>
internal static class LightSampler
{
    private const int MaximumLights = 24;

    /// <summary>
    /// One sample a lane. <paramref name="towards"/> ends at the light (length 1 = at the light); <paramref name="light"/> is the
    /// irradiance over pi if nothing blocks the way, already divided by the probability of the choice.
    /// </summary>
    public static void Sample(
        AreaLight[] lights, in Vec3x8 point, in Vec3x8 normal, Vector256<float> choice, Vector256<float> u, Vector256<float> v,
        out Vec3x8 towards, out Vec3x8 light)
    {
        Span<Vector256<float>> weights = stackalloc Vector256<float>[MaximumLights];
        int count = Math.Min(lights.Length, MaximumLights);
        var total = Vector256<float>.Zero;
        for (int i = 0; i < count; i++)
        {
            var weight = Estimate(lights[i], point, normal);
            weights[i] = weight;
            total += weight;
        }
        var remaining = choice * total;
        var zero = Vector256<float>.Zero;
        var open = Vector256<float>.AllBitsSet;
        towards = new Vec3x8(Vector3.UnitZ);
        light = new Vec3x8(Vector3.Zero);
        var two = Vector256.Create(2f);
        var one = Vector256<float>.One;
        u = u * two - one;
        v = v * two - one;
        for (int i = 0; i < count; i++)
        {
            var weight = weights[i];
            var chosen = open & Vector256.LessThan(remaining, weight) & Vector256.GreaterThan(weight, zero);
            remaining -= weight;
            open = Vector256.AndNot(open, chosen);
            if (chosen.ExtractMostSignificantBits() == 0)
            {
                continue;
            }
            Evaluate(lights[i], point, normal, u, v, out Vec3x8 way, out Vector256<float> strength);
            strength *= total / Vector256.MaxNative(weight, Vector256.Create(1e-12f));
            Vector3 radiance = lights[i].Radiance;
            towards = new(
                Vector256.ConditionalSelect(chosen, way.X, towards.X),
                Vector256.ConditionalSelect(chosen, way.Y, towards.Y),
                Vector256.ConditionalSelect(chosen, way.Z, towards.Z));
            light = new(
                Vector256.ConditionalSelect(chosen, strength * radiance.X, light.X),
                Vector256.ConditionalSelect(chosen, strength * radiance.Y, light.Y),
                Vector256.ConditionalSelect(chosen, strength * radiance.Z, light.Z));
        }
    }

    /// <summary>The way to a point (u, v in -1..1) of one light, and the irradiance over pi per unit of radiance.</summary>
    public static void Evaluate(
        AreaLight light, in Vec3x8 point, in Vec3x8 normal, Vector256<float> u, Vector256<float> v, out Vec3x8 towards, out Vector256<float> strength)
    {
        var zero = Vector256<float>.Zero;
        var centre = new Vec3x8(light.Centre);
        if (light.Shape == LightShape.Sun)
        {
            Pass(light, point, out var distance, out var through);
            // The disc of the sun, a little larger than in the sky to stand for thin cloud.
            var jittered = new Vec3x8(light.Direction).Along(new Vec3x8(Vector3.Normalize(light.EdgeU)), u * 0.012f).Along(new Vec3x8(Vector3.Normalize(light.EdgeV)), v * 0.012f);
            towards = jittered * distance;
            var cosine = Vector256.MaxNative(Vec3x8.Dot(light.Direction, normal), zero);
            strength = Vector256.ConditionalSelect(through, cosine * (1 / MathF.PI), zero);
            return;
        }
        Vec3x8 target;
        if (light.Shape == LightShape.Ball)
        {
            // A disc that faces the point: (u, v) on the square, mapped on two axes across the way.
            var axis = point - centre;
            var length = Vector256.Sqrt(Vector256.MaxNative(Vec3x8.Dot(axis, axis), Vector256.Create(1e-8f)));
            axis *= Vector256<float>.One / length;
            var flat = Vector256.Sqrt(Vector256.MaxNative(axis.X * axis.X + axis.Y * axis.Y, Vector256.Create(1e-8f)));
            var side = new Vec3x8(-axis.Y / flat, axis.X / flat, zero);
            var up = new Vec3x8(-axis.Z * side.Y, axis.Z * side.X, flat);
            var r = Vector256.Create(light.Radius * 0.88f);
            target = centre.Along(side, u * r).Along(up, v * r).Along(axis, Vector256.Create(light.Radius));
        }
        else
        {
            target = centre.Along(new Vec3x8(light.EdgeU), u).Along(new Vec3x8(light.EdgeV), v);
        }
        towards = target - point;
        var square = Vec3x8.Dot(towards, towards);
        var distanceInverse = Vector256<float>.One / Vector256.Sqrt(Vector256.MaxNative(square, Vector256.Create(1e-6f)));
        var cosinePoint = Vector256.MaxNative(Vec3x8.Dot(towards, normal) * distanceInverse, zero);
        strength = cosinePoint * light.Power / (square + Vector256.Create(0.02f));
        if (light.Shape == LightShape.Rectangle)
        {
            strength *= Vector256.MaxNative(-Vec3x8.Dot(light.Normal, towards) * distanceInverse, zero);
        }
    }

    /// <summary>Where the way to the sun passes its opening: distance, and if it does.</summary>
    private static void Pass(AreaLight light, in Vec3x8 point, out Vector256<float> distance, out Vector256<float> through)
    {
        float facing = Vector3.Dot(light.Direction, light.Normal);
        var offset = new Vec3x8(light.Centre) - point;
        distance = Vec3x8.Dot(light.Normal, offset) * (1 / facing);
        var q = new Vec3x8(light.Direction) * distance - offset;
        var one = Vector256<float>.One;
        through = Vector256.LessThan(Vector256.Abs(Vec3x8.Dot(light.EdgeU, q) * (1 / light.EdgeU.LengthSquared())), one)
            & Vector256.LessThan(Vector256.Abs(Vec3x8.Dot(light.EdgeV, q) * (1 / light.EdgeV.LengthSquared())), one)
            & Vector256.GreaterThan(distance, Vector256.Create(1e-3f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Estimate(AreaLight light, in Vec3x8 point, in Vec3x8 normal)
    {
        Vector3 radiance = light.Radiance;
        float brightness = radiance.X + radiance.Y + radiance.Z;
        var zero = Vector256<float>.Zero;
        if (light.Shape == LightShape.Sun)
        {
            Pass(light, point, out _, out var through);
            var cosine = Vector256.MaxNative(Vec3x8.Dot(light.Direction, normal), zero);
            return Vector256.ConditionalSelect(through, cosine * (brightness / MathF.PI), zero);
        }
        var way = new Vec3x8(light.Centre) - point;
        var square = Vec3x8.Dot(way, way);
        var inverse = Vector256<float>.One / Vector256.Sqrt(Vector256.MaxNative(square, Vector256.Create(1e-6f)));
        // A large source near the horizon still shows a part: the cosine is widened.
        var cosinePoint = Vector256.MaxNative((Vec3x8.Dot(way, normal) * inverse + Vector256.Create(0.25f)) * 0.8f, zero);
        var weight = cosinePoint * (light.Power * brightness) / (square + Vector256.Create(0.1f));
        if (light.Shape == LightShape.Rectangle)
        {
            var facing = -Vec3x8.Dot(light.Normal, way) * inverse;
            weight *= Vector256.MaxNative(facing + Vector256.Create(0.1f), zero);
        }
        return weight;
    }
}
