namespace RoboPerception.Recording.Mcap;

/// <summary>What was read is no MCAP file, or a damaged one.</summary>
internal sealed class McapFormatException(string message, long offset, Exception? inner = null)
    : Exception($"{message} (at byte {offset})", inner)
{
    /// <summary>Place in the file.</summary>
    public long Offset { get; } = offset;
}
