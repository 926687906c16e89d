using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace RoboPerception.Training.Data;

/// <summary>
/// Variables of a MATLAB file of level 5 (MATLAB 5 to 7): numbers, texts, structures and cells, compressed or not. Files of MATLAB 7.3 are HDF5,
/// see <see cref="Hdf5File"/>.
/// </summary>
internal static class MatFile
{
    private const int HeaderLength = 128, Matrix = 14, Compressed = 15;

    // What a variable may unpack to, and how deep cells and structures may lie in each other: enough for every published data set.
    private const int MostBytes = 256 << 20, MostDepth = 64;

    /// <summary>Reads all variables of a file.</summary>
    /// <exception cref="UserErrorException">It is missing, damaged or of another format.</exception>
    public static IReadOnlyDictionary<string, MatValue> Read(string path)
    {
        if (!File.Exists(path))
        {
            throw ImageReader.Damaged(path, "is missing, but its id is in the list");
        }

        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (Exception error) when (error is FormatException or ArgumentException or IndexOutOfRangeException or InvalidDataException or OverflowException or IOException)
        {
            throw ImageReader.Damaged(path, "is not a readable MATLAB file of level 5", error);
        }
    }

    /// <summary>Numbers of one variable, from a file of level 5 or of MATLAB 7.3.</summary>
    /// <exception cref="UserErrorException">The file or the variable is missing or damaged.</exception>
    public static double[] Numbers(string path, string variable)
    {
        if (IsHdf5(path))
        {
            using var file = Hdf5File.Open(path);
            return file.All<double>(variable);
        }

        return Read(path).TryGetValue(variable, out var value) && value.Numbers.Length > 0
            ? value.Numbers
            : throw ImageReader.Damaged(path, $"holds no numbers '{variable}'");
    }

    private static bool IsHdf5(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var stream = File.OpenRead(path);
        Span<byte> text = stackalloc byte[10];
        return stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false) == text.Length && (text.SequenceEqual("MATLAB 7.3"u8) || text[1..4].SequenceEqual("HDF"u8));
    }

    private static Dictionary<string, MatValue> Parse(byte[] content)
    {
        if (content.Length < HeaderLength || content[126] != 'I' || content[127] != 'M')
        {
            throw new FormatException("no little-endian level 5 header");
        }

        var variables = new Dictionary<string, MatValue>(StringComparer.Ordinal);
        var reader = new Reader(content.AsMemory(HeaderLength));
        while (reader.HasMore)
        {
            var (type, data) = reader.Element();
            if (type == Compressed)
            {
                using var inflated = new MemoryStream();
                using (var zlib = new ZLibStream(new MemoryStream(data.ToArray()), CompressionMode.Decompress))
                {
                    var part = new byte[81920];
                    for (int read; (read = zlib.Read(part)) > 0;)
                    {
                        inflated.Write(part, 0, inflated.Length + read <= MostBytes ? read : throw new FormatException($"a variable is larger than {MostBytes} bytes"));
                    }
                }

                (type, data) = new Reader(inflated.ToArray()).Element();
            }

            if (type == Matrix)
            {
                var (name, value) = Value(data, 0);
                variables[name] = value;
            }
        }

        return variables;
    }

    private static (string Name, MatValue Value) Value(ReadOnlyMemory<byte> content, int depth)
    {
        if (depth > MostDepth)
        {
            throw new FormatException($"values lie more than {MostDepth} deep in each other");
        }

        if (content.IsEmpty)
        {
            // How an empty field of a structure is stored.
            return ("", MatValue.Empty);
        }

        var reader = new Reader(content);
        var kind = reader.Element().Data.Span[0];
        int[] dimensions = [.. Numbers(reader.Element()).Select(number => checked((int)number))];
        var name = Encoding.ASCII.GetString(reader.Element().Data.Span);
        var count = dimensions.Aggregate(1, (product, dimension) => checked(product * dimension));
        if (kind is 1 or 2 or 3 && count > content.Length)
        {
            throw new FormatException($"{count} values are announced in {content.Length} bytes");
        }

        switch (kind)
        {
            case 1:
                return (name, MatValue.Empty with { Dimensions = dimensions, Cells = Values(ref reader, count, depth) });
            case 2 or 3:
                if (kind == 3)
                {
                    reader.Element();
                }

                var length = (int)Numbers(reader.Element())[0];
                var names = reader.Element().Data;
                string[] fields = [.. Enumerable.Range(0, length > 0 ? names.Length / length : 0)
                    .Select(f => Encoding.ASCII.GetString(names.Span.Slice(f * length, length)).Split('\0')[0])];
                var elements = new Dictionary<string, MatValue>[count];
                for (var e = 0; e < count; e++)
                {
                    var values = Values(ref reader, fields.Length, depth);
                    elements[e] = fields.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
                }

                return (name, MatValue.Empty with { Dimensions = dimensions, Elements = elements });
            case 4:
                var letters = count == 0 ? [] : Numbers(reader.Element());
                return (name, MatValue.Empty with { Dimensions = dimensions, Text = string.Concat(letters.Select(letter => (char)letter)) });
            case >= 6 and <= 15:
                return (name, MatValue.Empty with { Dimensions = dimensions, Numbers = count == 0 ? [] : Numbers(reader.Element()) });
            default:
                return (name, MatValue.Empty with { Dimensions = dimensions });
        }
    }

    private static MatValue[] Values(ref Reader reader, int count, int depth)
    {
        var values = new MatValue[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = Value(reader.Element().Data, depth + 1).Value;
        }

        return values;
    }

    private static double[] Numbers((int Type, ReadOnlyMemory<byte> Data) element)
    {
        var size = element.Type switch { 1 or 2 or 16 => 1, 3 or 4 or 17 => 2, 5 or 6 or 7 => 4, 9 or 12 or 13 => 8, _ => throw new FormatException($"elements of type {element.Type}") };
        var numbers = new double[element.Data.Length / size];
        for (var i = 0; i < numbers.Length; i++)
        {
            var at = element.Data.Span[(i * size)..];
            numbers[i] = element.Type switch
            {
                1 => (sbyte)at[0],
                2 or 16 => at[0],
                3 => BinaryPrimitives.ReadInt16LittleEndian(at),
                4 or 17 => BinaryPrimitives.ReadUInt16LittleEndian(at),
                5 => BinaryPrimitives.ReadInt32LittleEndian(at),
                6 => BinaryPrimitives.ReadUInt32LittleEndian(at),
                7 => BinaryPrimitives.ReadSingleLittleEndian(at),
                9 => BinaryPrimitives.ReadDoubleLittleEndian(at),
                12 => BinaryPrimitives.ReadInt64LittleEndian(at),
                _ => BinaryPrimitives.ReadUInt64LittleEndian(at),
            };
        }

        return numbers;
    }

    /// <summary>Walks over tagged elements.</summary>
    private struct Reader(ReadOnlyMemory<byte> content)
    {
        private int position;

        public readonly bool HasMore => position + 8 <= content.Length;

        public (int Type, ReadOnlyMemory<byte> Data) Element()
        {
            var tag = BinaryPrimitives.ReadUInt32LittleEndian(content.Span[position..]);
            if (tag >> 16 != 0)
            {
                // Up to four bytes fit into the tag itself.
                var small = content.Slice(position + 4, (int)(tag >> 16));
                position += 8;
                return ((int)(tag & 0xFFFF), small);
            }

            var length = checked((int)BinaryPrimitives.ReadUInt32LittleEndian(content.Span[(position + 4)..]));
            var data = content.Slice(position + 8, length);
            position += 8 + (tag == Compressed ? length : (length + 7) & ~7);
            return ((int)tag, data);
        }
    }
}
