using System.Buffers.Binary;
using System.IO.Hashing;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>
/// Puts several encoded outputs of one frame into one message (layout: README.md beside this file). One writer serves one topic on one
/// thread; it holds nothing of its own.
/// <example><code>
/// writer.Begin(header, target);
/// writer.Add(segmentation);
/// writer.Add(depth);
/// writer.Finish();
/// </code></example>
/// </summary>
public sealed class BundleWriter(int parts)
{
    /// <summary>Bytes of the number of parts and what is reserved behind it.</summary>
    internal const int CountBytes = 4;

    /// <summary>Bytes of a line of the table: kind, encoding, reserved, length.</summary>
    internal const int LineBytes = 8;

    private PayloadBuffer? target;
    private FrameHeader header;
    private int added;
    private int length;

    /// <summary>Begins a message.</summary>
    /// <param name="frame">The frame: grid, stamps, ids. Kind, encoding and checksum are filled in here.</param>
    /// <param name="buffer">Receives the message.</param>
    public void Begin(in FrameHeader frame, PayloadBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        (header, target, added) = (frame with { Kind = OutputKind.Bundle, Encoding = PayloadEncoding.Raw, Scale = 1, Offset = 0 }, buffer, 0);
        length = FrameHeader.Size + CountBytes + (parts * LineBytes);
        Span<byte> head = buffer.Extend(0, length);
        head.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(head[FrameHeader.Size..], (ushort)parts);
    }

    /// <summary>Adds an encoded output of this frame; it is copied.</summary>
    /// <exception cref="InvalidOperationException">There are more of them than was said.</exception>
    public void Add(PayloadBuffer part)
    {
        ArgumentNullException.ThrowIfNull(part);
        if (target is null || added == parts)
        {
            throw new InvalidOperationException($"A bundle of {parts} parts takes no other.");
        }
        part.Memory.Span.CopyTo(target.Extend(length, part.Length));
        Span<byte> line = target.Extend(FrameHeader.Size + CountBytes + (added * LineBytes), LineBytes);
        line[0] = (byte)part.Header.Kind;
        line[1] = (byte)part.Header.Encoding;
        BinaryPrimitives.WriteInt32LittleEndian(line[4..], part.Length);
        length += part.Length;
        added++;
    }

    /// <summary>Ends the message.</summary>
    /// <exception cref="InvalidOperationException">A part is missing.</exception>
    public void Finish()
    {
        if (target is null || added != parts)
        {
            throw new InvalidOperationException($"A bundle of {parts} parts has {added}.");
        }
        Span<byte> payload = target.Extend(0, length);
        FrameHeader complete = header with { Crc32 = Crc32.HashToUInt32(payload[FrameHeader.Size..]) };
        complete.Write(payload);
        target.Complete(length, 0, complete);
        target = null;
    }
}
