using System.Runtime.Intrinsics;

namespace RoboPerception.Messaging;

/// <summary>
/// Unit vectors as two bytes (Cigolle et al. 2014, "A Survey of Efficient Representations for Independent Unit Vectors",
/// octahedral). The map is centred on -z, the direction toward the camera, so that what a camera can see lies in its middle and its
/// folded border stays unused: a wall that faces the camera would otherwise flicker between four corners.
/// A byte b in 0..254 stands for b / 127 - 1; (255,255) is an invalid normal.
/// </summary>
internal static class OctahedralNormals
{
    public const byte Invalid = 255;

    private const float ShortestLength1 = 0.1f;

    /// <summary>Planar [3,H,W] to the plane of u followed by the plane of v.</summary>
    public static void Encode(ReadOnlySpan<float> planes, Span<byte> uv)
    {
        int pixels = planes.Length / 3;
        ReadOnlySpan<float> x = planes[..pixels];
        ReadOnlySpan<float> y = planes.Slice(pixels, pixels);
        ReadOnlySpan<float> z = planes.Slice(2 * pixels, pixels);
        Span<byte> u = uv[..pixels];
        Span<byte> v = uv.Slice(pixels, pixels);
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            for (; i <= pixels - 16; i += 16)
            {
                (Vector128<int> u0, Vector128<int> v0) = Encode(Vector128.Create(x[i..]), Vector128.Create(y[i..]), Vector128.Create(z[i..]));
                (Vector128<int> u1, Vector128<int> v1) = Encode(Vector128.Create(x[(i + 4)..]), Vector128.Create(y[(i + 4)..]), Vector128.Create(z[(i + 4)..]));
                (Vector128<int> u2, Vector128<int> v2) = Encode(Vector128.Create(x[(i + 8)..]), Vector128.Create(y[(i + 8)..]), Vector128.Create(z[(i + 8)..]));
                (Vector128<int> u3, Vector128<int> v3) = Encode(Vector128.Create(x[(i + 12)..]), Vector128.Create(y[(i + 12)..]), Vector128.Create(z[(i + 12)..]));
                Bytes(u0, u1, u2, u3).CopyTo(u[i..]);
                Bytes(v0, v1, v2, v3).CopyTo(v[i..]);
            }
        }
        for (; i < pixels; i++)
        {
            // One lane of the same arithmetic: the tail must not round differently.
            (Vector128<int> tailU, Vector128<int> tailV) = Encode(Vector128.CreateScalar(x[i]), Vector128.CreateScalar(y[i]), Vector128.CreateScalar(z[i]));
            (u[i], v[i]) = ((byte)tailU.ToScalar(), (byte)tailV.ToScalar());
        }
    }

    /// <summary>The two planes to planar [3,H,W], unit length; invalid = (0,0,0).</summary>
    public static void Decode(ReadOnlySpan<byte> uv, Span<float> planes)
    {
        int pixels = uv.Length / 2;
        for (int i = 0; i < pixels; i++)
        {
            (float nx, float ny, float nz) = (uv[i], uv[pixels + i]) == (Invalid, Invalid) ? (0, 0, 0) : Decode(uv[i], uv[pixels + i]);
            (planes[i], planes[pixels + i], planes[(2 * pixels) + i]) = (nx, ny, nz);
        }
    }

    private static (float X, float Y, float Z) Decode(byte u, byte v)
    {
        float px = (u / 127f) - 1f;
        float py = (v / 127f) - 1f;
        float pz = 1f - MathF.Abs(px) - MathF.Abs(py);
        if (pz < 0)
        {
            (px, py) = ((1f - MathF.Abs(py)) * Sign(px), (1f - MathF.Abs(px)) * Sign(py));
        }
        float length = MathF.Sqrt((px * px) + (py * py) + (pz * pz));
        return (px / length, py / length, -pz / length);
    }

    private static float Sign(float value) => value < 0 ? -1f : 1f;

    private static (Vector128<int> U, Vector128<int> V) Encode(Vector128<float> x, Vector128<float> y, Vector128<float> z)
    {
        Vector128<float> one = Vector128<float>.One;
        Vector128<float> length1 = Vector128.Abs(x) + Vector128.Abs(y) + Vector128.Abs(z);
        // False for NaN as well; a unit vector has at least 1.
        Vector128<int> valid = (Vector128.GreaterThan(length1, Vector128.Create(ShortestLength1)) & Vector128.LessThan(length1, Vector128.Create(float.MaxValue))).AsInt32();
        Vector128<float> px = x / length1;
        Vector128<float> py = y / length1;
        Vector128<float> away = Vector128.GreaterThan(z, Vector128<float>.Zero);
        Vector128<float> sign = Vector128.Create(-0f);
        Vector128<float> foldedX = (one - Vector128.Abs(py)) | (px & sign);
        Vector128<float> foldedY = (one - Vector128.Abs(px)) | (py & sign);
        Vector128<float> scale = Vector128.Create(127f);
        Vector128<float> offset = Vector128.Create(127.5f);
        Vector128<int> u = Vector128.ConvertToInt32Native((Vector128.ConditionalSelect(away, foldedX, px) * scale) + offset);
        Vector128<int> v = Vector128.ConvertToInt32Native((Vector128.ConditionalSelect(away, foldedY, py) * scale) + offset);
        Vector128<int> invalid = Vector128.Create((int)Invalid);
        return (Vector128.ConditionalSelect(valid, u, invalid), Vector128.ConditionalSelect(valid, v, invalid));
    }

    private static Vector128<byte> Bytes(Vector128<int> a, Vector128<int> b, Vector128<int> c, Vector128<int> d) =>
        Vector128.Narrow(Vector128.Narrow(a, b).AsUInt16(), Vector128.Narrow(c, d).AsUInt16());
}
