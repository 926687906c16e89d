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
    private readonly float[] ahead;
    private readonly float[] aside;
    private readonly float[] heights;
    private readonly int[] steps;
    private readonly byte[] unlabelled;
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
        (ahead, aside, heights) = (new float[camera.Width], new float[camera.Width], new float[camera.Width]);
        steps = new int[camera.Width];
        unlabelled = new byte[camera.Width];
        Array.Fill(unlabelled, ClassMap.Unlabelled);
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
            int row = v * width;
            ReadOnlySpan<float> depth = frame.Depth.Slice(row, width);
            ReadOnlySpan<byte> ids = hasClasses ? frame.Classes.Slice(row, width) : unlabelled;
            // A point at depth z is z * (x, y, 1): along each axis of the ground, z * (row + x * column).
            Project(depth, (forward.Y * y) + forward.Z, forward.X, 0, ahead);
            Project(depth, (left.Y * y) + left.Z, left.X, 0, aside);
            Project(depth, (up.Y * y) + up.Z, up.X, ground.Height, heights);
            Bearings();
            for (int u = 0; u < ids.Length; u++)
            {
                // Comparisons with NaN are false.
                if (!(depth[u] > 0) || !(ahead[u] > 0) || (uint)steps[u] >= TangentSteps)
                {
                    continue;
                }
                byte id = ids[u];
                float height = heights[u];
                int beam = beamOfTangent[steps[u]];
                seen[beam] = true;
                Nearest.Count(id);
                if (height <= options.LowestHeight || height >= options.GreatestHeight || id == floorId || id == ceilingId)
                {
                    continue;
                }
                if (height < LowForFloor && hasNormals && FacesUp(frame.Normals, pixels, row + u, up))
                {
                    continue;
                }
                float range = MathF.Sqrt((ahead[u] * ahead[u]) + (aside[u] * aside[u]));
                Nearest.Add(id, range, aside[u] / ahead[u]);
                Keep(nearest.AsSpan(beam * support, support), range);
            }
        }
        Conclude();
        Nearest.Conclude();
    }

    private static bool FacesUp(ReadOnlySpan<float> normals, int pixels, int i, Vector3 up) =>
        (up.X * normals[i]) + (up.Y * normals[pixels + i]) + (up.Z * normals[(2 * pixels) + i]) >= FacingUp;

    /// <summary>origin + z * (constant + x * slope) for each pixel of a row.</summary>
    private void Project(ReadOnlySpan<float> depth, float constant, float slope, float origin, Span<float> to)
    {
        int lanes = Vector<float>.Count;
        int u = 0;
        var (constants, slopes, origins) = (new Vector<float>(constant), new Vector<float>(slope), new Vector<float>(origin));
        for (; u <= depth.Length - lanes; u += lanes)
        {
            (origins + (new Vector<float>(depth[u..]) * (constants + (new Vector<float>(columnX, u) * slopes)))).CopyTo(to[u..]);
        }
        for (; u < depth.Length; u++)
        {
            to[u] = origin + (depth[u] * (constant + (columnX[u] * slope)));
        }
    }

    /// <summary>Places in the table of bearings for each pixel of a row.</summary>
    private void Bearings()
    {
        int lanes = Vector<float>.Count;
        int u = 0;
        var (origins, scales) = (new Vector<float>(tangentOrigin), new Vector<float>(tangentScale));
        for (; u <= steps.Length - lanes; u += lanes)
        {
            Vector.ConvertToInt32(((new Vector<float>(aside, u) / new Vector<float>(ahead, u)) - origins) * scales).CopyTo(steps, u);
        }
        for (; u < steps.Length; u++)
        {
            steps[u] = (int)(((aside[u] / ahead[u]) - tangentOrigin) * tangentScale);
        }
    }

    /// <summary>The answer where the ground is not known: no beam and no obstacle.</summary>
    public void Unknown()
    {
        Array.Fill(Scan.Ranges, float.NaN);
        Nearest.Begin();
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
