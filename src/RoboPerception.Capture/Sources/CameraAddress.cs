using System.Text.RegularExpressions;

namespace RoboPerception.Capture;

/// <summary>
/// Secrets in the addresses of network cameras: as their makers' pages tell people to write them, <c>user:p@ss#1@host</c>, which no parser of
/// addresses understands, and as a part of the path, <c>/user=admin&amp;password=secret&amp;channel=1</c>.
/// </summary>
internal static partial class CameraAddress
{
    private const string Mask = "***";

    /// <summary>Writes user name and password in the form that every parser understands, percent-encoded; what is so already stays.</summary>
    /// <param name="rest">What follows the scheme's <c>://</c>.</param>
    public static string Encoded(string rest)
    {
        int at = EndOfUser(rest);
        if (at < 0)
        {
            return rest;
        }

        string user = rest[..at];
        int colon = user.IndexOf(':', StringComparison.Ordinal);
        string encoded = colon < 0 ? Encode(user) : $"{Encode(user[..colon])}:{Encode(user[(colon + 1)..])}";
        return encoded + rest[at..];
    }

    /// <summary>A text about an address without user name, password and query.</summary>
    public static string WithoutSecrets(string text) => InPath().Replace(UserOrQuery().Replace(text, ""), Mask);

    /// <summary>A path without the passwords in it.</summary>
    public static string WithoutPasswords(string path) => InPath().Replace(path, Mask);

    /// <summary>Where the host's <c>@</c> stands: the last before the path; or the last of all, if what follows that is no host, but a password with a slash.</summary>
    private static int EndOfUser(string rest)
    {
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string authority = slash < 0 ? rest : rest[..slash];
        int at = authority.LastIndexOf('@');
        return HostAndPort().IsMatch(authority[(at + 1)..]) ? at : rest.LastIndexOf('@');
    }

    private static string Encode(string part) => Special().Replace(part, match => Uri.EscapeDataString(match.Value));

    // A percent sign that begins no code stands for itself.
    [GeneratedRegex("%(?![0-9A-Fa-f]{2})|[^-A-Za-z0-9._~%]+")]
    private static partial Regex Special();

    [GeneratedRegex(@"^(\[[0-9A-Fa-f:.%]+\]|[^:#?\s]*)(:[0-9]+)?$")]
    private static partial Regex HostAndPort();

    [GeneratedRegex(@"(?<=://)[^/@\s]*@|\?[^\s'""]*")]
    private static partial Regex UserOrQuery();

    [GeneratedRegex(@"(?<=\b(?:password|passwd|pass|pwd|token)=)[^&/?\s'""]+", RegexOptions.IgnoreCase)]
    private static partial Regex InPath();
}
