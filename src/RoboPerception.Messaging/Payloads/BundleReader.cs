using System.Buffers.Binary;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>Takes a bundle apart (layout: README.md beside this file). Strict, as <see cref="PayloadDecoder"/> is.</summary>
public static class BundleReader
{
    /// <summary>The outputs in a bundle, in the order of its table; their bytes are those of the message, nothing is copied.</summary>
    /// <exception cref="PayloadException">It is no bundle, is damaged, or holds outputs of another frame.</exception>
    public static IReadOnlyList<ReceivedPayload> Read(ReadOnlyMemory<byte> message)
    {
        ReadOnlySpan<byte> bytes = message.Span;
        if (FrameHeader.TryRead(bytes, out FrameHeader header, out int at) is { } problem)
        {
            throw new PayloadException($"The {problem}.");
        }
        if (header.Kind != OutputKind.Bundle)
        {
            throw new PayloadException($"The payload holds a '{Topics.NameOf(header.Kind)}', not a bundle.");
        }
        PayloadDecoder.RequireCrc(header, bytes[at..]);
        if (bytes.Length - at < BundleWriter.CountBytes)
        {
            throw new PayloadException("The bundle ends before its table.");
        }
        int count = BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
        at += BundleWriter.CountBytes;
        int data = at + (count * BundleWriter.LineBytes);
        if (data > bytes.Length)
        {
            throw new PayloadException($"The bundle says it has {count} parts, which its {bytes.Length} bytes do not hold.");
        }
        var parts = new List<ReceivedPayload>(count);
        for (int i = 0; i < count; i++, at += BundleWriter.LineBytes)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
            if (length > bytes.Length - data)
            {
                throw new PayloadException($"Part {i + 1} of the bundle says it has {length} bytes, {bytes.Length - data} are left.");
            }
            ReadOnlyMemory<byte> part = message.Slice(data, (int)length);
            data += (int)length;
            if (!Enum.IsDefined((OutputKind)bytes[at]))
            {
                continue; // an output that came after this version
            }
            FrameHeader inner = PayloadDecoder.ReadHeader(part.Span);
            if (inner.Kind != (OutputKind)bytes[at] || inner.Sequence != header.Sequence || inner.SessionId != header.SessionId || inner.AcquisitionStamp != header.AcquisitionStamp)
            {
                throw new PayloadException($"Part {i + 1} of the bundle, '{Topics.NameOf(inner.Kind)}' of frame {inner.Sequence}, is not what the table of frame {header.Sequence} says.");
            }
            // The parts left with the bundle.
            parts.Add(new ReceivedPayload(inner with { PublishStamp = header.PublishStamp }, part));
        }
        if (data != bytes.Length)
        {
            throw new PayloadException($"{bytes.Length - data} bytes follow the last part of the bundle.");
        }
        return parts;
    }
}
