using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RoboPerception.Training.Data;

/// <summary>An array of NumPy's <c>.npy</c> files, versions 1 to 3, of numbers; the elements come in C order whatever the file's order.</summary>
internal sealed partial class NpyArray
{
    private const int MagicLength = 6, LongestHeader = 1 << 16;

    private NpyArray(string type, IReadOnlyList<int> shape, float[] values)
    {
        Type = type;
        Shape = shape;
        Values = values;
    }

    /// <summary>The type in the file, e.g. <c>&lt;f8</c>.</summary>
    public string Type { get; }

    /// <summary>Dimensions.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Elements in C order. Single precision holds every number of the image formats: labels, metres, unit vectors.</summary>
    public float[] Values { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">It is missing, cut short, or no array of numbers.</exception>
    public static NpyArray Read(string path)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (IOException error)
        {
            throw ImageReader.Damaged(path, File.Exists(path) ? "cannot be read" : "is missing, but its id is in the list", error);
        }

        try
        {
            return Parse(content);
        }
        catch (FormatException error)
        {
            throw ImageReader.Damaged(path, error.Message, error);
        }
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <exception cref="FormatException">They are no array of numbers, or too few.</exception>
    public static NpyArray Parse(ReadOnlySpan<byte> content)
    {
        if (content.Length < 10 || !IsMagic(content))
        {
            throw new FormatException("is not a .npy file");
        }

        var isFirstVersion = content[MagicLength] == 1;
        var start = isFirstVersion ? 10 : 12;
        var headerLength = isFirstVersion
            ? BinaryPrimitives.ReadUInt16LittleEndian(content[8..])
            : content.Length >= 12 ? (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(content[8..]), int.MaxValue) : int.MaxValue;
        if (headerLength > LongestHeader || start + headerLength > content.Length)
        {
            throw new FormatException("is cut short in its header");
        }

        var header = Encoding.UTF8.GetString(content.Slice(start, headerLength));
        Match type = TypePattern().Match(header), order = OrderPattern().Match(header), shape = ShapePattern().Match(header);
        if (!type.Success || !order.Success || !shape.Success)
        {
            throw new FormatException($"has a header that is not understood: {header.Trim()}");
        }

        int[] dimensions = [.. shape.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : throw new FormatException($"has the dimension '{text}'"))];
        var values = Elements(type.Groups[1].Value, content[(start + headerLength)..], dimensions);
        return new NpyArray(type.Groups[1].Value, dimensions, order.Groups[1].Value == "True" ? ToRowOrder(values, dimensions) : values);
    }

    /// <summary>The elements if the shape is as expected; -1 in the expectation stands for any size, and a last dimension of 1 may be absent.</summary>
    /// <exception cref="UserErrorException">The shape is another; the file is named.</exception>
    internal (float[] Values, int Rows, int Columns) Map(string path, int channels)
    {
        var isMap = channels == 1 ? Shape.Count == 2 || (Shape.Count == 3 && Shape[2] == 1) : Shape.Count == 3 && Shape[2] == channels;
        return isMap && Values.Length > 0
            ? (Values, Shape[0], Shape[1])
            : throw ImageReader.Damaged(path, $"has shape ({string.Join(", ", Shape)}), expected (H, W{(channels == 1 ? "" : $", {channels}")})");
    }

    private static bool IsMagic(ReadOnlySpan<byte> content) => content[0] == 0x93 && content[1..MagicLength].SequenceEqual("NUMPY"u8);

    private static float[] Elements(string type, ReadOnlySpan<byte> data, int[] dimensions)
    {
        if (type.Length != 3 || type[0] is not ('<' or '|' or '='))
        {
            throw new FormatException($"holds elements of type '{type}'; little-endian numbers are read");
        }

        var size = type[2] - '0';
        if (size is < 1 or > 8)
        {
            throw new FormatException($"holds elements of type '{type}'; numbers are read");
        }

        // In Int128 no header overflows: it has at most 65536 letters, but dimensions that are too many are refused before.
        var count = dimensions.Length <= 8 ? dimensions.Aggregate((Int128)1, (product, dimension) => dimension == 0 ? 0 : Int128.Min(product * dimension, long.MaxValue)) : throw new FormatException($"has {dimensions.Length} dimensions");
        if (count * size > data.Length)
        {
            throw new FormatException($"is cut short: {count} elements of {size} bytes are announced, {data.Length} bytes are there");
        }

        var values = new float[(int)count];
        for (var i = 0; i < values.Length; i++)
        {
            var at = data[(i * size)..];
            values[i] = type[1..] switch
            {
                "f8" => (float)BinaryPrimitives.ReadDoubleLittleEndian(at),
                "f4" => BinaryPrimitives.ReadSingleLittleEndian(at),
                "f2" => (float)BinaryPrimitives.ReadHalfLittleEndian(at),
                "i8" => BinaryPrimitives.ReadInt64LittleEndian(at),
                "i4" => BinaryPrimitives.ReadInt32LittleEndian(at),
                "i2" => BinaryPrimitives.ReadInt16LittleEndian(at),
                "i1" => (sbyte)at[0],
                "u8" => BinaryPrimitives.ReadUInt64LittleEndian(at),
                "u4" => BinaryPrimitives.ReadUInt32LittleEndian(at),
                "u2" => BinaryPrimitives.ReadUInt16LittleEndian(at),
                "u1" or "b1" => at[0],
                _ => throw new FormatException($"holds elements of type '{type}'; numbers are read"),
            };
        }

        return values;
    }

    /// <summary>From Fortran order (first index fastest) to C order (last index fastest).</summary>
    private static float[] ToRowOrder(float[] values, int[] dimensions)
    {
        var sorted = new float[values.Length];
        var index = new int[dimensions.Length];
        for (var i = 0; i < values.Length; i++)
        {
            int from = 0, stride = 1;
            for (var d = 0; d < dimensions.Length; d++)
            {
                from += index[d] * stride;
                stride *= dimensions[d];
            }

            sorted[i] = values[from];
            for (var d = dimensions.Length - 1; d >= 0 && ++index[d] == dimensions[d]; d--)
            {
                index[d] = 0;
            }
        }

        return sorted;
    }

    [GeneratedRegex("'descr'\\s*:\\s*'([^']+)'")]
    private static partial Regex TypePattern();

    [GeneratedRegex("'fortran_order'\\s*:\\s*(True|False)")]
    private static partial Regex OrderPattern();

    [GeneratedRegex("'shape'\\s*:\\s*\\(([0-9, ]*)\\)")]
    private static partial Regex ShapePattern();
}
