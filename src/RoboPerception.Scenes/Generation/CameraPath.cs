using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>
/// A walk through a room: a closed curve at eye height with slowly turning view, as a person shows a room with a camera.
/// Corners are cut within the free margin, so the curve keeps its distance from furniture.
/// </summary>
internal sealed class CameraPath
{
    private const float Spacing = 0.02f;
    private const float CornerCut = 0.3f;

    private readonly Vector2[] points;
    private readonly float[] yaws;
    private readonly float height, pitch, speed;
    private readonly float phase;

    internal CameraPath(ViewPlanner planner, WalkableMap walkable, SceneRandom random)
    {
        height = random.Next(1.35f, 1.65f);
        pitch = random.Next(-0.3f, -0.12f);
        speed = random.Next(0.35f, 0.6f);
        phase = random.Next(0, 6);
        points = Resample(Smooth(Walk(walkable, random)));
        yaws = Headings(planner, random);
    }

    /// <summary>Length of the closed walk, metres.</summary>
    public float Length => points.Length * Spacing;

    /// <summary>Time of one round, seconds.</summary>
    public float Period => Length / speed;

    /// <summary>Where the camera is at a time in seconds; the walk repeats after <see cref="Period"/>.</summary>
    public CameraPose At(double seconds)
    {
        double s = seconds * speed / Spacing;
        s -= Math.Floor(s / points.Length) * points.Length;
        int i = Math.Min((int)s, points.Length - 1);
        float u = (float)(s - i);
        Vector2 p = PortableMath.Lerp(points[i], points[(i + 1) % points.Length], u);
        // Steps: a little up and down, a little from side to side.
        float bob = 0.012f * PortableMath.Sin(seconds * 7.5 + phase);
        float nod = 0.03f * PortableMath.Sin(seconds * 0.9 + phase) + 0.004f * PortableMath.Sin(seconds * 7.5);
        float roll = 0.012f * PortableMath.Sin(seconds * 3.75 + phase);
        return CameraPose.Looking(new(p.X, p.Y, height + bob), Yaw(s), pitch + nod, roll);
    }

    /// <summary>There and back again along places that see each other.</summary>
    private static List<Vector2> Walk(WalkableMap walkable, SceneRandom random)
    {
        var way = new List<Vector2> { walkable.Start };
        int stops = random.NextInt(3, 6);
        for (int attempt = 0; attempt < 120 && way.Count < stops; attempt++)
        {
            Vector2 next = walkable.Draw(random);
            float distance = Vector2.Distance(next, way[^1]);
            if (distance is > 0.5f and < 3 && walkable.Sees(way[^1], next))
            {
                way.Add(next);
            }
        }
        if (way.Count == 1)
        {
            // Hardly room to turn: sway on the spot.
            way.Add(walkable.Start + new Vector2(0.03f, 0.02f));
        }
        for (int i = way.Count - 2; i > 0; i--)
        {
            way.Add(way[i]);
        }
        return way;
    }

    /// <summary>Replaces every corner by a parabola that leaves the legs at most <see cref="CornerCut"/> before it.</summary>
    private static List<Vector2> Smooth(List<Vector2> way)
    {
        var curve = new List<Vector2>();
        int n = way.Count;
        for (int i = 0; i < n; i++)
        {
            Vector2 corner = way[i], before = way[(i + n - 1) % n], after = way[(i + 1) % n];
            Vector2 from = Towards(corner, before), to = Towards(corner, after);
            for (int k = 0; k <= 24; k++)
            {
                float t = k / 24f;
                curve.Add(from * ((1 - t) * (1 - t)) + corner * (2 * t * (1 - t)) + to * (t * t));
            }
        }
        return curve;

        static Vector2 Towards(Vector2 a, Vector2 b)
        {
            float d = Vector2.Distance(a, b);
            return a + (b - a) * (MathF.Min(CornerCut, d * 0.5f) / MathF.Max(d, 1e-4f));
        }
    }

    /// <summary>Points at equal distances along a closed polyline.</summary>
    private static Vector2[] Resample(List<Vector2> curve)
    {
        float total = 0;
        for (int i = 0; i < curve.Count; i++)
        {
            total += Vector2.Distance(curve[i], curve[(i + 1) % curve.Count]);
        }
        int count = Math.Max(8, (int)(total / Spacing));
        var points = new Vector2[count];
        float step = total / count, position = 0;
        int segment = 0;
        float length = Vector2.Distance(curve[0], curve[1 % curve.Count]);
        for (int i = 0; i < count; i++)
        {
            float target = i * step;
            while (position + length < target && segment < curve.Count - 1)
            {
                position += length;
                segment++;
                length = Vector2.Distance(curve[segment], curve[(segment + 1) % curve.Count]);
            }
            float u = length > 1e-9f ? Math.Clamp((target - position) / length, 0, 1) : 0;
            points[i] = PortableMath.Lerp(curve[segment], curve[(segment + 1) % curve.Count], u);
        }
        return points;
    }

    /// <summary>Headings at equal parts of the walk, unwrapped; the last turn closes the circle.</summary>
    private float[] Headings(ViewPlanner planner, SceneRandom random)
    {
        int keys = Math.Max(3, (int)(Length / 0.7f));
        var yaws = new float[keys + 1];
        float yaw = 0;
        for (int k = 0; k < keys; k++)
        {
            Vector2 p = points[k * points.Length / keys];
            yaw = planner.Heading(new(p.X, p.Y, height), pitch, yaw, random, free: k == 0);
            yaws[k] = yaw;
        }
        float turn = yaws[0] - yaw;
        yaws[keys] = yaw + (turn - MathF.Tau * MathF.Round(turn / MathF.Tau));
        return yaws;
    }

    /// <summary>Cubic through the headings, without overshoot at the keys.</summary>
    private float Yaw(double s)
    {
        int keys = yaws.Length - 1;
        double k = s / points.Length * keys;
        int i = Math.Min((int)k, keys - 1);
        float u = (float)(k - i);
        float around = yaws[keys] - yaws[0];
        float before = i > 0 ? yaws[i - 1] : yaws[keys - 1] - around;
        float after = i + 2 <= keys ? yaws[i + 2] : yaws[1] + around;
        float a = yaws[i], b = yaws[i + 1];
        float ma = (b - before) * 0.5f, mb = (after - a) * 0.5f;
        float u2 = u * u, u3 = u2 * u;
        return (2 * u3 - 3 * u2 + 1) * a + (u3 - 2 * u2 + u) * ma + (3 * u2 - 2 * u3) * b + (u3 - u2) * mb;
    }
}
