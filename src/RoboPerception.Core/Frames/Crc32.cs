using System.Buffers.Binary;

namespace RoboPerception.Core;

/// <summary>CRC-32 (IEEE 802.3, reflected polynomial 0xEDB88320): that of PNG and zlib. Eight table look-ups advance eight bytes at once.</summary>
public static class Crc32
{
    private static readonly uint[] Tables = BuildTables();

    /// <summary>The checksum of the bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The checksum of the bytes already seen (<paramref name="crc"/>) followed by <paramref name="data"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<uint> t = Tables;
        crc = ~crc;
        while (data.Length >= 8)
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ crc;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            crc = t[(7 << 8) + (int)(low & 0xFF)]
                ^ t[(6 << 8) + (int)((low >> 8) & 0xFF)]
                ^ t[(5 << 8) + (int)((low >> 16) & 0xFF)]
                ^ t[(4 << 8) + (int)(low >> 24)]
                ^ t[(3 << 8) + (int)(high & 0xFF)]
                ^ t[(2 << 8) + (int)((high >> 8) & 0xFF)]
                ^ t[(1 << 8) + (int)((high >> 16) & 0xFF)]
                ^ t[(int)(high >> 24)];
            data = data[8..];
        }
        foreach (byte value in data)
        {
            crc = t[(int)((crc ^ value) & 0xFF)] ^ (crc >> 8);
        }
        return ~crc;
    }

    private static uint[] BuildTables()
    {
        var tables = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            }
            tables[i] = value;
        }
        for (int k = 1; k < 8; k++)
        {
            for (int i = 0; i < 256; i++)
            {
                uint previous = tables[((k - 1) << 8) + i];
                tables[(k << 8) + i] = tables[previous & 0xFF] ^ (previous >> 8);
            }
        }
        return tables;
    }
}
