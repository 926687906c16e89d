using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

/// <summary>The sound payloads of <c>tests/vectors</c>: every output in every encoding at several sizes, and what a reader must also accept.</summary>
internal static class SoundVectors
{
    private static readonly (int Width, int Height)[] Sizes = [(1, 1), (17, 5), (48, 36), (97, 41)];

    public static IEnumerable<Vector> All()
    {
        foreach (object[] combination in TestSupport.Combinations)
        {
            var (kind, encoding) = ((OutputKind)combination[0], (PayloadEncoding)combination[1]);
            foreach ((int width, int height) in Sizes)
            {
                yield return new Vector(FileName(kind, encoding, $"{width}x{height}"), Payload(kind, encoding, width, height));
            }
        }
        foreach (PayloadEncoding encoding in (PayloadEncoding[])[PayloadEncoding.Png, PayloadEncoding.Fast, PayloadEncoding.Rvl])
        {
            yield return new Vector(FileName(OutputKind.Depth, encoding, "nothing-valid"), Encode(OutputKind.Depth, encoding, 20, 9, _ => float.NaN));
            yield return new Vector(FileName(OutputKind.Depth, encoding, "everything-valid"), Encode(OutputKind.Depth, encoding, 20, 9, i => 1 + (i * 0.3f)));
        }
        foreach (OutputKind kind in (OutputKind[])[OutputKind.Segmentation, OutputKind.Depth, OutputKind.Normals])
        {
            byte[] png = Payload(kind, PayloadEncoding.Png, 23, 14);
            yield return new Vector(FileName(kind, PayloadEncoding.Png, "all-filters-stored"), HandmadePng.Rewrite(png, [0, 1, 2, 3, 4], stored: true, chunkLength: 64));
            yield return new Vector(FileName(kind, PayloadEncoding.Png, "other-filters-fixed-codes"), HandmadePng.Rewrite(png, [4, 3, 2, 1, 0, 3, 4], stored: false, chunkLength: 7));
            yield return new Vector(FileName(kind, PayloadEncoding.Png, "longer-header"), LongerHeader(png));
            yield return new Vector(FileName(kind, PayloadEncoding.Raw, "longer-header-flags"), LongerHeader(Payload(kind, PayloadEncoding.Raw, 23, 14)));
        }
        byte[] scaled = Payload(OutputKind.Depth, PayloadEncoding.Raw, 17, 5);
        BinaryPrimitives.WriteSingleLittleEndian(scaled.AsSpan(62), 0.0025f);
        BinaryPrimitives.WriteSingleLittleEndian(scaled.AsSpan(66), -0.125f);
        yield return new Vector(FileName(OutputKind.Depth, PayloadEncoding.Raw, "scale-and-offset"), scaled);
        // Numbers beyond what a double holds exactly: JavaScript needs BigInt for these.
        yield return new Vector("segmentation-largest-numbers.fast", Encode(OutputKind.Segmentation, PayloadEncoding.Fast, 9, 9, i => i, ulong.MaxValue, uint.MaxValue));
        foreach (PayloadEncoding encoding in (PayloadEncoding[])[PayloadEncoding.Png, PayloadEncoding.Raw])
        {
            OutputKind[] kinds = [OutputKind.Segmentation, OutputKind.Depth, OutputKind.Normals];
            yield return new Vector($"bundle-{encoding.ToString().ToLowerInvariant()}", Bundle([.. kinds.Select(kind => Payload(kind, encoding, 23, 14))]));
        }
        // What a later version may add: a fourth part of a kind that nobody knows.
        byte[] later = Bundle(
            Payload(OutputKind.Segmentation, PayloadEncoding.Raw, 9, 7), Payload(OutputKind.Depth, PayloadEncoding.Rvl, 9, 7),
            Payload(OutputKind.Segmentation, PayloadEncoding.Raw, 9, 7), Payload(OutputKind.Normals, PayloadEncoding.Png, 9, 7));
        later[FrameHeader.Size + 4 + (2 * 8)] = 200;
        yield return new Vector("bundle-unknown-part", Sealed(later));
        yield return new Vector("points-none", Points(0));
        yield return new Vector("points-some", Points(40));
    }

    /// <summary>Several outputs of one frame in one message.</summary>
    public static byte[] Bundle(params byte[][] parts)
    {
        var writer = new BundleWriter(parts.Length);
        var target = new PayloadBuffer();
        FrameHeader header = PayloadDecoder.ReadHeader(parts[0]);
        writer.Begin(header, target);
        foreach (byte[] part in parts)
        {
            var buffer = new PayloadBuffer();
            buffer.SetForeign(part, PayloadDecoder.ReadHeader(part));
            writer.Add(buffer);
        }
        writer.Finish();
        target.StampPublish(1_700_000_000_300_000_000);
        return target.Memory.ToArray();
    }

    /// <summary>A cloud of so many points.</summary>
    public static byte[] Points(int count)
    {
        byte[] data = new byte[count * PointsPayload.PointBytes];
        for (int i = 0; i < count; i++)
        {
            float[] values = [i * 0.1f, -1 + (i * 0.01f), 2 + (i % 7), 0, i % 3 == 0 ? 0 : -0.6f, i % 3 == 0 ? 0 : -0.8f];
            MemoryMarshal.AsBytes<float>(values).CopyTo(data.AsSpan(i * PointsPayload.PointBytes));
            data[(i * PointsPayload.PointBytes) + PointsPayload.PointBytes - 1] = (byte)(i % 5 == 4 ? 255 : i % 13);
        }
        var buffer = new PayloadBuffer();
        buffer.SetRaw(TestSupport.Header(OutputKind.Points, count, 1), data);
        buffer.StampPublish(1_700_000_000_200_000_000);
        return buffer.Memory.ToArray();
    }

    /// <summary>A payload of an image with noise, holes and what cannot be said.</summary>
    public static byte[] Payload(OutputKind kind, PayloadEncoding encoding, int width, int height) => Encode(kind, encoding, width, height, i => Metres(i, width));

    /// <summary>CRC anew, after the bytes behind the header were changed.</summary>
    public static byte[] Sealed(byte[] payload)
    {
        int length = BinaryPrimitives.ReadUInt16LittleEndian(payload.AsSpan(4));
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(78), Crc32.HashToUInt32(payload.AsSpan(length)));
        return payload;
    }

    public static string FileName(OutputKind kind, PayloadEncoding encoding, string what) => $"{Topics.NameOf(kind)}-{what}.{encoding.ToString().ToLowerInvariant()}";

    private static byte[] Encode(OutputKind kind, PayloadEncoding encoding, int width, int height, Func<int, float> value, ulong sequence = 7, uint session = 0xCAFE)
    {
        var encoder = new PayloadEncoder(kind, encoding);
        var buffer = new PayloadBuffer();
        FrameHeader header = TestSupport.Header(kind, width, height, sequence, session);
        int count = width * height;
        switch (kind)
        {
            case OutputKind.Segmentation:
                encoder.EncodeSegmentation(header, [.. Enumerable.Range(0, count).Select(i => float.IsNaN(value(i)) ? (byte)255 : (byte)(value(i) * 3))], buffer);
                break;
            case OutputKind.Depth:
                encoder.EncodeDepth(header, [.. Enumerable.Range(0, count).Select(value)], buffer);
                break;
            default:
                encoder.EncodeNormals(header, Normals(width, height), buffer);
                break;
        }
        buffer.StampPublish(1_700_000_000_200_000_000);
        return buffer.Memory.ToArray();
    }

    /// <summary>A slanted wall, nearer boxes with noise on them, a hole, and now and then a depth that cannot be said.</summary>
    private static float Metres(int i, int width)
    {
        (int x, int y) = (i % width, i / width);
        uint noise = (uint)i * 2654435761u >> 8;
        return (x / 11 + y / 9) % 5 == 4 ? float.NaN
            : noise % 97 == 0 ? 70f
            : (x / 13 + y / 7) % 3 == 0 ? 0.8f + (noise % 700 / 1000f)
            : 2.5f + (x * 0.011f) - (y * 0.004f);
    }

    private static float[] Normals(int width, int height)
    {
        int count = width * height;
        float[] planes = new float[3 * count];
        for (int i = 0; i < count; i++)
        {
            // In the right half each pixel looks elsewhere, some of them away from the camera; in the left half walls and the floor meet.
            uint noise = (uint)i * 2654435761u;
            (float x, float y, float z) = i % width > width / 2
                ? ((noise & 255) - 128f, (noise >> 8 & 255) - 128f, (noise >> 16 & 255) - 200f)
                : i / width > height / 2 ? (0, -1, -0.02f) : (0.3f, 0, -1);
            float length = MathF.Sqrt((x * x) + (y * y) + (z * z));
            float scale = noise % 41 == 0 || length == 0 ? 0 : 1 / length;
            (planes[i], planes[count + i], planes[(2 * count) + i]) = (x * scale, y * scale, z * scale);
        }
        return planes;
    }

    /// <summary>As a later version may write it: more behind the known fields, flags of which today's readers know nothing.</summary>
    private static byte[] LongerHeader(byte[] payload)
    {
        bool isPng = payload[0] == 0x89;
        int start = isPng ? PngFormat.FrameHeaderOffset : 0;
        byte[] header = [.. payload[start..(start + FrameHeader.Size)], 1, 2, 3, 4];
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), FrameHeader.Size + 4);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), 0x8001);
        return isPng
            ? [.. payload[..PngWriter.SecondChunkOffset], .. HandmadePng.Chunk("rpFh"u8, header), .. payload[(start + FrameHeader.Size + 4)..]]
            : [.. header, .. payload[FrameHeader.Size..]];
    }
}
