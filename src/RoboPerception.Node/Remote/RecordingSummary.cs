using System.Buffers.Binary;
using RoboPerception.Messaging;
using RoboPerception.Recording.Mcap;

namespace RoboPerception.Node.Remote;

/// <summary>What a list of recordings says of one. Read from the summary at the end of the file, whatever its size.</summary>
/// <param name="Frames">Frames of all cameras.</param>
/// <param name="Seconds">From the first frame to the last.</param>
internal sealed record RecordingSummary(long Frames, double Seconds)
{
    /// <summary>Ours are far below; a file that claims more is not read.</summary>
    private const int LargestSummary = 64 << 20;

    private const int FooterFields = 8 + 8 + 4;

    /// <summary>Reads a file; null if it has no summary that can be read.</summary>
    public static RecordingSummary? Read(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Read(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or McapFormatException)
        {
            return null;
        }
    }

    private static RecordingSummary? Read(FileStream file)
    {
        int tail = McapFormat.RecordHead + FooterFields + McapFormat.Magic.Length;
        if (file.Length < tail)
        {
            return null;
        }
        byte[] end = At(file, file.Length - tail, tail);
        if (!end.AsSpan()[^McapFormat.Magic.Length..].SequenceEqual(McapFormat.Magic) || end[0] != (byte)McapOpcode.Footer)
        {
            return null;
        }
        ulong start = BinaryPrimitives.ReadUInt64LittleEndian(end.AsSpan(McapFormat.RecordHead));
        ulong length = (ulong)(file.Length - tail) - start;
        if (start == 0 || start > (ulong)(file.Length - tail) || length > LargestSummary)
        {
            return null;
        }
        var channels = new HashSet<ushort>();
        var counts = new Dictionary<ushort, ulong>();
        var indexes = new List<(ulong Offset, ulong Length)>();
        foreach ((McapOpcode opcode, ReadOnlyMemory<byte> fields) in Records(At(file, (long)start, (int)length)))
        {
            var reader = new RecordReader(fields.Span, (long)start);
            switch (opcode)
            {
                case McapOpcode.Channel:
                    (ushort id, _, string topic) = (reader.UInt16(), reader.UInt16(), reader.String());
                    if (IsFrame(topic))
                    {
                        channels.Add(id);
                    }
                    break;
                case McapOpcode.Statistics:
                    counts = Counts(ref reader);
                    break;
                case McapOpcode.ChunkIndex:
                    indexes.Add(MessageIndexes(ref reader));
                    break;
                default:
                    break;
            }
        }
        (ulong first, ulong last) = Times(file, indexes, channels);
        return new RecordingSummary((long)channels.Aggregate(0UL, (sum, c) => sum + counts.GetValueOrDefault(c)), last > first ? (last - first) / 1e9 : 0);
    }

    /// <summary>One channel of each camera: the first of its outputs that every model has had.</summary>
    private static bool IsFrame(string topic) => topic.EndsWith("/" + Topics.NameOf(Core.OutputKind.Depth), StringComparison.Ordinal);

    private static Dictionary<ushort, ulong> Counts(ref RecordReader reader)
    {
        // Messages, schemas, channels, attachments, metadata, chunks, first and last time; then messages by channel.
        _ = (reader.UInt64(), reader.UInt16(), reader.UInt32(), reader.UInt32(), reader.UInt32(), reader.UInt32(), reader.UInt64(), reader.UInt64());
        var counts = new Dictionary<ushort, ulong>();
        var inner = new RecordReader(reader.Bytes(), 0);
        while (inner.Rest.Length > 0)
        {
            ushort channel = inner.UInt16();
            counts[channel] = inner.UInt64();
        }
        return counts;
    }

    /// <summary>Where a chunk's message indexes stand: behind it, all together.</summary>
    private static (ulong Offset, ulong Length) MessageIndexes(ref RecordReader reader)
    {
        _ = (reader.UInt64(), reader.UInt64());
        ulong end = reader.UInt64();
        end += reader.UInt64();
        _ = reader.Bytes();
        return (end, reader.UInt64());
    }

    /// <summary>The times of the first and the last frame. Log and metrics have times of their own, so those of the chunks do not tell.</summary>
    private static (ulong First, ulong Last) Times(FileStream file, List<(ulong Offset, ulong Length)> indexes, HashSet<ushort> channels)
    {
        (ulong first, ulong last) = (ulong.MaxValue, 0);
        // The frames are in order: the first chunk that has one, and the last.
        foreach (IEnumerable<(ulong Offset, ulong Length)> direction in new[] { indexes, Enumerable.Reverse(indexes) })
        {
            foreach ((ulong offset, ulong length) in direction)
            {
                bool any = false;
                if (length > LargestSummary || offset > (ulong)file.Length || length > (ulong)file.Length - offset)
                {
                    throw new McapFormatException("a chunk's index lies beyond the file", (long)offset);
                }
                foreach ((McapOpcode opcode, ReadOnlyMemory<byte> fields) in Records(At(file, (long)offset, (int)length)))
                {
                    var reader = new RecordReader(fields.Span, (long)offset);
                    if (opcode != McapOpcode.MessageIndex || !channels.Contains(reader.UInt16()))
                    {
                        continue;
                    }
                    var entries = new RecordReader(reader.Bytes(), (long)offset);
                    while (entries.Rest.Length > 0)
                    {
                        (ulong time, _) = (entries.UInt64(), entries.UInt64());
                        (first, last, any) = (Math.Min(first, time), Math.Max(last, time), true);
                    }
                }
                if (any)
                {
                    break;
                }
            }
        }
        return (first, last);
    }

    private static List<(McapOpcode Opcode, ReadOnlyMemory<byte> Fields)> Records(byte[] bytes)
    {
        var records = new List<(McapOpcode, ReadOnlyMemory<byte>)>();
        int at = 0;
        while (bytes.Length - at >= McapFormat.RecordHead)
        {
            ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at + 1));
            if (length > (ulong)(bytes.Length - at - McapFormat.RecordHead))
            {
                throw new McapFormatException("a record reaches beyond its section", at);
            }
            records.Add(((McapOpcode)bytes[at], bytes.AsMemory(at + McapFormat.RecordHead, (int)length)));
            at += McapFormat.RecordHead + (int)length;
        }
        return records;
    }

    private static byte[] At(FileStream file, long offset, int length)
    {
        byte[] bytes = new byte[length];
        file.Position = offset;
        file.ReadExactly(bytes);
        return bytes;
    }
}
