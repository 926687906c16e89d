namespace RoboPerception.Recording.Mcap;

/// <summary>How chunks are packed.</summary>
internal enum McapCompression
{
    /// <summary>As they are: what holds JPEG and PNG gains nothing.</summary>
    None,

    /// <summary>Zstandard.</summary>
    Zstd,
}

/// <summary>Choices of a recording.</summary>
internal sealed record McapWriterOptions
{
    /// <summary>How chunks are packed.</summary>
    public McapCompression Compression { get; init; } = McapCompression.Zstd;

    /// <summary>Level of Zstandard; 1 keeps up with a camera on one core, negative ones are faster still.</summary>
    public int Level { get; init; } = 1;

    /// <summary>A chunk is closed when it holds so many bytes.</summary>
    public int ChunkBytes { get; init; } = 1 << 20;

    /// <summary>A chunk is closed when it spans so many nanoseconds: a cut file is short by no more than that.</summary>
    public ulong ChunkNanoseconds { get; init; } = 1_000_000_000;

    /// <summary>Name of the profile, e.g. <c>ros2</c>; empty: none.</summary>
    public string Profile { get; init; } = "";
}
