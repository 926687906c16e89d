using System.Numerics;
using System.Runtime.InteropServices;
using RoboPerception.Core;

namespace RoboPerception.Interop.Obstacles;

/// <summary>
/// Finds the floor in a frame: among pixels of the class floor (where there is none: those whose normals point up) the plane that most of
/// them lie in, by random samples of three, then by least squares over its inliers. A plane that is known from the frame before and still
/// holds saves the samples. The same frames give the same planes; after the first frame no memory is needed.
/// </summary>
/// <param name="floorId">Class id of the floor, or null where the model has none.</param>
internal sealed class GroundPlaneEstimator(byte? floorId)
{
    private const int Stride = 4;
    private const int Trials = 64;

    /// <summary>Share of the image that must be floor: a network calls a shelf a floor now and then, and a plane fits it well.</summary>
    private const float LeastShare = 0.02f;

    /// <summary>Share of the image from which on the floor is as sure as its points are flat.</summary>
    private const float AmpleShare = 0.06f;

    /// <summary>Share of the floor's points that must lie in the plane of the frame before, so that it is still the floor.</summary>
    private const float StillHolds = 0.6f;

    /// <summary>Metres a point may lie off the plane at one metre; the error of depth grows with distance.</summary>
    private const float ToleranceAtOneMetre = 0.03f;

    /// <summary>Cosine of the largest angle between the camera's y axis and the floor's normal: 50 degrees.</summary>
    private const float UprightCosine = 0.64f;

    private readonly List<Vector3> points = [];

    /// <summary>The floor in this frame, or null where too little of one is seen.</summary>
    /// <param name="frame">Depth, and classes or normals.</param>
    /// <param name="before">The floor in the frame before, if known.</param>
    public GroundPlane? Estimate(DenseFrame frame, GroundPlane? before = null)
    {
        Collect(frame);
        ReadOnlySpan<Vector3> floor = CollectionsMarshal.AsSpan(points);
        float samples = frame.Camera.Width * frame.Camera.Height / (float)(Stride * Stride);
        int fewest = (int)(LeastShare * samples);
        if (floor.Length < fewest)
        {
            return null;
        }
        FloorPlane best = default;
        int most = 0;
        if (before is { } known && FloorPlane.Of(known) is { IsUpright: true } plane)
        {
            (best, most) = (plane, plane.CountInliers(floor, ToleranceAtOneMetre));
        }
        if (most < StillHolds * floor.Length)
        {
            Search(floor, ref best, ref most);
        }
        if (most < fewest)
        {
            return null;
        }
        for (int round = 0; round < 2; round++)
        {
            if (best.Refined(floor, ToleranceAtOneMetre) is { } refined && refined.UpCosine > UprightCosine && refined.IsUpright)
            {
                best = refined;
            }
        }
        int inliers = best.CountInliers(floor, ToleranceAtOneMetre);
        return best.ToGround((float)inliers / floor.Length * MathF.Min(1, inliers / (AmpleShare * samples)));
    }

    private static void Search(ReadOnlySpan<Vector3> floor, ref FloorPlane best, ref int most)
    {
        // A number of its own for each frame, and the same one for the same frame.
        uint state = (uint)floor.Length | 1;
        for (int trial = 0; trial < Trials; trial++)
        {
            if (FloorPlane.Through(floor[Next(ref state, floor.Length)], floor[Next(ref state, floor.Length)], floor[Next(ref state, floor.Length)]) is { } plane
                && plane.IsUpright
                && plane.UpCosine > UprightCosine
                && plane.CountInliers(floor, ToleranceAtOneMetre) is var inliers && inliers > most)
            {
                (best, most) = (plane, inliers);
            }
        }
    }

    /// <summary>Marsaglia's xorshift: evenly spread is all that is asked of it.</summary>
    private static int Next(ref uint state, int count)
    {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        return (int)(((ulong)state * (ulong)count) >> 32);
    }

    private void Collect(DenseFrame frame)
    {
        points.Clear();
        CameraIntrinsics camera = frame.Camera;
        int pixels = camera.Width * camera.Height;
        for (int v = Stride / 2; v < camera.Height; v += Stride)
        {
            for (int u = Stride / 2; u < camera.Width; u += Stride)
            {
                int i = (v * camera.Width) + u;
                float z = frame.Depth[i];
                if (!(z > 0) || !float.IsFinite(z))
                {
                    continue;
                }
                bool floor = floorId is { } id && !frame.Classes.IsEmpty
                    ? frame.Classes[i] == id
                    : v > camera.Cy && !frame.Normals.IsEmpty && frame.Normals[pixels + i] < -0.85f;
                if (floor)
                {
                    points.Add(new Vector3((float)((u - camera.Cx) / camera.Fx) * z, (float)((v - camera.Cy) / camera.Fy) * z, z));
                }
            }
        }
    }
}
