namespace RoboPerception.Inference;

/// <summary>One execution provider that was tried: a line of the log and an entry of <c>description</c>.</summary>
/// <param name="Provider">Which one.</param>
/// <param name="Loaded">True if a session ran on it and its predictions were right.</param>
/// <param name="Reason">Why not, on one line: the missing file, or the library's words; empty if loaded.</param>
/// <param name="Remedy">What the user can do about it; empty if loaded.</param>
/// <param name="Duration">How long loading took: for TensorRT mostly the building of the engine.</param>
internal sealed record ProviderAttempt(ExecutionProvider Provider, bool Loaded, string Reason, string Remedy, TimeSpan Duration)
{
    /// <summary>What a provider that loaded does otherwise than it was asked to, and why; empty if nothing.</summary>
    public string Limitation { get; init; } = "";

    /// <summary>The line for the log.</summary>
    public override string ToString() => Loaded
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Provider.Name()}: loaded in {Duration.TotalSeconds:F1} s{(Limitation.Length == 0 ? "" : "; ")}{Limitation}")
        : $"{Provider.Name()}: not used: {Reason} ({Remedy})";
}
