using System.Buffers.Binary;

namespace RoboPerception.Messaging;

/// <summary>
/// RVL (Wilson 2017, "Fast Lossless Depth Image Compression"): runs of invalid and valid pixels alternate; each run length and each
/// zigzag difference between neighbouring valid pixels is written in groups of 3 bits, least significant first, one nibble a
/// group with the top bit set while more follow. Nibbles fill 32-bit words from the top; words are little-endian.
/// </summary>
internal static class RvlCodec
{
    /// <summary>Room the worst case needs: 6 nibbles a pixel, plus the run lengths and a last partial word.</summary>
    public static int MaximumLength(int pixels) => (pixels * 4) + 32;

    /// <returns>Bytes written, a multiple of 4.</returns>
    public static int Encode(ReadOnlySpan<ushort> depth, Span<byte> destination)
    {
        var writer = new NibbleWriter(destination);
        int previous = 0;
        int i = 0;
        while (i < depth.Length)
        {
            int zeros = depth[i..].IndexOfAnyExcept((ushort)0);
            zeros = zeros < 0 ? depth.Length - i : zeros;
            writer.Write((uint)zeros);
            i += zeros;
            int values = depth[i..].IndexOf((ushort)0);
            values = values < 0 ? depth.Length - i : values;
            writer.Write((uint)values);
            foreach (ushort value in depth.Slice(i, values))
            {
                int delta = value - previous;
                writer.Write((uint)((delta << 1) ^ (delta >> 31)));
                previous = value;
            }
            i += values;
        }
        return writer.Flush();
    }

    /// <exception cref="PayloadException">The data ends early or does not describe exactly <paramref name="depth"/>.Length pixels.</exception>
    public static void Decode(ReadOnlySpan<byte> data, Span<ushort> depth)
    {
        var reader = new NibbleReader(data);
        int previous = 0;
        int i = 0;
        while (i < depth.Length)
        {
            int zeros = Run(ref reader, depth.Length - i);
            depth.Slice(i, zeros).Clear();
            i += zeros;
            int values = Run(ref reader, depth.Length - i);
            for (int end = i + values; i < end; i++)
            {
                uint zigzag = reader.Read();
                previous += (int)(zigzag >> 1) ^ -(int)(zigzag & 1);
                depth[i] = (ushort)previous;
            }
            if (zeros + values == 0)
            {
                throw new PayloadException("The RVL data repeats an empty run.");
            }
        }
    }

    private static int Run(ref NibbleReader reader, int left)
    {
        uint length = reader.Read();
        return length <= (uint)left ? (int)length : throw new PayloadException($"The RVL data holds a run of {length} pixels where {left} are left.");
    }

    private ref struct NibbleWriter(Span<byte> destination)
    {
        private readonly Span<byte> bytes = destination;
        private int position;
        private uint word;
        private int nibbles;

        public void Write(uint value)
        {
            do
            {
                uint nibble = value & 7;
                value >>= 3;
                word = (word << 4) | nibble | (value != 0 ? 8u : 0u);
                if (++nibbles == 8)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(bytes[position..], word);
                    position += 4;
                    nibbles = 0;
                    word = 0;
                }
            }
            while (value != 0);
        }

        public int Flush()
        {
            if (nibbles > 0)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes[position..], word << (4 * (8 - nibbles)));
                position += 4;
            }
            return position;
        }
    }

    private ref struct NibbleReader(ReadOnlySpan<byte> source)
    {
        private readonly ReadOnlySpan<byte> bytes = source;
        private int position;
        private uint word;
        private int nibbles;

        public uint Read()
        {
            uint value = 0;
            for (int shift = 0; shift < 32; shift += 3)
            {
                if (nibbles == 0)
                {
                    if (position + 4 > bytes.Length)
                    {
                        throw new PayloadException("The RVL data is truncated.");
                    }
                    word = BinaryPrimitives.ReadUInt32LittleEndian(bytes[position..]);
                    position += 4;
                    nibbles = 8;
                }
                uint nibble = word >> 28;
                word <<= 4;
                nibbles--;
                value |= (nibble & 7) << shift;
                if ((nibble & 8) == 0)
                {
                    return value;
                }
            }
            throw new PayloadException("The RVL data holds a number that does not end.");
        }
    }
}
