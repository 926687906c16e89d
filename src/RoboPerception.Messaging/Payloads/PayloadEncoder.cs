using System.IO.Hashing;
using System.Runtime.InteropServices;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>
/// Turns what the network predicts into the payload of one topic. Holds its scratch memory, so one encoder serves one topic on one
/// thread; after the first frame of a size nothing managed is allocated.
/// <para>Layouts, all numbers little-endian unless said otherwise, W x H pixels row by row from the top:</para>
/// <list type="bullet">
/// <item><c>raw</c>: 96-byte header, then the pixels. Segmentation: uint8 class id. Depth: uint16 millimetres, 0 = invalid (REP-118);
/// header scale 0.001. Normals: three uint8 R,G,B = (n * 0.5 + 0.5) * 255 for x,y,z; (128,128,128) = invalid.</item>
/// <item><c>png</c>: a PNG file of exactly these pixels (grey 8, grey 16, RGB 8) with the header in the chunk <c>rpFh</c> behind IHDR. The
/// header's CRC is that of the <c>raw</c> pixels, little-endian.</item>
/// <item><c>fast</c>: 96-byte header, then Brotli; see <see cref="FastCodec"/> and <see cref="OctahedralNormals"/>.</item>
/// <item><c>rvl</c> (depth): 96-byte header, then RVL; see <see cref="RvlCodec"/>.</item>
/// </list>
/// In <c>raw</c>, <c>fast</c> and <c>rvl</c> the header's CRC is that of all bytes behind the header.
/// </summary>
public sealed class PayloadEncoder
{
    /// <summary>Metres of one raw depth unit.</summary>
    public const float DepthScale = 0.001f;

    private const int DepthBrotliQuality = 0;
    private const int PlanesBrotliQuality = 1;

    private readonly PngWriter? png;
    private byte[] pixels = [];
    private byte[] transformed = [];

    /// <summary>An encoder for one kind of output.</summary>
    /// <exception cref="UserErrorException">The kind has no such encoding.</exception>
    public PayloadEncoder(OutputKind kind, PayloadEncoding encoding)
    {
        RequireSupported(kind, encoding);
        (Kind, Encoding) = (kind, encoding);
        if (encoding == PayloadEncoding.Png)
        {
            png = new PngWriter();
        }
    }

    /// <summary>What is encoded.</summary>
    public OutputKind Kind { get; }

    /// <summary>How.</summary>
    public PayloadEncoding Encoding { get; }

    /// <summary>Checks a combination that a person chose.</summary>
    /// <exception cref="UserErrorException">The kind has no such encoding.</exception>
    public static void RequireSupported(OutputKind kind, PayloadEncoding encoding)
    {
        bool supported = kind is OutputKind.Segmentation or OutputKind.Depth or OutputKind.Normals
            && (encoding is PayloadEncoding.Png or PayloadEncoding.Fast or PayloadEncoding.Raw || (encoding == PayloadEncoding.Rvl && kind == OutputKind.Depth));
        if (!supported)
        {
            string choices = kind == OutputKind.Depth ? "png, fast, rvl, raw" : "png, fast, raw";
            throw new UserErrorException(ExitCode.Usage, $"The output '{Topics.NameOf(kind)}' cannot be encoded as '{encoding.ToString().ToLowerInvariant()}'; choose one of {choices}.");
        }
    }

    /// <summary>Encodes a segmentation.</summary>
    /// <param name="header">Grid, stamps and ids; kind, encoding, scale, offset and CRC are filled in here.</param>
    /// <param name="classIds">[H,W], 255 = unlabelled.</param>
    /// <param name="target">Receives the payload.</param>
    public void EncodeSegmentation(in FrameHeader header, ReadOnlySpan<byte> classIds, PayloadBuffer target)
    {
        Require(OutputKind.Segmentation, header, classIds.Length, 1);
        Finish(header, classIds, 1f, target);
    }

    /// <summary>Encodes a depth map.</summary>
    /// <param name="header">As in <see cref="EncodeSegmentation"/>.</param>
    /// <param name="metres">[H,W]; not a number, infinite, not positive or beyond 65.5 m = invalid.</param>
    /// <param name="target">Receives the payload.</param>
    public void EncodeDepth(in FrameHeader header, ReadOnlySpan<float> metres, PayloadBuffer target)
    {
        Require(OutputKind.Depth, header, metres.Length, 1);
        Span<byte> millimetres = Scratch(ref pixels, metres.Length * sizeof(ushort));
        PixelConversion.ToMillimetres(metres, MemoryMarshal.Cast<byte, ushort>(millimetres));
        Finish(header, millimetres, DepthScale, target);
    }

    /// <summary>Encodes surface normals.</summary>
    /// <param name="header">As in <see cref="EncodeSegmentation"/>.</param>
    /// <param name="planes">[3,H,W], unit length, camera optical frame; (0,0,0) or not a number = invalid.</param>
    /// <param name="target">Receives the payload.</param>
    public void EncodeNormals(in FrameHeader header, ReadOnlySpan<float> planes, PayloadBuffer target)
    {
        Require(OutputKind.Normals, header, planes.Length, 3);
        int count = planes.Length / 3;
        if (Encoding == PayloadEncoding.Fast)
        {
            Span<byte> uv = Scratch(ref pixels, 2 * count);
            OctahedralNormals.Encode(planes, uv);
            Finish(header, uv, 1f, target);
            return;
        }
        Span<byte> rgb = Scratch(ref pixels, 3 * count);
        PixelConversion.ToRgb(planes, rgb);
        Finish(header, rgb, 1f, target);
    }

    private static Span<byte> Scratch(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        }
        return buffer.AsSpan(0, length);
    }

    private void Require(OutputKind kind, in FrameHeader header, int length, int channels)
    {
        if (kind != Kind)
        {
            throw new InvalidOperationException($"This encoder is for {Topics.NameOf(Kind)}, not for {Topics.NameOf(kind)}.");
        }
        if (header.Width == 0 || header.Height == 0 || length != channels * header.Width * header.Height)
        {
            throw new ArgumentException($"{length} values do not fill {channels} x {header.Height} x {header.Width}.", nameof(length));
        }
    }

    private void Finish(in FrameHeader header, ReadOnlySpan<byte> source, float scale, PayloadBuffer target)
    {
        ArgumentNullException.ThrowIfNull(target);
        FrameHeader complete = header with { Kind = Kind, Encoding = Encoding, Scale = scale, Offset = 0f };
        switch (Encoding)
        {
            case PayloadEncoding.Png:
                WritePng(complete with { Crc32 = Crc32.HashToUInt32(source) }, source, target);
                return;
            case PayloadEncoding.Raw:
                source.CopyTo(target.Reserve(FrameHeader.Size + source.Length)[FrameHeader.Size..]);
                Close(complete, source.Length, target);
                return;
            case PayloadEncoding.Rvl:
                ReadOnlySpan<ushort> samples = MemoryMarshal.Cast<byte, ushort>(source);
                Close(complete, RvlCodec.Encode(samples, target.Reserve(FrameHeader.Size + RvlCodec.MaximumLength(samples.Length))[FrameHeader.Size..]), target);
                return;
            default:
                Span<byte> room = target.Reserve(FrameHeader.Size + FastCodec.MaximumLength(source.Length))[FrameHeader.Size..];
                Close(complete, FastCodec.Compress(Transform(source, header.Width), room, Kind == OutputKind.Depth ? DepthBrotliQuality : PlanesBrotliQuality), target);
                return;
        }
    }

    private ReadOnlySpan<byte> Transform(ReadOnlySpan<byte> source, int width)
    {
        if (Kind == OutputKind.Segmentation)
        {
            return source;
        }
        Span<byte> result = Scratch(ref transformed, source.Length);
        if (Kind == OutputKind.Depth)
        {
            FastCodec.DeltaSplit(MemoryMarshal.Cast<byte, ushort>(source), width, result);
        }
        else
        {
            FastCodec.Delta(source, width, result);
        }
        return result;
    }

    private void WritePng(in FrameHeader header, ReadOnlySpan<byte> source, PayloadBuffer target)
    {
        PngPixels layout = Kind switch
        {
            OutputKind.Segmentation => PngPixels.Grey8,
            OutputKind.Depth => PngPixels.Grey16,
            _ => PngPixels.Rgb8,
        };
        Span<byte> file = target.Reserve(PngWriter.MaximumLength(header.Width, header.Height, layout, FrameHeader.Size));
        Span<byte> chunk = stackalloc byte[FrameHeader.Size];
        header.Write(chunk);
        target.Complete(png!.Write(source, header.Width, header.Height, layout, file, PngFormat.FrameHeaderType, chunk), PngFormat.FrameHeaderOffset, header);
    }

    private static void Close(in FrameHeader header, int dataLength, PayloadBuffer target)
    {
        Span<byte> payload = target.Reserve(FrameHeader.Size + dataLength);
        FrameHeader complete = header with { Crc32 = Crc32.HashToUInt32(payload.Slice(FrameHeader.Size, dataLength)) };
        complete.Write(payload);
        target.Complete(FrameHeader.Size + dataLength, 0, complete);
    }
}
