using System.Buffers.Binary;

namespace RoboPerception.Benchmarks.Fuzzing;

/// <summary>Damages inputs the way disks, networks and people do. The same seed gives the same inputs.</summary>
internal sealed class Mutator(IReadOnlyList<byte[]> seeds, int seed)
{
    private static readonly long[] Interesting =
        [0, 1, -1, 2, 7, 16, 127, 128, 255, 256, 32767, 32768, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue, 1L << 40];

    private static readonly string[] Words = ["9", "-1", "0", "1e999", "nan", "null", "true", "\"\"", "[", "{", "]", "}", ":", ",", "- ", "\n", "&a ", "*a", "!!", "%", "2147483648", "99999999999999999999"];

    private readonly Random random = new(seed);

    /// <summary>The next input.</summary>
    public byte[] Next()
    {
        byte[] input = [.. seeds[random.Next(seeds.Count)]];
        // Mostly small damage, which gets far into a reader.
        for (int i = random.Next(5) == 0 ? random.Next(1, 16) : random.Next(1, 4); i > 0; i--)
        {
            input = Damage(input);
        }
        return input;
    }

    private byte[] Damage(byte[] input)
    {
        int at = random.Next(input.Length + 1), length = Math.Min(random.Next(8) == 0 ? random.Next(1, 256) : random.Next(1, 9), input.Length - at);
        switch (random.Next(10))
        {
            case 0 when at < input.Length:
                input[at] ^= (byte)(1 << random.Next(8));
                return input;
            case 1 when at < input.Length:
                input[at] = (byte)random.Next(256);
                return input;
            case 2 or 3 when at < input.Length:
                Number(input.AsSpan(at));
                return input;
            case 4:
                return [.. input[..at], .. input[(at + length)..]];
            case 5: // once more, sometimes very often: nesting
                int times = random.Next(50) == 0 ? random.Next(2000) : 1;
                return [.. input[..at], .. Enumerable.Repeat(input[at..(at + length)], times).SelectMany(part => part), .. input[at..]];
            case 6:
                byte[] noise = new byte[random.Next(1, 17)];
                random.NextBytes(noise);
                return [.. input[..at], .. noise, .. input[at..]];
            case 7: // a part of another input
                byte[] other = seeds[random.Next(seeds.Count)];
                int from = random.Next(other.Length + 1);
                return [.. input[..at], .. other[from..Math.Min(other.Length, from + random.Next(1, 128))], .. input[(at + length)..]];
            case 8:
                return random.Next(3) == 0 ? input[..at] : [.. input[..at], .. System.Text.Encoding.ASCII.GetBytes(Words[random.Next(Words.Length)]), .. input[(at + length)..]];
            default:
                if (length > 0)
                {
                    int to = random.Next(input.Length - length + 1);
                    input.AsSpan(at, length).ToArray().CopyTo(input, to);
                }
                return input;
        }
    }

    private void Number(Span<byte> place)
    {
        Span<byte> bytes = stackalloc byte[8];
        long number = Interesting[random.Next(Interesting.Length)];
        int size = 1 << random.Next(4);
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
            bytes = bytes[..size];
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes, number);
            bytes = bytes[(8 - size)..];
        }
        bytes[..Math.Min(size, place.Length)].CopyTo(place);
    }
}
