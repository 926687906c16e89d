using System.Buffers.Binary;
using System.Globalization;

namespace RoboPerception.Core;

/// <summary>
/// The 96 bytes, little-endian, that travel with every binary payload (conventions section 3): which camera frame this
/// is, when it was taken, on which grid, and by which weights. In <c>raw</c>, <c>fast</c> and <c>rvl</c> it comes first;
/// in <c>png</c> it is the ancillary chunk <c>rpFh</c>.
/// </summary>
/// <param name="Kind">What the pixels mean.</param>
/// <param name="Encoding">How the pixels are written.</param>
/// <param name="Flags">Reserved for readers that know them; zero today.</param>
/// <param name="Width">Pixels per row of the payload (the model's grid, not upsampled).</param>
/// <param name="Height">Rows of the payload.</param>
/// <param name="SourceWidth">Pixels per row of the camera's image.</param>
/// <param name="SourceHeight">Rows of the camera's image.</param>
/// <param name="Sequence">Frame number of this camera in this session; a gap is a drop.</param>
/// <param name="AcquisitionStamp">Time of the grab, nanoseconds since the UNIX epoch.</param>
/// <param name="PublishStamp">Time the payload was handed to the network, nanoseconds since the UNIX epoch.</param>
/// <param name="SessionId">Changes when the node restarts.</param>
/// <param name="ModelToSource">Where a pixel of this grid lies in the camera's image.</param>
/// <param name="Scale">Metres per raw unit (depth); 1 otherwise.</param>
/// <param name="Offset">Metres added after scaling (depth); 0 otherwise.</param>
/// <param name="ModelId">First 8 bytes of the model file's SHA-256, read as a big-endian number, so that it prints like the hash.</param>
/// <param name="Crc32">CRC-32 (IEEE) of the pixel data: of the uncompressed pixels in <c>png</c>, of the bytes behind the header otherwise.</param>
public readonly record struct FrameHeader(
    OutputKind Kind,
    PayloadEncoding Encoding,
    ushort Flags,
    ushort Width,
    ushort Height,
    ushort SourceWidth,
    ushort SourceHeight,
    ulong Sequence,
    long AcquisitionStamp,
    long PublishStamp,
    uint SessionId,
    PixelTransform ModelToSource,
    float Scale,
    float Offset,
    ulong ModelId,
    uint Crc32)
{
    /// <summary>Bytes this version writes. A reader must accept longer headers and skip what it does not know.</summary>
    public const int Size = 96;

    /// <summary>Byte offset of the publish stamp, which is filled in last, when the payload leaves.</summary>
    public const int PublishStampOffset = 34;

    private const uint Magic = 0x31465052; // "RPF1"

    /// <summary>Writes the header into the first <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public void Write(Span<byte> destination)
    {
        if (destination.Length < Size)
        {
            throw new ArgumentException($"A frame header needs {Size} bytes, the destination has {destination.Length}.", nameof(destination));
        }
        destination[..Size].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], Size);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], Flags);
        destination[8] = (byte)Kind;
        destination[9] = (byte)Encoding;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[10..], Width);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[12..], Height);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[14..], SourceWidth);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[16..], SourceHeight);
        // No padding: the fields follow one another as conventions section 3 lists them, hence the odd offsets.
        BinaryPrimitives.WriteUInt64LittleEndian(destination[18..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(destination[26..], AcquisitionStamp);
        BinaryPrimitives.WriteInt64LittleEndian(destination[34..], PublishStamp);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[42..], SessionId);
        BinaryPrimitives.WriteSingleLittleEndian(destination[46..], ModelToSource.ScaleX);
        BinaryPrimitives.WriteSingleLittleEndian(destination[50..], ModelToSource.ScaleY);
        BinaryPrimitives.WriteSingleLittleEndian(destination[54..], ModelToSource.OffsetX);
        BinaryPrimitives.WriteSingleLittleEndian(destination[58..], ModelToSource.OffsetY);
        BinaryPrimitives.WriteSingleLittleEndian(destination[62..], Scale);
        BinaryPrimitives.WriteSingleLittleEndian(destination[66..], Offset);
        BinaryPrimitives.WriteUInt64BigEndian(destination[70..], ModelId);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[78..], Crc32);
    }

    /// <summary>Reads a header and says how long it was, so that a newer, longer one can be skipped.</summary>
    /// <returns>Null if the header is sound, otherwise what is wrong with it, in words for a log.</returns>
    public static string? TryRead(ReadOnlySpan<byte> source, out FrameHeader header, out int headerLength)
    {
        header = default;
        headerLength = 0;
        if (source.Length < Size)
        {
            return $"frame header is truncated: {source.Length} of {Size} bytes";
        }
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(source);
        if (magic != Magic)
        {
            return string.Create(CultureInfo.InvariantCulture, $"frame header has magic 0x{magic:X8}, expected 'RPF1'");
        }
        int length = BinaryPrimitives.ReadUInt16LittleEndian(source[4..]);
        if (length < Size || length > source.Length)
        {
            return $"frame header says it has {length} bytes; expected at least {Size} and at most the payload's {source.Length}";
        }
        if (!Enum.IsDefined((OutputKind)source[8]))
        {
            return $"frame header names kind {source[8]}, known are 1 to 6";
        }
        if (!Enum.IsDefined((PayloadEncoding)source[9]))
        {
            return $"frame header names encoding {source[9]}, known are 1 to 6";
        }
        headerLength = length;
        header = new FrameHeader(
            (OutputKind)source[8],
            (PayloadEncoding)source[9],
            BinaryPrimitives.ReadUInt16LittleEndian(source[6..]),
            BinaryPrimitives.ReadUInt16LittleEndian(source[10..]),
            BinaryPrimitives.ReadUInt16LittleEndian(source[12..]),
            BinaryPrimitives.ReadUInt16LittleEndian(source[14..]),
            BinaryPrimitives.ReadUInt16LittleEndian(source[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[18..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[26..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[34..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[42..]),
            new PixelTransform(
                BinaryPrimitives.ReadSingleLittleEndian(source[46..]),
                BinaryPrimitives.ReadSingleLittleEndian(source[50..]),
                BinaryPrimitives.ReadSingleLittleEndian(source[54..]),
                BinaryPrimitives.ReadSingleLittleEndian(source[58..])),
            BinaryPrimitives.ReadSingleLittleEndian(source[62..]),
            BinaryPrimitives.ReadSingleLittleEndian(source[66..]),
            BinaryPrimitives.ReadUInt64BigEndian(source[70..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[78..]));
        return null;
    }
}
