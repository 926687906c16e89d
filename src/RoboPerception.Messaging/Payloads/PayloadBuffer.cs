using System.Buffers.Binary;
using System.IO.Hashing;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>
/// One encoded message: pinned memory that is used again and again and grows only until it fits the largest frame. Its header
/// can still take the publish stamp when the message leaves.
/// </summary>
public sealed class PayloadBuffer
{
    private byte[] bytes = [];

    /// <summary>Bytes of the message.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes there is room for.</summary>
    internal int Capacity => bytes.Length;

    /// <summary>What the header says.</summary>
    public FrameHeader Header { get; private set; }

    /// <summary>The message.</summary>
    public ReadOnlyMemory<byte> Memory => bytes.AsMemory(0, Length);

    /// <summary>What brings <see cref="UnixClock.Now"/> onto the clock of the header's acquisition stamp, nanoseconds.</summary>
    internal long ClockCorrection { get; set; }

    /// <summary>MQTT 5 Content Type.</summary>
    internal string ContentType { get; set; } = "";

    /// <summary>Where the header begins; negative if the payload has none (JPEG).</summary>
    internal int HeaderOffset { get; private set; }

    /// <summary>Room for at least <paramref name="capacity"/> bytes; what was in it may be lost.</summary>
    internal Span<byte> Reserve(int capacity)
    {
        if (bytes.Length < capacity)
        {
            // A quarter more, so that a slightly larger frame does not allocate again.
            GrowTo(capacity + (capacity / 4));
        }
        return bytes;
    }

    /// <summary>Room for exactly <paramref name="capacity"/> bytes, if there is less.</summary>
    internal void GrowTo(int capacity)
    {
        if (bytes.Length < capacity)
        {
            bytes = GC.AllocateUninitializedArray<byte>(capacity, pinned: true);
        }
    }

    /// <summary>Room for <paramref name="more"/> bytes behind the first <paramref name="used"/>, which are kept.</summary>
    internal Span<byte> Extend(int used, int more)
    {
        int needed = checked(used + more);
        if (bytes.Length < needed)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>(needed + (needed / 4), pinned: true);
            bytes.AsSpan(0, used).CopyTo(larger);
            bytes = larger;
        }
        return bytes.AsSpan(used, more);
    }

    /// <summary>States what was written into the reserved room.</summary>
    internal void Complete(int length, int headerOffset, in FrameHeader header)
    {
        (Length, HeaderOffset, Header) = (length, headerOffset, header);
    }

    /// <summary>Fills with a ready payload of someone else, e.g. a JPEG overlay.</summary>
    /// <param name="payload">The whole message.</param>
    /// <param name="header">Sequence and stamps for the user properties; not part of the payload.</param>
    public void SetForeign(ReadOnlySpan<byte> payload, in FrameHeader header)
    {
        payload.CopyTo(Reserve(payload.Length));
        Complete(payload.Length, -1, header);
    }

    /// <summary>Fills with a header and data of which it holds the checksum, as in the encoding <c>raw</c>.</summary>
    /// <param name="header">Complete but for its checksum.</param>
    /// <param name="data">What follows it.</param>
    public void SetRaw(in FrameHeader header, ReadOnlySpan<byte> data)
    {
        Span<byte> payload = Reserve(FrameHeader.Size + data.Length);
        data.CopyTo(payload[FrameHeader.Size..]);
        FrameHeader complete = header with { Crc32 = Crc32.HashToUInt32(data) };
        complete.Write(payload);
        Complete(FrameHeader.Size + data.Length, 0, complete);
    }

    /// <summary>Writes the publish stamp (ns since the UNIX epoch) into the encoded header.</summary>
    internal void StampPublish(long nanoseconds)
    {
        Header = Header with { PublishStamp = nanoseconds };
        if (HeaderOffset < 0)
        {
            return;
        }
        Span<byte> header = bytes.AsSpan(HeaderOffset, FrameHeader.Size);
        BinaryPrimitives.WriteInt64LittleEndian(header[FrameHeader.PublishStampOffset..], nanoseconds);
        if (Header.Encoding == PayloadEncoding.Png)
        {
            // In PNG the header is a chunk, whose checksum covers type and data.
            Span<byte> chunk = bytes.AsSpan(HeaderOffset - 4, 4 + FrameHeader.Size + 4);
            BinaryPrimitives.WriteUInt32BigEndian(chunk[(4 + FrameHeader.Size)..], Crc32.HashToUInt32(chunk[..(4 + FrameHeader.Size)]));
        }
    }
}
