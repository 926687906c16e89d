using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RoboPerception.Messaging;

/// <summary>From what the network predicts to what is sent. Vector128 code: SSE on PCs, NEON on a Jetson.</summary>
internal static class PixelConversion
{
    /// <summary>Millimetres of a depth that cannot be said: not a number, infinite, not positive, or beyond 16 bits.</summary>
    public const ushort InvalidDepth = 0;

    /// <summary>Farthest depth in metres that still rounds to 65535 mm.</summary>
    private const float FarthestMetres = 65.5354f;

    /// <summary>Image value of a normal component 0: an invalid normal is (128,128,128).</summary>
    public const byte NormalZero = 128;

    /// <summary>Metres to whole millimetres, rounded.</summary>
    public static void ToMillimetres(ReadOnlySpan<float> metres, Span<ushort> millimetres)
    {
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            for (; i <= metres.Length - 8; i += 8)
            {
                Vector128<int> low = Millimetres(Vector128.Create(metres[i..]));
                Vector128<int> high = Millimetres(Vector128.Create(metres[(i + 4)..]));
                Vector128.Narrow(low.AsUInt32(), high.AsUInt32()).CopyTo(millimetres[i..]);
            }
        }
        for (; i < metres.Length; i++)
        {
            float m = metres[i];
            // Comparisons with NaN are false.
            millimetres[i] = m > 0 && m < FarthestMetres ? (ushort)(int)((m * 1000f) + 0.5f) : InvalidDepth;
        }
    }

    /// <summary>Unit normals, planar [3,H,W], to interleaved RGB: (n * 0.5 + 0.5) * 255, rounded. Not a number counts as 0.</summary>
    public static void ToRgb(ReadOnlySpan<float> planes, Span<byte> rgb)
    {
        int pixels = planes.Length / 3;
        ReadOnlySpan<float> x = planes[..pixels];
        ReadOnlySpan<float> y = planes.Slice(pixels, pixels);
        ReadOnlySpan<float> z = planes.Slice(2 * pixels, pixels);
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            for (; i <= pixels - 16; i += 16)
            {
                Interleave(Components(x[i..]), Components(y[i..]), Components(z[i..]), rgb[(3 * i)..]);
            }
        }
        for (; i < pixels; i++)
        {
            rgb[3 * i] = Component(x[i]);
            rgb[(3 * i) + 1] = Component(y[i]);
            rgb[(3 * i) + 2] = Component(z[i]);
        }
    }

    /// <summary>The inverse of <see cref="ToRgb"/>, brought back to unit length; (128,128,128) = (0,0,0).</summary>
    public static void FromRgb(ReadOnlySpan<byte> rgb, Span<float> planes)
    {
        int pixels = rgb.Length / 3;
        for (int i = 0; i < pixels; i++)
        {
            (byte r, byte g, byte b) = (rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]);
            (float x, float y, float z) = (r, g, b) == (NormalZero, NormalZero, NormalZero) ? (0f, 0f, 0f) : ((r / 127.5f) - 1f, (g / 127.5f) - 1f, (b / 127.5f) - 1f);
            float length = MathF.Sqrt((x * x) + (y * y) + (z * z));
            float scale = length > 0 ? 1f / length : 0f;
            (planes[i], planes[pixels + i], planes[(2 * pixels) + i]) = (x * scale, y * scale, z * scale);
        }
    }

    /// <summary>Every byte minus the one a pixel to the left.</summary>
    public static void SubFilter(ReadOnlySpan<byte> row, Span<byte> filtered, int bytesPerPixel)
    {
        row[..bytesPerPixel].CopyTo(filtered);
        int i = bytesPerPixel;
        if (Vector128.IsHardwareAccelerated)
        {
            for (; i <= row.Length - 16; i += 16)
            {
                (Vector128.Create(row[i..]) - Vector128.Create(row[(i - bytesPerPixel)..])).CopyTo(filtered[i..]);
            }
        }
        for (; i < row.Length; i++)
        {
            filtered[i] = (byte)(row[i] - row[i - bytesPerPixel]);
        }
    }

    private static Vector128<int> Millimetres(Vector128<float> metres)
    {
        Vector128<float> valid = Vector128.GreaterThan(metres, Vector128<float>.Zero) & Vector128.LessThan(metres, Vector128.Create(FarthestMetres));
        Vector128<float> scaled = (metres * Vector128.Create(1000f)) + Vector128.Create(0.5f);
        return Vector128.ConvertToInt32Native(scaled & valid);
    }

    private static byte Component(float n)
    {
        float clamped = n >= -1f ? MathF.Min(n, 1f) : n < -1f ? -1f : 0f;
        return (byte)(int)((clamped * 127.5f) + 128f);
    }

    private static Vector128<byte> Components(ReadOnlySpan<float> plane)
    {
        Vector128<short> low = Vector128.Narrow(Component(Vector128.Create(plane)), Component(Vector128.Create(plane[4..])));
        Vector128<short> high = Vector128.Narrow(Component(Vector128.Create(plane[8..])), Component(Vector128.Create(plane[12..])));
        return Vector128.Narrow(low.AsUInt16(), high.AsUInt16());
    }

    private static Vector128<int> Component(Vector128<float> n)
    {
        // NaN is not equal to itself: becomes 0.
        Vector128<float> number = n & Vector128.Equals(n, n);
        Vector128<float> clamped = Vector128.Min(Vector128.Max(number, Vector128.Create(-1f)), Vector128<float>.One);
        return Vector128.ConvertToInt32Native((clamped * Vector128.Create(127.5f)) + Vector128.Create(128f));
    }

    private static void Interleave(Vector128<byte> r, Vector128<byte> g, Vector128<byte> b, Span<byte> rgb)
    {
        // An index of 16 or more gives 0, so the three shuffles can be or-ed.
        (Vector128.Shuffle(r, Vector128.Create((byte)0, 255, 255, 1, 255, 255, 2, 255, 255, 3, 255, 255, 4, 255, 255, 5))
            | Vector128.Shuffle(g, Vector128.Create((byte)255, 0, 255, 255, 1, 255, 255, 2, 255, 255, 3, 255, 255, 4, 255, 255))
            | Vector128.Shuffle(b, Vector128.Create((byte)255, 255, 0, 255, 255, 1, 255, 255, 2, 255, 255, 3, 255, 255, 4, 255))).CopyTo(rgb);
        (Vector128.Shuffle(r, Vector128.Create((byte)255, 255, 6, 255, 255, 7, 255, 255, 8, 255, 255, 9, 255, 255, 10, 255))
            | Vector128.Shuffle(g, Vector128.Create((byte)5, 255, 255, 6, 255, 255, 7, 255, 255, 8, 255, 255, 9, 255, 255, 10))
            | Vector128.Shuffle(b, Vector128.Create((byte)255, 5, 255, 255, 6, 255, 255, 7, 255, 255, 8, 255, 255, 9, 255, 255))).CopyTo(rgb[16..]);
        (Vector128.Shuffle(r, Vector128.Create((byte)255, 11, 255, 255, 12, 255, 255, 13, 255, 255, 14, 255, 255, 15, 255, 255))
            | Vector128.Shuffle(g, Vector128.Create((byte)255, 255, 11, 255, 255, 12, 255, 255, 13, 255, 255, 14, 255, 255, 15, 255))
            | Vector128.Shuffle(b, Vector128.Create((byte)10, 255, 255, 11, 255, 255, 12, 255, 255, 13, 255, 255, 14, 255, 255, 15))).CopyTo(rgb[32..]);
    }
}
