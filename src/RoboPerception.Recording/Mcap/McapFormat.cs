namespace RoboPerception.Recording.Mcap;

/// <summary>Numbers of the MCAP format, version 0 (mcap.dev/spec).</summary>
internal static class McapFormat
{
    /// <summary>Bytes of an opcode and the length behind it.</summary>
    public const int RecordHead = 1 + 8;

    /// <summary>A file begins and ends with these.</summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'M', (byte)'C', (byte)'A', (byte)'P', (byte)'0', (byte)'\r', (byte)'\n'];
}

/// <summary>What a record is.</summary>
internal enum McapOpcode : byte
{
    /// <summary>No record has this number.</summary>
    None = 0x00,
    Header = 0x01,
    Footer = 0x02,
    Schema = 0x03,
    Channel = 0x04,
    Message = 0x05,
    Chunk = 0x06,
    MessageIndex = 0x07,
    ChunkIndex = 0x08,
    Attachment = 0x09,
    AttachmentIndex = 0x0a,
    Statistics = 0x0b,
    Metadata = 0x0c,
    MetadataIndex = 0x0d,
    SummaryOffset = 0x0e,
    DataEnd = 0x0f,
}
