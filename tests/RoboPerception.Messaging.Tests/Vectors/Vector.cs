using System.Globalization;
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

    /// <summary>What every reader must make of the pixels: class ids as bytes, metres or planar normals as little-endian float32.</summary>
    public byte[] Values()
    {
        DecodedFrame frame = PayloadDecoder.Decode(Payload);
        return frame.ClassIds ?? System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(frame.Depth ?? frame.Normals).ToArray();
    }
}

/// <summary>One damaged payload of <c>tests/vectors</c>.</summary>
/// <param name="Name">File name.</param>
/// <param name="Payload">The message.</param>
/// <param name="What">What is wrong with it, for people.</param>
internal sealed record DamagedVector(string Name, byte[] Payload, string What);
