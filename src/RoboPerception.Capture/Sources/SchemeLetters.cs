namespace RoboPerception.Capture;

/// <summary>Tells a scheme from a path that happens to hold "://".</summary>
internal static class SchemeLetters
{
    public static bool ContainsOnlySchemeLetters(this ReadOnlySpan<char> text)
    {
        foreach (char letter in text)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('+' or '-' or '.'))
            {
                return false;
            }
        }

        return true;
    }
}
