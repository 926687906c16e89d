using System.Runtime.Intrinsics;

namespace RoboPerception.Core;

/// <summary>The filters of PNG (second edition, section 9.2) that <see cref="PngWriter"/> uses.</summary>
internal static class PngFilter
{
    public const byte None = 0;
    public const byte Paeth = 4;

    /// <summary>
    /// Every byte minus that one of its neighbours to the left (a), above (b) and above left (c) which is nearest to a + b - c. While
    /// encoding all neighbours are known, so that 16 bytes go at once.
    /// </summary>
    /// <param name="row">The row's bytes.</param>
    /// <param name="above">The row above; zeros for the first.</param>
    /// <param name="filtered">As long as the row.</param>
    /// <param name="bytesPerPixel">How far the left neighbour is.</param>
    public static void WritePaeth(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> filtered, int bytesPerPixel)
    {
        // Left of the row there are zeros, to which b is the nearest.
        for (int x = 0; x < bytesPerPixel; x++)
        {
            filtered[x] = (byte)(row[x] - above[x]);
        }
        int i = bytesPerPixel;
        if (Vector128.IsHardwareAccelerated)
        {
            for (; i <= row.Length - 16; i += 16)
            {
                Vector128<byte> a = Vector128.Create(row[(i - bytesPerPixel)..]);
                Vector128<byte> b = Vector128.Create(above[i..]);
                Vector128<byte> c = Vector128.Create(above[(i - bytesPerPixel)..]);
                (Vector128.Create(row[i..]) - Nearest(a, b, c)).CopyTo(filtered[i..]);
            }
        }
        for (; i < row.Length; i++)
        {
            filtered[i] = (byte)(row[i] - Nearest(row[i - bytesPerPixel], above[i], above[i - bytesPerPixel]));
        }
    }

    private static int Nearest(int a, int b, int c)
    {
        int toA = Math.Abs(b - c);
        int toB = Math.Abs(a - c);
        int toC = Math.Abs(a + b - c - c);
        return toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
    }

    private static Vector128<byte> Nearest(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c)
    {
        Vector128<byte> bMost = Vector128.Max(b, c);
        Vector128<byte> aMost = Vector128.Max(a, c);
        Vector128<byte> toA = bMost - Vector128.Min(b, c);
        Vector128<byte> toB = aMost - Vector128.Min(a, c);
        // |a + b - 2c| is the difference of the two if b and a lie on different sides of c, otherwise their sum. The sum does not fit a byte,
        // but it is at least either of them, as 255 is.
        Vector128<byte> sameSide = Vector128.Equals(Vector128.Equals(bMost, b), Vector128.Equals(aMost, a));
        Vector128<byte> toC = (Vector128.Max(toA, toB) - Vector128.Min(toA, toB)) | sameSide;
        Vector128<byte> least = Vector128.Min(Vector128.Min(toA, toB), toC);
        return Vector128.ConditionalSelect(Vector128.Equals(least, toA), a, Vector128.ConditionalSelect(Vector128.Equals(least, toB), b, c));
    }
}
