namespace RoboPerception.Node.Recorders;

/// <summary>What a recording keeps of the input.</summary>
internal enum RecordedInput
{
    /// <summary>JPEG: small; a replay sees almost the same pixels.</summary>
    Jpeg,

    /// <summary>PNG: a replay sees the very same pixels.</summary>
    Lossless,

    /// <summary>Nothing: the outputs alone.</summary>
    None,
}

/// <summary>A recording that was asked for.</summary>
/// <param name="File">Where it goes; written beside and renamed.</param>
/// <param name="Input">What is kept of the input.</param>
internal sealed record RecordingSettings(string File, RecordedInput Input)
{
    /// <summary>Name of the metadata that make a file one of ours.</summary>
    public const string MetadataName = "roboperception";

    /// <summary>The topic of an output in the file.</summary>
    public static string Topic(string camera, string name) => $"/{camera}/{name}";
}
