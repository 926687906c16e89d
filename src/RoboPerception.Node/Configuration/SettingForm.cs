namespace RoboPerception.Node.Configuration;

/// <summary>What a value must look like, for those who write configurations: an editor, a person.</summary>
/// <param name="Kind">What it is.</param>
internal sealed record SettingForm(SettingKind Kind)
{
    /// <summary>Any text.</summary>
    public static SettingForm Text { get; } = new(SettingKind.Text);

    /// <summary>The words that are allowed, if only some are.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Smallest number.</summary>
    public double Minimum { get; init; }

    /// <summary>Largest number.</summary>
    public double Maximum { get; init; }
}

/// <summary>Kinds of values.</summary>
internal enum SettingKind
{
    /// <summary>Text that is not empty.</summary>
    Text,

    /// <summary>A name in topics.</summary>
    Id,

    /// <summary>true or false.</summary>
    Flag,

    /// <summary>One of some words.</summary>
    Word,

    /// <summary>Several of some words, in order.</summary>
    Words,

    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>A number.</summary>
    Number,
}

/// <summary>A value that is none of a form.</summary>
/// <param name="form">What it should have been.</param>
/// <param name="message">The same in words: "must be ...".</param>
internal sealed class SettingFormException(SettingForm form, string message) : FormatException(message)
{
    /// <summary>What it should have been.</summary>
    public SettingForm Form { get; } = form;
}
