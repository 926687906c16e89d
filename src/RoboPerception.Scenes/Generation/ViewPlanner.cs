using System.Numerics;
using System.Runtime.Intrinsics;

namespace RoboPerception.Scenes;

/// <summary>Rates views by what a coarse grid of rays sees: many classes, the rare ones first, nothing too near.</summary>
internal sealed class ViewPlanner(Scene scene, WalkableMap walkable)
{
    private const int Columns = 16;
    private const int Rows = 12;

    /// <summary>Worth of a class in a view; about inverse to how common it is in rooms.</summary>
    private static readonly float[] Worth = [1.3f, 2.4f, 0.5f, 1.5f, 0.5f, 1.2f, 1.7f, 1.3f, 1.4f, 1.4f, 2.4f, 0.1f, 0.9f];

    /// <summary>The best of a dozen drawn views.</summary>
    public CameraPose Choose(SceneRandom random)
    {
        CameraPose best = default;
        float bestScore = float.MinValue;
        for (int i = 0; i < 10; i++)
        {
            Vector2 p = i < 8 ? walkable.Draw(random) : walkable.Start;
            var eye = new Vector3(p.X, p.Y, MathF.Min(random.Next(1.05f, 1.75f), scene.Interior.High.Z - 0.25f));
            var pose = CameraPose.Looking(eye, random.Next(-MathF.PI, MathF.PI), random.Next(-0.55f, 0.08f), random.Next(-0.06f, 0.06f));
            float score = Rate(pose) * random.Next(0.6f, 1.4f);
            if (score > bestScore)
            {
                (bestScore, best) = (score, pose);
            }
        }
        return best;
    }

    /// <summary>Heading with the best view from a point, not too far from a previous heading.</summary>
    public float Heading(Vector3 eye, float pitch, float previous, SceneRandom random, bool free)
    {
        float best = previous, bestScore = float.MinValue;
        for (int i = 0; i < 14; i++)
        {
            float turn = free ? i * MathF.Tau / 14 : (i - 6.5f) * 0.22f;
            float score = Rate(CameraPose.Looking(eye, previous + turn, pitch)) * (free ? 1 : 1 - 0.25f * MathF.Abs(turn)) * random.Next(0.8f, 1.2f);
            if (score > bestScore)
            {
                (bestScore, best) = (score, previous + turn);
            }
        }
        return best;
    }

    private float Rate(in CameraPose pose)
    {
        Span<int> counts = stackalloc int[13];
        counts.Clear();
        int near = 0;
        float far = 0;
        Rotation axes = pose.Orientation;
        var origin = new Vec3x8(pose.Position);
        for (int y = 0; y < Rows; y++)
        {
            for (int x = 0; x < Columns; x += 8)
            {
                // About the field of view of a depth camera: 58 degrees across.
                var rx = (Vector256.Create(0f, 1, 2, 3, 4, 5, 6, 7) + Vector256.Create(x + 0.5f - Columns / 2)) * (1.1f / Columns);
                var ry = Vector256.Create((y + 0.5f - Rows / 2) * (0.83f / Rows));
                var direction = new Vec3x8(axes.Z).Along(new Vec3x8(axes.X), rx).Along(new Vec3x8(axes.Y), ry);
                var depth = Vector256.Create(100f);
                var hit = PacketTracer.Closest(scene.Bvh, origin, direction, ref depth);
                for (int lane = 0; lane < 8; lane++)
                {
                    if (hit[lane] >= 0)
                    {
                        counts[(int)scene.InstanceArray[scene.Bvh.Primitives[hit[lane]].Instance].Class]++;
                        far += MathF.Min(depth[lane], 4);
                        near += depth[lane] < 1.1f ? 1 : 0;
                    }
                }
            }
        }
        float score = 0.01f;
        for (int c = 0; c < 13; c++)
        {
            score += Worth[c] * MathF.Sqrt(counts[c] / (float)(Columns * Rows));
        }
        float tooNear = near / (float)(Columns * Rows);
        return score * MathF.Max(0.02f, 1 - 1.6f * tooNear) * (0.6f + 0.16f * far / (Columns * Rows));
    }
}
