using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>Reads the payloads of <see cref="PayloadEncoder"/>. Strict: what is damaged is refused and named, never guessed.</summary>
public static class PayloadDecoder
{
    /// <summary>Pixels of the largest frame that is decoded: 4096 x 2160.</summary>
    public const int MostPixels = 4096 * 2160;

    /// <summary>Reads the header alone: cheap, for those who only want to know which frame it is.</summary>
    /// <exception cref="PayloadException">The payload is not one of ours or its header is damaged.</exception>
    public static FrameHeader ReadHeader(ReadOnlySpan<byte> payload) => Locate(payload, out _);

    /// <summary>Reads a whole payload.</summary>
    /// <exception cref="PayloadException">The payload is damaged; the message says how.</exception>
    public static DecodedFrame Decode(ReadOnlySpan<byte> payload)
    {
        FrameHeader header = Locate(payload, out int dataOffset);
        if (header.Width == 0 || header.Height == 0)
        {
            throw new PayloadException($"The frame header says {header.Width} x {header.Height} pixels.");
        }
        if ((long)header.Width * header.Height > MostPixels)
        {
            // A few hundred bytes must not make a subscriber take gigabytes.
            throw new PayloadException($"The frame header says {header.Width} x {header.Height} pixels, more than the {MostPixels} of a 4K image.");
        }
        if (header.Kind is not (OutputKind.Segmentation or OutputKind.Depth or OutputKind.Normals))
        {
            throw new PayloadException($"The payload holds a '{Topics.NameOf(header.Kind)}', not a dense output.");
        }
        byte[] pixels = header.Encoding == PayloadEncoding.Png ? PngReader.ReadPixels(payload, header) : Unpack(payload[dataOffset..], header);
        return Interpret(header, pixels);
    }

    /// <summary>Bytes a pixel of the <c>raw</c> layout.</summary>
    internal static int BytesPerPixel(OutputKind kind) => kind switch
    {
        OutputKind.Segmentation => 1,
        OutputKind.Depth => 2,
        _ => 3,
    };

    internal static void RequireCrc(in FrameHeader header, ReadOnlySpan<byte> data)
    {
        uint actual = Crc32.HashToUInt32(data);
        if (actual != header.Crc32)
        {
            throw new PayloadException(string.Create(CultureInfo.InvariantCulture, $"The pixel data has CRC 0x{actual:X8}, the frame header says 0x{header.Crc32:X8}: the payload is damaged."));
        }
    }

    private static FrameHeader Locate(ReadOnlySpan<byte> payload, out int dataOffset)
    {
        bool isPng = payload.StartsWith(PngWriter.Signature);
        ReadOnlySpan<byte> headerBytes = isPng ? PngReader.FindFrameHeader(payload) : payload;
        string? problem = FrameHeader.TryRead(headerBytes, out FrameHeader header, out dataOffset);
        if (problem is not null)
        {
            throw new PayloadException($"The {problem}.");
        }
        if (isPng != (header.Encoding == PayloadEncoding.Png))
        {
            throw new PayloadException($"The frame header names the encoding {header.Encoding}, but the payload {(isPng ? "is" : "is not")} a PNG file.");
        }
        return header;
    }

    private static byte[] Unpack(ReadOnlySpan<byte> data, in FrameHeader header)
    {
        RequireCrc(header, data);
        int count = header.Width * header.Height;
        byte[] pixels = GC.AllocateUninitializedArray<byte>(count * (header is { Kind: OutputKind.Normals, Encoding: PayloadEncoding.Fast } ? 2 : BytesPerPixel(header.Kind)));
        switch (header.Encoding)
        {
            case PayloadEncoding.Raw:
                if (data.Length != pixels.Length)
                {
                    throw new PayloadException($"The raw payload has {data.Length} bytes of pixels; {header.Width} x {header.Height} need {pixels.Length}.");
                }
                data.CopyTo(pixels);
                break;
            case PayloadEncoding.Rvl when header.Kind == OutputKind.Depth:
                RvlCodec.Decode(data, MemoryMarshal.Cast<byte, ushort>(pixels.AsSpan()));
                break;
            case PayloadEncoding.Fast when header.Kind == OutputKind.Depth:
                byte[] planes = GC.AllocateUninitializedArray<byte>(pixels.Length);
                FastCodec.Decompress(data, planes);
                FastCodec.JoinSum(planes, header.Width, MemoryMarshal.Cast<byte, ushort>(pixels.AsSpan()));
                break;
            case PayloadEncoding.Fast:
                FastCodec.Decompress(data, pixels);
                if (header.Kind == OutputKind.Normals)
                {
                    FastCodec.Sum(pixels, header.Width);
                }
                break;
            default:
                throw new PayloadException($"The encoding {header.Encoding} is not known for the output '{Topics.NameOf(header.Kind)}'.");
        }
        return pixels;
    }

    private static DecodedFrame Interpret(in FrameHeader header, byte[] pixels)
    {
        switch (header.Kind)
        {
            case OutputKind.Segmentation:
                return new DecodedFrame(header) { ClassIds = pixels };
            case OutputKind.Depth:
                ReadOnlySpan<ushort> raw = MemoryMarshal.Cast<byte, ushort>(pixels);
                float[] metres = GC.AllocateUninitializedArray<float>(raw.Length);
                for (int i = 0; i < raw.Length; i++)
                {
                    metres[i] = raw[i] == PixelConversion.InvalidDepth ? float.NaN : (raw[i] * header.Scale) + header.Offset;
                }
                return new DecodedFrame(header) { Depth = metres };
            default:
                int count = header.Width * header.Height;
                float[] normals = GC.AllocateUninitializedArray<float>(3 * count);
                if (header.Encoding == PayloadEncoding.Fast)
                {
                    OctahedralNormals.Decode(pixels, normals);
                }
                else
                {
                    PixelConversion.FromRgb(pixels, normals);
                }
                return new DecodedFrame(header) { Normals = normals };
        }
    }
}
