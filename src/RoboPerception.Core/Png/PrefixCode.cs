using System.Buffers.Binary;
using System.Numerics;

namespace RoboPerception.Core;

/// <summary>
/// Huffman codes as DEFLATE wants them (RFC 1951, section 3.2.2): canonical, no longer than a limit, most significant bit first, which in
/// a stream of bits that starts at the least significant one means reversed.
/// </summary>
internal static class PrefixCode
{
    private const int MostSymbols = 288;

    /// <summary>Code lengths for the counts; 0 for a symbol that does not occur.</summary>
    /// <param name="counts">How often each symbol occurs; their sum below 2^31.</param>
    /// <param name="longest">Limit of the lengths; 2^longest is at least the number of symbols.</param>
    /// <param name="lengths">As long as <paramref name="counts"/>.</param>
    public static void Lengths(ReadOnlySpan<int> counts, int longest, Span<byte> lengths)
    {
        Span<long> occurring = stackalloc long[MostSymbols];
        int n = 0;
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            lengths[symbol] = 0;
            if (counts[symbol] > 0)
            {
                occurring[n++] = ((long)counts[symbol] << 16) | (uint)symbol;
            }
        }
        occurring = occurring[..n];
        if (n <= 1)
        {
            // A code of one symbol still takes a bit.
            foreach (long one in occurring)
            {
                lengths[(int)(one & 0xFFFF)] = 1;
            }
            return;
        }
        occurring.Sort();
        Span<int> ofLength = stackalloc int[MostSymbols];
        CountLengths(occurring, ofLength);
        Limit(ofLength, longest);
        // The rarest symbols, which come first, get the longest codes.
        int next = 0;
        for (int length = longest; length > 0; length--)
        {
            for (int i = 0; i < ofLength[length]; i++)
            {
                lengths[(int)(occurring[next++] & 0xFFFF)] = (byte)length;
            }
        }
    }

    /// <summary>The codes to the lengths: the reversed bits, and the length shifted left by 16.</summary>
    public static void Codes(ReadOnlySpan<byte> lengths, Span<uint> codes)
    {
        Span<uint> next = stackalloc uint[17];
        next.Clear();
        foreach (byte length in lengths)
        {
            next[length + 1]++;
        }
        next[1] = 0;
        for (int length = 2; length <= 16; length++)
        {
            next[length] = (next[length] + next[length - 1]) << 1;
        }
        for (int symbol = 0; symbol < lengths.Length; symbol++)
        {
            int length = lengths[symbol];
            codes[symbol] = length == 0 ? 0 : (Reverse(next[length]++) >> (32 - length)) | ((uint)length << 16);
        }
    }

    private static uint Reverse(uint bits)
    {
        bits = ((bits >> 1) & 0x55555555) | ((bits & 0x55555555) << 1);
        bits = ((bits >> 2) & 0x33333333) | ((bits & 0x33333333) << 2);
        bits = ((bits >> 4) & 0x0F0F0F0F) | ((bits & 0x0F0F0F0F) << 4);
        return BinaryPrimitives.ReverseEndianness(bits);
    }

    /// <summary>Huffman's tree over sorted weights with two queues, leaves and inner nodes: how many leaves lie at each depth.</summary>
    private static void CountLengths(ReadOnlySpan<long> sorted, Span<int> ofLength)
    {
        int n = sorted.Length;
        Span<long> weight = stackalloc long[n - 1];
        Span<int> parent = stackalloc int[(2 * n) - 1];
        int leaf = 0, inner = 0;
        for (int made = 0; made < n - 1; made++)
        {
            long sum = 0;
            for (int child = 0; child < 2; child++)
            {
                bool takeLeaf = leaf < n && (inner == made || sorted[leaf] >> 16 <= weight[inner]);
                sum += takeLeaf ? sorted[leaf] >> 16 : weight[inner];
                parent[takeLeaf ? leaf++ : n + inner++] = n + made;
            }
            weight[made] = sum;
        }
        // From the root down; a node's parent was made after it.
        ofLength.Clear();
        parent[(2 * n) - 2] = 0;
        for (int node = (2 * n) - 3; node >= 0; node--)
        {
            parent[node] = parent[parent[node]] + 1;
            if (node < n)
            {
                ofLength[parent[node]]++;
            }
        }
    }

    /// <summary>Shortens codes beyond the limit and makes up for it by lengthening the longest of the others until all fit (Kraft's sum is 1).</summary>
    private static void Limit(Span<int> ofLength, int longest)
    {
        long room = 1L << longest, used = 0;
        for (int length = ofLength.Length - 1; length > longest; length--)
        {
            ofLength[longest] += ofLength[length];
            ofLength[length] = 0;
        }
        for (int length = 1; length <= longest; length++)
        {
            used += (long)ofLength[length] << (longest - length);
        }
        while (used > room)
        {
            int length = longest - 1;
            while (ofLength[length] == 0)
            {
                length--;
            }
            // One code of this length becomes two of the next, of which one is that of a symbol with the longest code.
            ofLength[length]--;
            ofLength[length + 1] += 2;
            ofLength[longest]--;
            used--;
        }
    }
}
