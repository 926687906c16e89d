using System.Numerics;
using System.Runtime.Intrinsics;

namespace RoboPerception.Scenes;

/// <summary>
/// Light in the air of a room on a coarse grid: irradiance over pi for the six axis directions, with two bounces. It is what
/// surfaces seen by bounced and mirrored rays are lit with.
/// </summary>
internal sealed class IrradianceField
{
    private const float TargetSpacing = 0.45f;
    private const int Faces = 6;

    private readonly Vector3[] light;
    private readonly Vector3 origin;
    private readonly Vector3 perMetre;
    private readonly int nx, ny, nz;

    public IrradianceField(Scene scene)
    {
        Vector3 low = scene.Interior.Low, size = Vector3.Max(scene.Interior.High - low, new Vector3(0.1f));
        nx = Count(size.X);
        ny = Count(size.Y);
        nz = Count(size.Z);
        Vector3 step = size / new Vector3(nx, ny, nz);
        origin = low + step * 0.5f;
        perMetre = Vector3.One / step;
        int n = nx * ny * nz;
        light = new Vector3[n * Faces];
        if (scene.LightArray.Length == 0)
        {
            Array.Fill(light, new Vector3(0.5f));
            return;
        }
        var inside = new bool[n];
        for (int i = 0; i < n; i++)
        {
            Vector3 probe = Probe(i, step);
            inside[i] = scene.IsInsideSolid(probe);
            if (!inside[i])
            {
                Direct(scene, probe, light.AsSpan(i * Faces, Faces));
            }
        }
        FillSolids(inside);
        Bounce(scene, step, inside);
    }

    /// <summary>Light that arrives at the probe nearest to a point on a surface that faces along the normal.</summary>
    public Vector3 Nearest(Vector3 point, Vector3 normal)
    {
        Vector3 g = (point - origin) * perMetre;
        int x = Math.Clamp((int)(g.X + 0.5f), 0, nx - 1);
        int y = Math.Clamp((int)(g.Y + 0.5f), 0, ny - 1);
        int z = Math.Clamp((int)(g.Z + 0.5f), 0, nz - 1);
        return Facing(((z * ny) + y) * nx + x, normal);
    }

    /// <summary>The same, blended between the eight probes around the point.</summary>
    public Vector3 Smooth(Vector3 point, Vector3 normal)
    {
        Vector3 g = Vector3.Clamp((point - origin) * perMetre, Vector3.Zero, new Vector3(nx - 1, ny - 1, nz - 1));
        int x = Math.Min((int)g.X, Math.Max(0, nx - 2)), y = Math.Min((int)g.Y, Math.Max(0, ny - 2)), z = Math.Min((int)g.Z, Math.Max(0, nz - 2));
        float u = g.X - x, v = g.Y - y, w = g.Z - z;
        Vector3 sum = Vector3.Zero;
        for (int k = 0; k < 8; k++)
        {
            int dx = k & 1, dy = (k >> 1) & 1, dz = k >> 2;
            float weight = (dx == 0 ? 1 - u : u) * (dy == 0 ? 1 - v : v) * (dz == 0 ? 1 - w : w);
            if (weight > 1e-5f)
            {
                int at = (Math.Min(z + dz, nz - 1) * ny + Math.Min(y + dy, ny - 1)) * nx + Math.Min(x + dx, nx - 1);
                sum += Facing(at, normal) * weight;
            }
        }
        return sum;
    }

    private static int Count(float metres) => Math.Clamp((int)(metres / TargetSpacing + 0.5f), 2, 40);

    private Vector3 Probe(int i, Vector3 step) => origin + new Vector3(i % nx, i / nx % ny, i / (nx * ny)) * step;

    private Vector3 Facing(int probe, Vector3 n)
    {
        int at = probe * Faces;
        return light[at + (n.X < 0 ? 1 : 0)] * (n.X * n.X) + light[at + (n.Y < 0 ? 3 : 2)] * (n.Y * n.Y) + light[at + (n.Z < 0 ? 5 : 4)] * (n.Z * n.Z);
    }

    private static Vector3 Axis(int face)
    {
        float sign = (face & 1) == 0 ? 1 : -1;
        return (face >> 1) switch { 0 => new(sign, 0, 0), 1 => new(0, sign, 0), _ => new(0, 0, sign) };
    }

    /// <summary>Eight points on every light, one packet a light.</summary>
    private static void Direct(Scene scene, Vector3 probe, Span<Vector3> faces)
    {
        var u = Vector256.Create(-0.75f, -0.25f, 0.25f, 0.75f, -0.6f, -0.1f, 0.4f, 0.9f);
        var v = Vector256.Create(0.2f, -0.8f, 0.7f, -0.3f, -0.5f, 0.45f, -0.95f, 0.9f);
        var point = new Vec3x8(probe);
        foreach (AreaLight light in scene.LightArray)
        {
            bool reached = false;
            var blocked = Vector256<float>.Zero;
            for (int face = 0; face < Faces; face++)
            {
                LightSampler.Evaluate(light, point, new Vec3x8(Axis(face)), u, v, out Vec3x8 towards, out var strength);
                if (Vector256.Sum(strength) <= 0)
                {
                    continue;
                }
                if (!reached)
                {
                    blocked = PacketTracer.Occluded(scene.Bvh, point, towards, Vector256.Create(0.999f));
                    reached = true;
                }
                float sum = 0;
                for (int lane = 0; lane < 8; lane++)
                {
                    sum += blocked[lane] != 0 ? 0 : strength[lane];
                }
                faces[face] += light.Radiance * (sum / 8);
            }
        }
    }

    /// <summary>Probes inside furniture take the mean of their neighbours, so that no dark cell lies behind a surface.</summary>
    private void FillSolids(bool[] inside)
    {
        var known = new bool[inside.Length];
        for (int i = 0; i < inside.Length; i++)
        {
            known[i] = !inside[i];
        }
        ReadOnlySpan<(int X, int Y, int Z)> steps = [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)];
        for (int round = 0; round < 3; round++)
        {
            var before = (bool[])known.Clone();
            for (int i = 0; i < inside.Length; i++)
            {
                if (before[i])
                {
                    continue;
                }
                int x = i % nx, y = i / nx % ny, z = i / (nx * ny), found = 0;
                Span<Vector3> mean = light.AsSpan(i * Faces, Faces);
                mean.Clear();
                foreach (var (dx, dy, dz) in steps)
                {
                    int px = x + dx, py = y + dy, pz = z + dz;
                    if ((uint)px >= (uint)nx || (uint)py >= (uint)ny || (uint)pz >= (uint)nz || !before[(pz * ny + py) * nx + px])
                    {
                        continue;
                    }
                    found++;
                    int at = ((pz * ny + py) * nx + px) * Faces;
                    for (int f = 0; f < Faces; f++)
                    {
                        mean[f] += light[at + f];
                    }
                }
                for (int f = 0; f < Faces && found > 0; f++)
                {
                    mean[f] /= found;
                }
                known[i] = found > 0;
            }
        }
    }

    /// <summary>Adds two bounces: rays are traced once per probe, their hits are lit twice.</summary>
    private void Bounce(Scene scene, Vector3 step, bool[] inside)
    {
        Vector3[] directions = SampleTable.Directions;
        int n = inside.Length, rays = directions.Length;
        var hitPoint = new Vector3[n * rays];
        var hitColour = new Vector3[n * rays];
        for (int i = 0; i < n; i++)
        {
            if (inside[i])
            {
                continue;
            }
            Vector3 probe = Probe(i, step);
            for (int group = 0; group < rays; group += 8)
            {
                var d = new Vec3x8(
                    Vector256.Create(directions[group].X, directions[group + 1].X, directions[group + 2].X, directions[group + 3].X, directions[group + 4].X, directions[group + 5].X, directions[group + 6].X, directions[group + 7].X),
                    Vector256.Create(directions[group].Y, directions[group + 1].Y, directions[group + 2].Y, directions[group + 3].Y, directions[group + 4].Y, directions[group + 5].Y, directions[group + 6].Y, directions[group + 7].Y),
                    Vector256.Create(directions[group].Z, directions[group + 1].Z, directions[group + 2].Z, directions[group + 3].Z, directions[group + 4].Z, directions[group + 5].Z, directions[group + 6].Z, directions[group + 7].Z));
                var t = Vector256.Create(100f);
                var hit = PacketTracer.Closest(scene.Bvh, new Vec3x8(probe), d, ref t);
                for (int lane = 0; lane < 8; lane++)
                {
                    if (hit[lane] >= 0)
                    {
                        hitPoint[i * rays + group + lane] = probe + directions[group + lane] * (t[lane] - 0.05f);
                        hitColour[i * rays + group + lane] = scene.AverageColours[scene.Bvh.Primitives[hit[lane]].Material];
                    }
                }
            }
        }
        var direct = (Vector3[])light.Clone();
        var next = new Vector3[light.Length];
        for (int bounce = 0; bounce < 2; bounce++)
        {
            direct.CopyTo(next, 0);
            for (int i = 0; i < n; i++)
            {
                for (int r = 0; r < rays && !inside[i]; r++)
                {
                    Vector3 d = directions[r];
                    Vector3 light = hitColour[i * rays + r] * Nearest(hitPoint[i * rays + r], -d) * (4f / rays);
                    int at = i * Faces;
                    next[at + (d.X < 0 ? 1 : 0)] += light * MathF.Abs(d.X);
                    next[at + (d.Y < 0 ? 3 : 2)] += light * MathF.Abs(d.Y);
                    next[at + (d.Z < 0 ? 5 : 4)] += light * MathF.Abs(d.Z);
                }
            }
            next.CopyTo(light, 0);
            FillSolids(inside);
        }
    }
}
