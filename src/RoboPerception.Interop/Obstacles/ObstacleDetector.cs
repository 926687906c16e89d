using System.Numerics;
using RoboPerception.Core;

namespace RoboPerception.Interop.Obstacles;

/// <summary>
/// Turns a frame into what a robot acts on: a scan of free space and the nearest obstacle of each class. One pass over the pixels, no
/// memory after the first frame. What lies between two heights above the floor and is not floor is an obstacle.
/// </summary>
internal sealed class ObstacleDetector
{
    /// <summary>Steps of tan(bearing) in the table that finds a beam without an arc tangent for every pixel.</summary>
    private const int TangentSteps = 4096;

    /// <summary>Low and facing up by so much (cosine) is floor, whatever its class.</summary>
    private const float FacingUp = 0.85f;
    private const float LowForFloor = 0.25f;

    private readonly ObstacleOptions options;
    private readonly int floorId;
    private readonly int ceilingId;
    private readonly CameraIntrinsics camera;
    private readonly float[] columnX;
    private readonly float[] nearest;
    private readonly bool[] seen;
    private readonly byte[] beamOfTangent = new byte[TangentSteps];
    private readonly float tangentOrigin;
    private readonly float tangentScale;
    private readonly float halfView;

    /// <summary>A detector for one camera.</summary>
    /// <param name="camera">At the size of the published grid, without distortion.</param>
    /// <param name="classes">Names of the model's classes; null where it has no segmentation.</param>
    /// <param name="options">Choices; null: the defaults.</param>
    public ObstacleDetector(CameraIntrinsics camera, ClassMap? classes, ObstacleOptions? options = null)
    {
        this.camera = camera;
        this.options = options ?? new ObstacleOptions();
        floorId = IdOf("floor");
        ceilingId = IdOf("ceiling");
        columnX = new float[camera.Width];
        for (int u = 0; u < camera.Width; u++)
        {
            columnX[u] = (float)((u - camera.Cx) / camera.Fx);
        }
        // A little more than the widest column: a tilted camera sees wider bearings in its lower rows.
        halfView = MathF.Atan(1.15f * MathF.Max(MathF.Abs(columnX[0]), MathF.Abs(columnX[^1])));
        int beams = this.options.Beams;
        float increment = 2 * halfView / (beams - 1);
        Scan = new LaserScan(beams)
        {
            AngleMin = -halfView,
            AngleMax = halfView,
            AngleIncrement = increment,
            RangeMin = this.options.RangeMin,
            RangeMax = this.options.RangeMax,
        };
        nearest = new float[beams * this.options.Support];
        seen = new bool[beams];
        float widest = MathF.Tan(halfView + (increment / 2));
        tangentOrigin = -widest;
        tangentScale = TangentSteps / (2 * widest);
        for (int i = 0; i < TangentSteps; i++)
        {
            float bearing = MathF.Atan(tangentOrigin + ((i + 0.5f) / tangentScale));
            beamOfTangent[i] = (byte)Math.Clamp((int)MathF.Round((bearing + halfView) / increment), 0, beams - 1);
        }
        Nearest = new NearestByClass(classes);

        // No class has the id -1, an unlabelled pixel least of all.
        int IdOf(string name) => classes?.Classes.FirstOrDefault(info => info.Name == name)?.Id ?? -1;
    }

    /// <summary>The scan of the last frame; overwritten by the next.</summary>
    public LaserScan Scan { get; }

    /// <summary>The nearest obstacles of the last frame; overwritten by the next.</summary>
    public NearestByClass Nearest { get; }

    /// <summary>Looks at a frame; results are in <see cref="Scan"/> and <see cref="Nearest"/>.</summary>
    public void Detect(DenseFrame frame, GroundPlane ground)
    {
        int support = options.Support;
        Array.Fill(nearest, float.PositiveInfinity);
        Array.Clear(seen);
        Nearest.Begin();
        Vector3 up = ground.Up;
        Vector3 forward = ground.Forward;
        Vector3 left = ground.Left;
        int width = camera.Width;
        int pixels = width * camera.Height;
        bool hasClasses = !frame.Classes.IsEmpty;
        bool hasNormals = !frame.Normals.IsEmpty;
        for (int v = 0; v < camera.Height; v++)
        {
            float y = (float)((v - camera.Cy) / camera.Fy);
            // A point at depth z is z * (x, y, 1): along each axis of the ground, z * (row + x * column).
            float upRow = (up.Y * y) + up.Z, forwardRow = (forward.Y * y) + forward.Z, leftRow = (left.Y * y) + left.Z;
            int row = v * width;
            ReadOnlySpan<float> depth = frame.Depth.Slice(row, width);
            for (int u = 0; u < depth.Length; u++)
            {
                float z = depth[u];
                if (!(z > 0))
                {
                    continue;
                }
                float x = columnX[u];
                float ahead = z * (forwardRow + (forward.X * x));
                byte id = hasClasses ? frame.Classes[row + u] : ClassMap.Unlabelled;
                if (!(ahead > 0))
                {
                    continue;
                }
                float aside = z * (leftRow + (left.X * x));
                int step = (int)(((aside / ahead) - tangentOrigin) * tangentScale);
                if ((uint)step >= TangentSteps)
                {
                    continue;
                }
                int beam = beamOfTangent[step];
                seen[beam] = true;
                float height = ground.Height + (z * (upRow + (up.X * x)));
                bool obstacle = height > options.LowestHeight && height < options.GreatestHeight && id != floorId && id != ceilingId;
                if (obstacle && height < LowForFloor && hasNormals)
                {
                    int i = row + u;
                    float facing = (up.X * frame.Normals[i]) + (up.Y * frame.Normals[pixels + i]) + (up.Z * frame.Normals[(2 * pixels) + i]);
                    obstacle = facing < FacingUp;
                }
                Nearest.Count(id);
                if (!obstacle)
                {
                    continue;
                }
                float range = MathF.Sqrt((ahead * ahead) + (aside * aside));
                Nearest.Add(id, range, aside / ahead);
                Keep(nearest.AsSpan(beam * support, support), range);
            }
        }
        Conclude();
        Nearest.Conclude();
    }

    /// <summary>Keeps the smallest few in ascending order.</summary>
    private static void Keep(Span<float> smallest, float range)
    {
        int at = smallest.Length - 1;
        if (range >= smallest[at])
        {
            return;
        }
        for (; at > 0 && smallest[at - 1] > range; at--)
        {
            smallest[at] = smallest[at - 1];
        }
        smallest[at] = range;
    }

    private void Conclude()
    {
        for (int beam = 0; beam < Scan.Ranges.Length; beam++)
        {
            float range = nearest[((beam + 1) * options.Support) - 1];
            Scan.Ranges[beam] = !seen[beam] ? float.NaN
                : range < options.RangeMin ? float.NegativeInfinity
                : range > options.RangeMax ? float.PositiveInfinity
                : range;
        }
    }
}
