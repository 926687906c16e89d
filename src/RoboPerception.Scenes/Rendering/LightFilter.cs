using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RoboPerception.Scenes;

/// <summary>
/// One pass of an edge-avoiding a-trous filter (Dammertz et al. 2010) over irradiance: nine taps, `step` pixels apart. A tap
/// counts as far as it lies in the plane of the middle pixel and faces the same way, so that light does not cross edges.
/// </summary>
internal static class LightFilter
{
    public static void Row(RenderPlanes planes, float[][] source, float[][] target, int y, int step)
    {
        float[] depth = planes.Depth, nx = planes.Normal[0], ny = planes.Normal[1], nz = planes.Normal[2];
        int width = (planes.Width + 7) & ~7;
        int row = y * planes.Stride + RenderPlanes.Margin;
        var zero = Vector256<float>.Zero;
        var one = Vector256<float>.One;
        for (int x = 0; x < width; x += 8)
        {
            int at = row + x;
            var cx = Load(nx, at);
            var cy = Load(ny, at);
            var cz = Load(nz, at);
            var t = Load(depth, at);
            // Offset of the middle pixel's plane from the eye.
            var plane = (cx * Load(planes.RayX, at) + cy * Load(planes.RayY, at) + cz) * t;
            var tolerance = one / (Vector256.Create(0.006f) + t * (0.0035f * step));
            var total = Vector256.Create(4f);
            var r = Load(source[0], at) * 4f;
            var g = Load(source[1], at) * 4f;
            var b = Load(source[2], at) * 4f;
            for (int dy = -1; dy <= 1; dy++)
            {
                int rowOffset = dy * step;
                if ((uint)(y + rowOffset) >= (uint)planes.Height)
                {
                    continue;
                }
                for (int dx = -1; dx <= 1; dx++)
                {
                    if (dx == 0 && dy == 0)
                    {
                        continue;
                    }
                    int q = at + rowOffset * planes.Stride + dx * step;
                    var qx = Load(nx, q);
                    var qy = Load(ny, q);
                    var qz = Load(nz, q);
                    var facing = Vector256.MaxNative(qx * cx + qy * cy + qz * cz, zero);
                    facing *= facing;
                    facing *= facing;
                    facing *= facing;
                    var offset = (cx * Load(planes.RayX, q) + cy * Load(planes.RayY, q) + cz) * Load(depth, q) - plane;
                    var near = Vector256.MaxNative(one - Vector256.Abs(offset) * tolerance, zero);
                    var weight = facing * near * ((dx == 0 ? 2f : 1f) * (dy == 0 ? 2f : 1f));
                    total += weight;
                    r += weight * Load(source[0], q);
                    g += weight * Load(source[1], q);
                    b += weight * Load(source[2], q);
                }
            }
            var inverse = one / total;
            Store(r * inverse, target[0], at);
            Store(g * inverse, target[1], at);
            Store(b * inverse, target[2], at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Load(float[] plane, int at) => Vector256.LoadUnsafe(ref plane[0], (nuint)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> value, float[] plane, int at) => value.StoreUnsafe(ref plane[0], (nuint)at);
}
