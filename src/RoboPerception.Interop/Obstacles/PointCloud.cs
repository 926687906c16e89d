using System.Buffers.Binary;
using RoboPerception.Core;

namespace RoboPerception.Interop.Obstacles;

/// <summary>A reduced cloud of points with class and normal, in the optical frame; kept and filled anew for each frame.</summary>
/// <param name="most">Points at most.</param>
internal sealed class PointCloud(int most)
{
    /// <summary>Bytes of a point: x, y, z, normal_x, normal_y, normal_z (float32), label (uint8).</summary>
    public const int PointBytes = (6 * sizeof(float)) + 1;

    private readonly byte[] data = new byte[most * PointBytes];

    /// <summary>Points in it.</summary>
    public int Count { get; private set; }

    /// <summary>The points, <see cref="PointBytes"/> each.</summary>
    public ReadOnlySpan<byte> Data => data.AsSpan(0, Count * PointBytes);

    /// <summary>Takes points from a regular grid of pixels, as fine as the limit allows; pixels without a depth give none.</summary>
    public void Fill(DenseFrame frame)
    {
        Count = 0;
        CameraIntrinsics camera = frame.Camera;
        int pixels = camera.Width * camera.Height;
        int step = (int)Math.Ceiling(Math.Sqrt((double)pixels / most));
        for (int v = step / 2; v < camera.Height; v += step)
        {
            for (int u = step / 2; u < camera.Width && Count < most; u += step)
            {
                int i = (v * camera.Width) + u;
                float z = frame.Depth[i];
                if (!(z > 0) || !float.IsFinite(z))
                {
                    continue;
                }
                Span<byte> point = data.AsSpan(Count++ * PointBytes, PointBytes);
                BinaryPrimitives.WriteSingleLittleEndian(point, (float)((u - camera.Cx) / camera.Fx) * z);
                BinaryPrimitives.WriteSingleLittleEndian(point[4..], (float)((v - camera.Cy) / camera.Fy) * z);
                BinaryPrimitives.WriteSingleLittleEndian(point[8..], z);
                for (int axis = 0; axis < 3; axis++)
                {
                    BinaryPrimitives.WriteSingleLittleEndian(point[(12 + (4 * axis))..], frame.Normals.IsEmpty ? 0 : frame.Normals[(axis * pixels) + i]);
                }
                point[24] = frame.Classes.IsEmpty ? ClassMap.Unlabelled : frame.Classes[i];
            }
        }
    }
}
