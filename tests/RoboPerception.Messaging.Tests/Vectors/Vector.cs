using System.Globalization;
using System.Runtime.InteropServices;
using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

/// <summary>One sound payload of <c>tests/vectors</c>.</summary>
/// <param name="Name">File name; what follows the last dot tells a person the encoding.</param>
/// <param name="Payload">The message.</param>
internal sealed record Vector(string Name, byte[] Payload)
{
    /// <summary>First line of <c>sound.tsv</c>.</summary>
    public const string Columns = "file\tkind\tencoding\tflags\twidth\theight\tsource_width\tsource_height\tsequence\tacquired\tpublished\tsession\tscale_x\tscale_y\toffset_x\toffset_y\tscale\toffset\tmodel";

    /// <summary>What every reader must find in the header, as a line of <c>sound.tsv</c>.</summary>
    public string Line()
    {
        FrameHeader h = PayloadDecoder.ReadHeader(Payload);
        PixelTransform t = h.ModelToSource;
        return string.Create(CultureInfo.InvariantCulture, $"{Name}\t{(int)h.Kind}\t{(int)h.Encoding}\t{h.Flags}\t{h.Width}\t{h.Height}\t{h.SourceWidth}\t{h.SourceHeight}\t{h.Sequence}\t{h.AcquisitionStamp}\t{h.PublishStamp}\t{h.SessionId}\t{t.ScaleX:R}\t{t.ScaleY:R}\t{t.OffsetX:R}\t{t.OffsetY:R}\t{h.Scale:R}\t{h.Offset:R}\t{h.ModelId:x16}");
    }

    /// <summary>
    /// What every reader must make of it: class ids as bytes, metres or planar normals as little-endian float32; of a bundle those of its parts, of a
    /// cloud seven float32 a point.
    /// </summary>
    public byte[] Values() => Values(Name, Payload);

    /// <summary>Reads a payload; the file's name says which reader it is for.</summary>
    /// <exception cref="PayloadException">The payload is damaged.</exception>
    public static byte[] Values(string name, byte[] payload)
    {
        if (name.StartsWith("bundle-", StringComparison.Ordinal))
        {
            return [.. BundleReader.Read(payload).SelectMany(part => Values(part.Decode()))];
        }
        return name.StartsWith("points-", StringComparison.Ordinal)
            ? MemoryMarshal.AsBytes<float>([.. PointsPayload.Read(payload).SelectMany(p => (float[])[p.X, p.Y, p.Z, p.NormalX, p.NormalY, p.NormalZ, p.ClassId])]).ToArray()
            : Values(PayloadDecoder.Decode(payload));
    }

    private static byte[] Values(DecodedFrame frame) => frame.ClassIds ?? MemoryMarshal.AsBytes<float>(frame.Depth ?? frame.Normals).ToArray();
}

/// <summary>One damaged payload of <c>tests/vectors</c>.</summary>
/// <param name="Name">File name.</param>
/// <param name="Payload">The message.</param>
/// <param name="What">What is wrong with it, for people.</param>
internal sealed record DamagedVector(string Name, byte[] Payload, string What);
