using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RoboPerception.Core;

/// <summary>
/// Splits filtered rows into literals and repetitions of what stands one pixel to the left or, if asked for, one row above. No other
/// distance is looked at, which saves the hash table that a general compressor spends most of its time in: on depth maps, normals and class ids
/// the rest is worth next to nothing after the filter.
/// </summary>
internal sealed class RunFinder
{
    /// <summary>Longest repetition DEFLATE can say.</summary>
    public const int Longest = 258;

    public const int EndOfBlock = 256;

    private const int Window = 32768;
    private const int ShortestOfPixel = 4;
    // A distance of a row costs some nine bits more than that of a pixel.
    private const int ShortestOfRow = 8;
    private const int RowMargin = 2;

    private readonly int[] quarters = new int[4 * 256];
    private Run[] runs = [];
    private int count;

    /// <summary>How often each symbol of the literal and length alphabet (RFC 1951, section 3.2.5) occurs.</summary>
    public int[] Counts { get; } = new int[286];

    /// <summary>The runs in order; the last may have no repetition.</summary>
    public ReadOnlySpan<Run> Runs => runs.AsSpan(0, count);

    /// <summary>Bits that the repetitions take besides their length symbols and their distance symbols of one bit.</summary>
    public long ExtraBits { get; private set; }

    /// <summary>Finds the runs of <paramref name="data"/>.</summary>
    /// <param name="data">The filtered rows.</param>
    /// <param name="pixel">Distance of the pixel to the left.</param>
    /// <param name="row">Distance of the row above; 0 = not looked at.</param>
    public void Find(ReadOnlySpan<byte> data, int pixel, int row)
    {
        if (runs.Length < (data.Length / ShortestOfPixel) + 2)
        {
            runs = new Run[(data.Length / ShortestOfPixel) + 2];
        }
        Array.Clear(Counts);
        Array.Clear(quarters);
        (count, ExtraBits) = (0, 0);
        int anchor = 0, i = pixel, firstWithRow = row is > 0 and <= Window ? row : int.MaxValue;
        ref byte first = ref MemoryMarshal.GetReference(data);
        while (i <= data.Length - Vector256<byte>.Count)
        {
            bool withRow = i >= firstWithRow;
            uint ofPixel = FourInARow(Equal(ref first, i, pixel));
            uint ofRow = withRow ? EightInARow(Equal(ref first, i, row)) : 0;
            if ((ofPixel | ofRow) == 0)
            {
                i += Vector256<byte>.Count - (withRow ? ShortestOfRow : ShortestOfPixel) + 1;
                continue;
            }
            i += BitOperations.TrailingZeroCount(ofPixel | ofRow);
            int length = Repetition(data, i, pixel);
            length = length < ShortestOfPixel ? 0 : length;
            bool isRow = false;
            if (i >= firstWithRow && Repetition(data, i, row) is var longer && longer >= ShortestOfRow && longer > length + RowMargin)
            {
                (length, isRow) = (longer, true);
            }
            Add(data[anchor..i], length, isRow, isRow ? row : pixel);
            i += length;
            anchor = i;
        }
        Add(data[anchor..], 0, false, 0);
        Counts[EndOfBlock] = 1;
        for (int symbol = 0; symbol < 256; symbol++)
        {
            Counts[symbol] = quarters[symbol] + quarters[256 + symbol] + quarters[512 + symbol] + quarters[768 + symbol];
        }
    }

    /// <summary>Symbol of a repetition's length, and how many of the bits of length - 3 follow it.</summary>
    public static (int Symbol, int Bits) LengthSymbol(int length)
    {
        int rest = length - 3;
        if (rest < 8 || length == Longest)
        {
            return (length == Longest ? 285 : 257 + rest, 0);
        }
        int bits = BitOperations.Log2((uint)rest) - 2;
        return (257 + (bits << 2) + (rest >> bits), bits);
    }

    /// <summary>Symbol of a distance, and how many of the bits of distance - 1 follow it.</summary>
    public static (int Symbol, int Bits) DistanceSymbol(int distance)
    {
        int rest = distance - 1;
        int bits = Math.Max(0, BitOperations.Log2((uint)rest | 1) - 1);
        return ((2 * bits) + (rest >> bits), bits);
    }

    private static uint Equal(ref byte first, int i, int distance) =>
        Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)i), Vector256.LoadUnsafe(ref first, (nuint)(i - distance))).ExtractMostSignificantBits();

    private static uint FourInARow(uint equal)
    {
        uint two = equal & (equal >> 1);
        return two & (two >> 2);
    }

    private static uint EightInARow(uint equal)
    {
        uint four = FourInARow(equal);
        return four & (four >> 4);
    }

    private static int Repetition(ReadOnlySpan<byte> data, int at, int distance)
    {
        int limit = Math.Min(Longest, data.Length - at);
        return data.Slice(at, limit).CommonPrefixLength(data.Slice(at - distance, limit));
    }

    private void Add(ReadOnlySpan<byte> literals, int length, bool isRow, int distance)
    {
        runs[count++] = new Run(literals.Length, (short)length, isRow);
        CountLiterals(literals);
        if (length > 0)
        {
            (int symbol, int bits) = LengthSymbol(length);
            Counts[symbol]++;
            ExtraBits += bits + 1 + DistanceSymbol(distance).Bits;
        }
    }

    /// <summary>Four tables in turn, because equal neighbours would wait for each other in one.</summary>
    private void CountLiterals(ReadOnlySpan<byte> literals)
    {
        ref int table = ref MemoryMarshal.GetArrayDataReference(quarters);
        int i = 0;
        for (; i <= literals.Length - 4; i += 4)
        {
            uint four = Unsafe.ReadUnaligned<uint>(ref Unsafe.AsRef(in literals[i]));
            Unsafe.Add(ref table, (byte)four)++;
            Unsafe.Add(ref table, 256 + (byte)(four >> 8))++;
            Unsafe.Add(ref table, 512 + (byte)(four >> 16))++;
            Unsafe.Add(ref table, 768 + (int)(four >> 24))++;
        }
        for (; i < literals.Length; i++)
        {
            quarters[literals[i]]++;
        }
    }

    /// <summary>Bytes as they are, then a repetition of <paramref name="Length"/> bytes (0 = none) one pixel or one row back.</summary>
    internal readonly record struct Run(int Literals, short Length, bool IsRow);
}
