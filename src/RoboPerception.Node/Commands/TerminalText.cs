using Spectre.Console;

namespace RoboPerception.Node.Commands;

/// <summary>What others say, made fit for a terminal: whoever may publish on the broker may not move its cursor, colour it or rename its window.</summary>
internal static class TerminalText
{
    private const int Longest = 300;

    /// <summary>The text without control characters, as plain text in Spectre's markup; a dash for nothing.</summary>
    public static string Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "-";
        }
        string cut = text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "...");
        return Markup.Escape(string.Create(cut.Length, cut, (to, from) =>
        {
            for (int i = 0; i < from.Length; i++)
            {
                // Controls, and the characters that turn the direction of writing.
                to[i] = char.IsControl(from[i]) || char.GetUnicodeCategory(from[i]) == System.Globalization.UnicodeCategory.Format ? '?' : from[i];
            }
        }));
    }
}
