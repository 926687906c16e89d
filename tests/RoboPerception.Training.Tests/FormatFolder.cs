using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using OpenCvSharp;

namespace RoboPerception.Training.Tests;

/// <summary>A temporary folder that files of the formats under test are written into, byte by byte as their programs write them.</summary>
internal sealed class FormatFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("roboperception").FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);

    public string At(string name)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    public void Text(string name, params string[] lines) => File.WriteAllLines(At(name), lines);

    /// <summary>An image of three channels from values of red, green, blue.</summary>
    public void Image(string name, int height, int width, Func<int, (byte R, byte G, byte B)> pixel)
    {
        using var mat = new Mat(height, width, MatType.CV_8UC3);
        for (var i = 0; i < height * width; i++)
        {
            var (r, g, b) = pixel(i);
            mat.AsSpan<Vec3b>()[i] = new Vec3b(b, g, r);
        }

        Assert.True(Cv2.ImWrite(At(name), mat), name);
    }

    public void Map8(string name, int height, int width, Func<int, byte> pixel) => Map(name, height, width, MatType.CV_8UC1, pixel);

    public void Map16(string name, int height, int width, Func<int, ushort> pixel) => Map(name, height, width, MatType.CV_16UC1, pixel);

    /// <summary>An array as NumPy saves it (version 1.0, header padded to 64).</summary>
    public void Npy(string name, string type, int[] shape, Func<int, double> value, bool fortran = false)
    {
        var dimensions = string.Join(", ", shape) + (shape.Length == 1 ? "," : "");
        var header = $"{{'descr': '{type}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': ({dimensions}), }}";
        header = header.PadRight(((10 + header.Length + 1 + 63) / 64 * 64) - 11) + "\n";
        using var stream = File.Create(At(name));
        stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(header));
        var count = shape.Aggregate(1, (product, dimension) => product * dimension);
        for (var i = 0; i < count; i++)
        {
            stream.Write(Element(type, value(i)));
        }
    }

    /// <summary>Variables of a MATLAB file of level 5.</summary>
    public void Mat5(string name, bool compressed, params byte[][] matrices)
    {
        using var stream = File.Create(At(name));
        var header = new byte[128];
        header.AsSpan().Fill((byte)' ');
        "MATLAB 5.0 MAT-file"u8.CopyTo(header);
        (header[124], header[125], header[126], header[127]) = (0, 1, (byte)'I', (byte)'M');
        stream.Write(header);
        foreach (var matrix in matrices)
        {
            if (!compressed)
            {
                stream.Write(matrix);
                continue;
            }

            using var packed = new MemoryStream();
            using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            {
                zlib.Write(matrix);
            }

            stream.Write(Bytes(15u));
            stream.Write(Bytes((uint)packed.Length));
            stream.Write(packed.ToArray());
        }
    }

    /// <summary>A matrix of numbers given row after row; class 6 = double, 9 = uint8, 11 = uint16.</summary>
    public static byte[] Numbers(string name, int kind, int rows, int columns, Func<int, double> value)
    {
        var (type, size) = kind switch { 9 => (2, 1), 11 => (4, 2), _ => (9, 8) };
        var data = new byte[rows * columns * size];
        for (var i = 0; i < rows * columns; i++)
        {
            var at = data.AsSpan(((i % columns * rows) + (i / columns)) * size);
            switch (size)
            {
                case 1: at[0] = (byte)value(i); break;
                case 2: BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)value(i)); break;
                default: BinaryPrimitives.WriteDoubleLittleEndian(at, value(i)); break;
            }
        }

        return Matrix(name, kind, [rows, columns], Tagged(type, data));
    }

    public static byte[] Letters(string name, string text) => Matrix(name, 4, [1, text.Length], Tagged(4, Encoding.Unicode.GetBytes(text)));

    /// <summary>An array (1,N) of structures with the same fields; values are matrices without a name.</summary>
    public static byte[] Structures(string name, string[] fields, params byte[][][] elements)
    {
        var names = new byte[fields.Length * 32];
        for (var f = 0; f < fields.Length; f++)
        {
            Encoding.ASCII.GetBytes(fields[f]).CopyTo(names, 32 * f);
        }

        return Matrix(name, 2, [1, elements.Length], [.. Tagged(5, Bytes(32u)), .. Tagged(1, names), .. elements.SelectMany(element => element.SelectMany(value => value))]);
    }

    /// <summary>An element with its tag; up to four bytes go into the tag, as MATLAB does it.</summary>
    private static byte[] Tagged(int type, byte[] data)
    {
        if (data.Length is > 0 and <= 4)
        {
            byte[] small = [.. Bytes((uint)(type | (data.Length << 16))), .. data];
            Array.Resize(ref small, 8);
            return small;
        }

        byte[] element = [.. Bytes((uint)type), .. Bytes((uint)data.Length), .. data];
        Array.Resize(ref element, (element.Length + 7) & ~7);
        return element;
    }

    private static byte[] Matrix(string name, int kind, int[] dimensions, byte[] content)
    {
        byte[] body =
        [
            .. Tagged(6, [.. Bytes((uint)kind), .. Bytes(0u)]),
            .. Tagged(5, MemoryMarshal.AsBytes<int>(dimensions).ToArray()),
            .. Tagged(1, Encoding.ASCII.GetBytes(name)),
            .. content,
        ];
        return [.. Bytes(14u), .. Bytes((uint)body.Length), .. body];
    }

    private static byte[] Bytes(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Element(string type, double value) => type[1..] switch
    {
        "f8" => BitConverter.GetBytes(value),
        "f4" => BitConverter.GetBytes((float)value),
        "i8" => BitConverter.GetBytes((long)value),
        "i4" => BitConverter.GetBytes((int)value),
        "i2" => BitConverter.GetBytes((short)value),
        "u1" => [(byte)value],
        _ => throw new ArgumentException(type),
    };

    private void Map<T>(string name, int height, int width, MatType type, Func<int, T> pixel)
        where T : unmanaged
    {
        using var mat = new Mat(height, width, type);
        for (var i = 0; i < height * width; i++)
        {
            mat.AsSpan<T>()[i] = pixel(i);
        }

        Assert.True(Cv2.ImWrite(At(name), mat), name);
    }
}
