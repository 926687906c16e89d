using System.Buffers.Binary;
using ZstdSharp;
using Crc32 = System.IO.Hashing.Crc32;

namespace RoboPerception.Recording.Mcap;

/// <summary>
/// Reads an MCAP file from its beginning to its end, which also works where the end is missing: a file that was cut gives everything
/// up to its last whole chunk. Messages come in the order in which they were written. Not safe for several threads.
/// </summary>
internal sealed class McapReader : IDisposable
{
    /// <summary>No chunk of ours comes near; a file that claims more is not unpacked.</summary>
    private const int LargestChunk = 1 << 28;

    private readonly FileStream file;
    private readonly Dictionary<ushort, McapSchema> schemas = [];
    private readonly Dictionary<ushort, McapChannel> channels = [];
    private readonly List<McapMetadata> metadata = [];
    private readonly List<McapAttachment> attachments = [];
    private readonly byte[] head = new byte[McapFormat.RecordHead];
    private byte[] record = [];

    /// <summary>Opens a file.</summary>
    /// <exception cref="McapFormatException">It does not begin like an MCAP file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public McapReader(string path)
    {
        file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (!ReadMagic())
        {
            file.Dispose();
            throw new McapFormatException("this is no MCAP file", 0);
        }
    }

    /// <summary>Schemas met so far, by number.</summary>
    public IReadOnlyDictionary<ushort, McapSchema> Schemas => schemas;

    /// <summary>Channels met so far, by number.</summary>
    public IReadOnlyDictionary<ushort, McapChannel> Channels => channels;

    /// <summary>Named pairs met so far.</summary>
    public IReadOnlyList<McapMetadata> Metadata => metadata;

    /// <summary>Files met so far.</summary>
    public IReadOnlyList<McapAttachment> Attachments => attachments;

    /// <summary>Name of the program that wrote it.</summary>
    public string Library { get; private set; } = "";

    /// <summary>The file ended as it should: its writer finished it.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Chunks that were damaged and left out (with <see cref="SkipDamagedChunks"/>).</summary>
    public int DamagedChunks { get; private set; }

    /// <summary>Leave out chunks whose checksum is wrong, instead of ending with an exception.</summary>
    public bool SkipDamagedChunks { get; init; }

    /// <summary>Reads on. Where the file was cut it ends, and <see cref="IsWhole"/> stays false.</summary>
    /// <param name="wanted">Channels whose messages are wanted; null: all.</param>
    /// <exception cref="McapFormatException">The file is damaged.</exception>
    public IEnumerable<McapMessage> Messages(Func<McapChannel, bool>? wanted = null)
    {
        while (NextRecord() is { } found)
        {
            switch (found.Opcode)
            {
                case McapOpcode.Message:
                    if (Message(record.AsMemory(0, found.Length), found.Offset, wanted) is { } single)
                    {
                        yield return single;
                    }
                    break;
                case McapOpcode.Chunk:
                    byte[]? content = Unpack(found.Length, found.Offset, out int contentLength);
                    int at = 0;
                    while (content is not null && at < contentLength)
                    {
                        (McapOpcode opcode, Range data, at) = RecordIn(content.AsSpan(0, contentLength), at, found.Offset);
                        if (opcode != McapOpcode.Message)
                        {
                            Note(opcode, content.AsSpan(data), found.Offset);
                        }
                        else if (Message(content.AsMemory(data), found.Offset, wanted) is { } message)
                        {
                            yield return message;
                        }
                    }
                    break;
                case McapOpcode.Footer:
                    IsWhole = ReadMagic();
                    yield break;
                default:
                    Note(found.Opcode, record.AsSpan(0, found.Length), found.Offset);
                    break;
            }
        }
    }

    /// <summary>Reads to the end, for what stands beside the messages.</summary>
    public void ReadAll()
    {
        foreach (McapMessage _ in Messages(_ => false))
        {
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private bool ReadMagic()
    {
        Span<byte> magic = stackalloc byte[McapFormat.Magic.Length];
        return file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && magic.SequenceEqual(McapFormat.Magic);
    }

    /// <summary>The next record of the file, in <see cref="record"/>; null where the file ends or was cut.</summary>
    private (McapOpcode Opcode, int Length, long Offset)? NextRecord()
    {
        long offset = file.Position;
        if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length)
        {
            return null;
        }
        var opcode = (McapOpcode)head[0];
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(1));
        if (opcode == McapOpcode.None)
        {
            // A file system that lost power may leave zeros where data was to come.
            return null;
        }
        if (length > (ulong)(file.Length - file.Position) || length > int.MaxValue - 64)
        {
            return null;
        }
        if (record.Length < (int)length)
        {
            record = new byte[Math.Max((int)length, Math.Min(record.Length * 2, int.MaxValue / 2))];
        }
        file.ReadExactly(record, 0, (int)length);
        return (opcode, (int)length, offset);
    }

    private static (McapOpcode Opcode, Range Data, int Next) RecordIn(ReadOnlySpan<byte> content, int at, long offset)
    {
        if (content.Length - at < McapFormat.RecordHead)
        {
            throw new McapFormatException("a chunk ends within a record", offset);
        }
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(content[(at + 1)..]);
        int start = at + McapFormat.RecordHead;
        if (length > (ulong)(content.Length - start))
        {
            throw new McapFormatException("a record reaches beyond its chunk", offset);
        }
        int next = start + (int)length;
        return ((McapOpcode)content[at], start..next, next);
    }

    private McapMessage? Message(ReadOnlyMemory<byte> bytes, long offset, Func<McapChannel, bool>? wanted)
    {
        var reader = new RecordReader(bytes.Span, offset);
        ushort id = reader.UInt16();
        if (!channels.TryGetValue(id, out McapChannel? channel))
        {
            throw new McapFormatException($"a message of channel {id}, which the file does not describe", offset);
        }
        if (wanted is not null && !wanted(channel))
        {
            return null;
        }
        uint sequence = reader.UInt32();
        ulong logTime = reader.UInt64();
        ulong publishTime = reader.UInt64();
        return new McapMessage(channel, sequence, logTime, publishTime, bytes[^reader.Rest.Length..]);
    }

    /// <summary>Takes note of what is no message. Records of kinds that came after this version of the format are passed over.</summary>
    private void Note(McapOpcode opcode, ReadOnlySpan<byte> bytes, long offset)
    {
        var reader = new RecordReader(bytes, offset);
        switch (opcode)
        {
            case McapOpcode.Header:
                _ = reader.String();
                Library = reader.String();
                break;
            case McapOpcode.Schema:
                ushort schemaId = reader.UInt16();
                schemas[schemaId] = new McapSchema(schemaId, reader.String(), reader.String(), reader.Bytes());
                break;
            case McapOpcode.Channel:
                ushort id = reader.UInt16();
                if (!channels.ContainsKey(id))
                {
                    channels[id] = new McapChannel(id, reader.UInt16(), reader.String(), reader.String(), reader.Map());
                }
                break;
            case McapOpcode.Metadata:
                metadata.Add(new McapMetadata(reader.String(), reader.Map()));
                break;
            case McapOpcode.Attachment:
                ulong logTime = reader.UInt64();
                _ = reader.UInt64();
                string name = reader.String();
                string mediaType = reader.String();
                byte[] data = reader.LongBytes().ToArray();
                uint covered = Crc32.HashToUInt32(bytes[..^reader.Rest.Length]);
                uint checksum = reader.UInt32();
                if (checksum != 0 && checksum != covered)
                {
                    throw new McapFormatException($"the attachment '{name}' is damaged: its checksum is wrong", offset);
                }
                attachments.Add(new McapAttachment(name, mediaType, logTime, data));
                break;
            default:
                break;
        }
    }

    /// <summary>What a chunk holds, or null where it is damaged and damaged ones are left out.</summary>
    private byte[]? Unpack(int length, long offset, out int contentLength)
    {
        var reader = new RecordReader(record.AsSpan(0, length), offset);
        _ = reader.UInt64();
        _ = reader.UInt64();
        ulong size = reader.UInt64();
        uint checksum = reader.UInt32();
        string compression = reader.String();
        ReadOnlySpan<byte> packed = reader.LongBytes();
        contentLength = 0;
        try
        {
            if (size > LargestChunk)
            {
                throw new McapFormatException($"a chunk of {size} bytes: more than {LargestChunk} are not unpacked", offset);
            }
            byte[] content = compression switch
            {
                "" => packed.ToArray(),
                "zstd" => Unpacked(packed, (int)size, offset),
                _ => throw new McapFormatException($"chunks packed with '{compression}': only zstd and none are read", offset),
            };
            if ((ulong)content.Length != size || (checksum != 0 && Crc32.HashToUInt32(content) != checksum))
            {
                throw new McapFormatException("a chunk is damaged: its checksum is wrong", offset);
            }
            contentLength = content.Length;
            return content;
        }
        catch (McapFormatException) when (SkipDamagedChunks)
        {
            DamagedChunks++;
            return null;
        }
    }

    private static byte[] Unpacked(ReadOnlySpan<byte> packed, int size, long offset)
    {
        try
        {
            // What the frame itself claims is checked first: a small damaged chunk must not cost a large buffer.
            ulong claimed = Decompressor.GetDecompressedSize(packed);
            if (claimed != (ulong)size)
            {
                throw new McapFormatException($"a chunk says that it holds {size} bytes, its content says {claimed}", offset);
            }
            using var decompressor = new Decompressor();
            var content = new byte[size];
            int written = decompressor.Unwrap(packed, content);
            return written == size ? content : throw new McapFormatException($"a chunk of {size} bytes holds {written}", offset);
        }
        catch (Exception e) when (e is ZstdException or IndexOutOfRangeException or OverflowException)
        {
            throw new McapFormatException($"a chunk cannot be unpacked: {e.Message}", offset, e);
        }
    }
}
