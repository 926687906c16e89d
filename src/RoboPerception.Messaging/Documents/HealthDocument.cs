namespace RoboPerception.Messaging;

/// <summary>Topic <c>health</c>, REP-107: one entry a component, about once a second.</summary>
/// <param name="Session">The session of <see cref="StatusDocument"/>.</param>
/// <param name="Stamp">When it was measured.</param>
/// <param name="Components">The components in a fixed order.</param>
public sealed record HealthDocument(string Session, DateTimeOffset Stamp, IReadOnlyList<HealthEntry> Components);

/// <summary>How one component is.</summary>
/// <param name="Name">E.g. <c>camera/front</c>, <c>inference</c>, <c>broker</c>.</param>
/// <param name="Level">One of <see cref="HealthLevels"/>.</param>
/// <param name="Message">In words.</param>
/// <param name="Cause">One of <see cref="HealthCauses"/>; null when nothing is wrong.</param>
public sealed record HealthEntry(string Name, string Level, string Message, string? Cause = null)
{
    /// <summary>Figures behind the judgement.</summary>
    public IReadOnlyDictionary<string, string>? Values { get; init; }
}

/// <summary>The levels of diagnostic_msgs/DiagnosticStatus.</summary>
public static class HealthLevels
{
    /// <summary>As it should be.</summary>
    public const string Ok = "ok";

    /// <summary>Works, with a reservation.</summary>
    public const string Warn = "warn";

    /// <summary>Does not work.</summary>
    public const string Error = "error";

    /// <summary>Says nothing any more.</summary>
    public const string Stale = "stale";
}

/// <summary>Why a component is not well.</summary>
public static class HealthCauses
{
    /// <summary>No input arrives.</summary>
    public const string Starved = "starved";

    /// <summary>Input arrives and is always the same.</summary>
    public const string Still = "still";

    /// <summary>Input waits and the loop is silent.</summary>
    public const string Hung = "hung";

    /// <summary>The broker does not take what we publish.</summary>
    public const string Refused = "refused";

    /// <summary>It has ended.</summary>
    public const string Dead = "dead";
}
