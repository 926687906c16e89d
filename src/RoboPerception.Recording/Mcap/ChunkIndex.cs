namespace RoboPerception.Recording.Mcap;

/// <summary>Where a chunk stands and what is in it; the summary holds one for each.</summary>
internal sealed class ChunkIndex(ulong startTime, ulong endTime, ulong offset, string compression, ulong compressedSize, ulong uncompressedSize)
{
    /// <summary>Bytes of the whole chunk record.</summary>
    public ulong Length { get; set; }

    /// <summary>Place in the file of each channel's message index.</summary>
    public List<(ushort Channel, ulong Offset)> MessageIndexes { get; } = [];

    /// <summary>Bytes of all these indexes.</summary>
    public ulong MessageIndexLength { get; set; }

    /// <summary>Writes the record.</summary>
    public void AppendTo(RecordBuffer buffer)
    {
        int start = buffer.Begin(McapOpcode.ChunkIndex);
        buffer.UInt64(startTime);
        buffer.UInt64(endTime);
        buffer.UInt64(offset);
        buffer.UInt64(Length);
        int array = buffer.BeginArray();
        foreach ((ushort channel, ulong at) in MessageIndexes)
        {
            buffer.UInt16(channel);
            buffer.UInt64(at);
        }
        buffer.EndArray(array);
        buffer.UInt64(MessageIndexLength);
        buffer.String(compression);
        buffer.UInt64(compressedSize);
        buffer.UInt64(uncompressedSize);
        buffer.End(start);
    }
}
