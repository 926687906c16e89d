using RoboPerception.Core;
using ZstdSharp;
using Crc32 = System.IO.Hashing.Crc32;

namespace RoboPerception.Recording.Mcap;

/// <summary>
/// Writes an MCAP file: messages in chunks, each with its index; at the end a summary by which readers find their way without reading all.
/// The file grows beside its name (<c>NAME.part</c>) and takes it when it is whole; a file that was cut is readable up to its last
/// chunk (<see cref="McapRepair"/>). Not safe for several threads.
/// </summary>
internal sealed class McapWriter : IDisposable
{
    private readonly McapWriterOptions options;
    private readonly string path;
    private readonly FileStream file;
    private readonly Crc32 dataChecksum = new();
    private readonly RecordBuffer record = new();
    private readonly RecordBuffer chunk = new();
    private readonly Compressor? compressor;
    private readonly List<McapSchema> schemas = [];
    private readonly List<McapChannel> channels = [];
    private readonly Dictionary<ushort, ChannelState> states = [];
    private readonly List<ChunkIndex> chunkIndexes = [];
    private readonly RecordBuffer attachmentIndexes = new();
    private readonly RecordBuffer metadataIndexes = new();
    private byte[] packed = [];
    private ulong chunkStart = ulong.MaxValue;
    private ulong chunkEnd;
    private ulong firstTime = ulong.MaxValue;
    private ulong lastTime;
    private ulong messageCount;
    private uint attachmentCount;
    private uint metadataCount;
    private bool finished;

    /// <summary>Begins a file.</summary>
    /// <param name="path">Name it has when it is whole.</param>
    /// <param name="options">Choices; null: the defaults.</param>
    /// <exception cref="UserErrorException">It cannot be made there.</exception>
    public McapWriter(string path, McapWriterOptions? options = null)
    {
        this.path = path;
        this.options = options ?? new McapWriterOptions();
        try
        {
            file = new FileStream(PartOf(path), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserErrorException(ExitCode.Usage, $"The recording '{path}' cannot be made: {e.Message}", e);
        }
        compressor = this.options.Compression == McapCompression.Zstd ? new Compressor(this.options.Level) : null;
        record.Bytes(McapFormat.Magic);
        int start = record.Begin(McapOpcode.Header);
        record.String(this.options.Profile);
        record.String(Library);
        record.End(start);
        Flush(record);
    }

    /// <summary>Name of the program in the file's header.</summary>
    public static string Library { get; } = $"RoboPerception {typeof(McapWriter).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>Bytes in the file so far; what waits in the open chunk is not among them.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>Messages written.</summary>
    public ulong MessageCount => messageCount;

    /// <summary>Where the file grows until it is whole.</summary>
    public static string PartOf(string path) => path + ".part";

    /// <summary>Adds a schema.</summary>
    public McapSchema AddSchema(string name, string encoding, ReadOnlySpan<byte> data)
    {
        var schema = new McapSchema(checked((ushort)(schemas.Count + 1)), name, encoding, data.ToArray());
        schemas.Add(schema);
        return schema;
    }

    /// <summary>Adds a channel.</summary>
    public McapChannel AddChannel(string topic, string messageEncoding, McapSchema? schema, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var channel = new McapChannel(checked((ushort)(channels.Count + 1)), schema?.Id ?? 0, topic, messageEncoding, metadata ?? new Dictionary<string, string>());
        channels.Add(channel);
        states.Add(channel.Id, new ChannelState(channel, schema));
        return channel;
    }

    /// <summary>Adds a message.</summary>
    /// <param name="channel">Of this file.</param>
    /// <param name="sequence">Its number; 0 where it has none.</param>
    /// <param name="logTime">Nanoseconds since the UNIX epoch.</param>
    /// <param name="publishTime">Nanoseconds since the UNIX epoch.</param>
    /// <param name="data">Its bytes; copied.</param>
    /// <exception cref="IOException">The disk is full, or worse. What came before the open chunk is in the file.</exception>
    public void Write(McapChannel channel, uint sequence, ulong logTime, ulong publishTime, ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(finished, this);
        if (chunk.Length > 0 && (chunk.Length + data.Length > options.ChunkBytes || Span(logTime) > options.ChunkNanoseconds))
        {
            CloseChunk();
        }
        ChannelState state = states[channel.Id];
        if (!state.IsInChunk)
        {
            // Every chunk names what it holds, so that a chunk can be read without those before it.
            if (state.Schema is not null)
            {
                AppendSchema(chunk, state.Schema);
            }
            AppendChannel(chunk, channel);
            state.IsInChunk = true;
        }
        state.Offsets.Add((logTime, (ulong)chunk.Length));
        state.MessageCount++;
        int start = chunk.Begin(McapOpcode.Message);
        chunk.UInt16(channel.Id);
        chunk.UInt32(sequence);
        chunk.UInt64(logTime);
        chunk.UInt64(publishTime);
        chunk.Bytes(data);
        chunk.End(start);
        chunkStart = Math.Min(chunkStart, logTime);
        chunkEnd = Math.Max(chunkEnd, logTime);
        messageCount++;
    }

    /// <summary>Adds a file.</summary>
    public void Write(McapAttachment attachment)
    {
        CloseChunk();
        long offset = BytesWritten;
        record.Clear();
        int start = record.Begin(McapOpcode.Attachment);
        record.UInt64(attachment.LogTime);
        record.UInt64(attachment.LogTime);
        record.String(attachment.Name);
        record.String(attachment.MediaType);
        record.UInt64((ulong)attachment.Data.Length);
        record.Bytes(attachment.Data);
        record.UInt32(Crc32.HashToUInt32(record.Written[start..]));
        record.End(start);
        int length = record.Length;
        Flush(record);
        attachmentCount++;
        start = attachmentIndexes.Begin(McapOpcode.AttachmentIndex);
        attachmentIndexes.UInt64((ulong)offset);
        attachmentIndexes.UInt64((ulong)length);
        attachmentIndexes.UInt64(attachment.LogTime);
        attachmentIndexes.UInt64(attachment.LogTime);
        attachmentIndexes.UInt64((ulong)attachment.Data.Length);
        attachmentIndexes.String(attachment.Name);
        attachmentIndexes.String(attachment.MediaType);
        attachmentIndexes.End(start);
    }

    /// <summary>Adds key-value pairs.</summary>
    public void Write(McapMetadata metadata)
    {
        CloseChunk();
        long offset = BytesWritten;
        record.Clear();
        int start = record.Begin(McapOpcode.Metadata);
        record.String(metadata.Name);
        record.Map(metadata.Entries);
        record.End(start);
        int length = record.Length;
        Flush(record);
        metadataCount++;
        start = metadataIndexes.Begin(McapOpcode.MetadataIndex);
        metadataIndexes.UInt64((ulong)offset);
        metadataIndexes.UInt64((ulong)length);
        metadataIndexes.String(metadata.Name);
        metadataIndexes.End(start);
    }

    /// <summary>Ends the file and gives it its name. Without it the file stays beside, cut.</summary>
    public void Finish()
    {
        ObjectDisposedException.ThrowIf(finished, this);
        CloseChunk();
        record.Clear();
        int start = record.Begin(McapOpcode.DataEnd);
        record.UInt32(dataChecksum.GetCurrentHashAsUInt32());
        record.End(start);
        WriteSummary();
        file.Flush(flushToDisk: true);
        finished = true;
        file.Dispose();
        File.Move(PartOf(path), path, overwrite: true);
    }

    /// <summary>Gives up: nothing of it is left.</summary>
    public void Abandon()
    {
        Dispose();
        File.Delete(PartOf(path));
    }

    /// <summary>Closes the file where it is; without <see cref="Finish"/> it stays beside its name, cut.</summary>
    public void Dispose()
    {
        finished = true;
        compressor?.Dispose();
        file.Dispose();
    }

    /// <summary>Writes what waits, as a chunk of its own.</summary>
    public void CloseChunk()
    {
        if (chunk.Length == 0)
        {
            return;
        }
        ReadOnlySpan<byte> content = chunk.Written;
        if (compressor is not null)
        {
            int bound = Compressor.GetCompressBound(content.Length);
            packed = packed.Length < bound ? new byte[bound] : packed;
            content = packed.AsSpan(0, compressor.Wrap(chunk.Written, packed));
        }
        string compression = compressor is null ? "" : "zstd";
        var index = new ChunkIndex(chunkStart, chunkEnd, (ulong)BytesWritten, compression, (ulong)content.Length, (ulong)chunk.Length);

        record.Clear();
        int start = record.Begin(McapOpcode.Chunk);
        record.UInt64(chunkStart);
        record.UInt64(chunkEnd);
        record.UInt64((ulong)chunk.Length);
        record.UInt32(Crc32.HashToUInt32(chunk.Written));
        record.String(compression);
        record.UInt64((ulong)content.Length);
        record.Bytes(content);
        record.End(start);
        index.Length = (ulong)record.Length;

        foreach (ChannelState state in states.Values)
        {
            if (state.Offsets.Count == 0)
            {
                continue;
            }
            index.MessageIndexes.Add((state.Channel.Id, (ulong)(BytesWritten + record.Length)));
            start = record.Begin(McapOpcode.MessageIndex);
            record.UInt16(state.Channel.Id);
            int array = record.BeginArray();
            foreach ((ulong time, ulong offset) in state.Offsets)
            {
                record.UInt64(time);
                record.UInt64(offset);
            }
            record.EndArray(array);
            record.End(start);
            state.Offsets.Clear();
            state.IsInChunk = false;
        }
        index.MessageIndexLength = (ulong)record.Length - index.Length;
        Flush(record);
        chunkIndexes.Add(index);
        firstTime = Math.Min(firstTime, chunkStart);
        lastTime = Math.Max(lastTime, chunkEnd);
        chunk.Clear();
        (chunkStart, chunkEnd) = (ulong.MaxValue, 0);
    }

    private ulong Span(ulong logTime) => Math.Max(chunkEnd, logTime) - Math.Min(chunkStart, logTime);

    /// <summary>The summary: schemas, channels, statistics, indexes, where each group stands, and the footer. <see cref="record"/> holds the end of the data.</summary>
    private void WriteSummary()
    {
        Flush(record);
        long summaryStart = BytesWritten;
        var offsets = new RecordBuffer();
        record.Clear();
        Group(McapOpcode.Schema, () => schemas.ForEach(schema => AppendSchema(record, schema)));
        Group(McapOpcode.Channel, () => channels.ForEach(channel => AppendChannel(record, channel)));
        Group(McapOpcode.Statistics, AppendStatistics);
        Group(McapOpcode.ChunkIndex, () => chunkIndexes.ForEach(index => index.AppendTo(record)));
        Group(McapOpcode.AttachmentIndex, () => record.Bytes(attachmentIndexes.Written));
        Group(McapOpcode.MetadataIndex, () => record.Bytes(metadataIndexes.Written));
        long summaryOffsetStart = summaryStart + record.Length;
        record.Bytes(offsets.Written);

        int footer = record.Begin(McapOpcode.Footer);
        record.UInt64((ulong)summaryStart);
        record.UInt64((ulong)summaryOffsetStart);
        // The checksum covers the summary and the footer up to itself.
        record.End(footer, more: sizeof(uint));
        record.UInt32(Crc32.HashToUInt32(record.Written));
        record.Bytes(McapFormat.Magic);
        Flush(record);

        void Group(McapOpcode opcode, Action append)
        {
            int groupStart = record.Length;
            append();
            if (record.Length > groupStart)
            {
                int start = offsets.Begin(McapOpcode.SummaryOffset);
                offsets.Byte((byte)opcode);
                offsets.UInt64((ulong)(summaryStart + groupStart));
                offsets.UInt64((ulong)(record.Length - groupStart));
                offsets.End(start);
            }
        }
    }

    private void AppendStatistics()
    {
        int start = record.Begin(McapOpcode.Statistics);
        record.UInt64(messageCount);
        record.UInt16((ushort)schemas.Count);
        record.UInt32((uint)channels.Count);
        record.UInt32(attachmentCount);
        record.UInt32(metadataCount);
        record.UInt32((uint)chunkIndexes.Count);
        record.UInt64(messageCount == 0 ? 0 : firstTime);
        record.UInt64(lastTime);
        int array = record.BeginArray();
        foreach (ChannelState state in states.Values)
        {
            record.UInt16(state.Channel.Id);
            record.UInt64(state.MessageCount);
        }
        record.EndArray(array);
        record.End(start);
    }

    private static void AppendSchema(RecordBuffer buffer, McapSchema schema)
    {
        int start = buffer.Begin(McapOpcode.Schema);
        buffer.UInt16(schema.Id);
        buffer.String(schema.Name);
        buffer.String(schema.Encoding);
        buffer.UInt32((uint)schema.Data.Length);
        buffer.Bytes(schema.Data);
        buffer.End(start);
    }

    private static void AppendChannel(RecordBuffer buffer, McapChannel channel)
    {
        int start = buffer.Begin(McapOpcode.Channel);
        buffer.UInt16(channel.Id);
        buffer.UInt16(channel.SchemaId);
        buffer.String(channel.Topic);
        buffer.String(channel.MessageEncoding);
        buffer.Map(channel.Metadata);
        buffer.End(start);
    }

    private void Flush(RecordBuffer buffer)
    {
        try
        {
            file.Write(buffer.Written);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // What .NET makes of EFBIG: FAT's 4 GB, or a limit of the user's.
            throw new IOException("the file has the largest size that is allowed there", e);
        }
        dataChecksum.Append(buffer.Written);
        BytesWritten += buffer.Length;
        buffer.Clear();
    }

    private sealed class ChannelState(McapChannel channel, McapSchema? schema)
    {
        public McapChannel Channel { get; } = channel;

        public McapSchema? Schema { get; } = schema;

        /// <summary>Log time and place of each of its messages in the open chunk.</summary>
        public List<(ulong Time, ulong Offset)> Offsets { get; } = [];

        public bool IsInChunk { get; set; }

        public ulong MessageCount { get; set; }
    }
}
