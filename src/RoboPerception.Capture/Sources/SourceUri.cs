using System.Globalization;
using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// The address of a source: <c>scheme://place?key=value&amp;key=value</c>, or a plain path, which is a video file, an image
/// folder or a glob. Options are strict: one that the source does not ask for is an error.
/// </summary>
internal sealed class SourceUri
{
    private readonly Dictionary<string, string> options = [];
    private readonly List<string> known = [];

    private SourceUri(string text, string scheme, string place)
    {
        Text = text;
        Scheme = scheme;
        Place = place;
    }

    /// <summary>The address as given, with its secrets; those of a network camera percent-encoded.</summary>
    public string Text { get; }

    /// <summary>Scheme in lower case; <c>file</c> for plain paths.</summary>
    public string Scheme { get; }

    /// <summary>What stands between scheme and options, percent-decoded where options are possible: a path, a number or a host.</summary>
    public string Place { get; }

    /// <summary>The address without options, user name and password.</summary>
    public string Name
    {
        get
        {
            if (Scheme == "file")
            {
                return Place;
            }

            if (Scheme == "gst")
            {
                // Properties may hold passwords; the first element says enough.
                return $"gst://{Place.Split(' ', 2)[0]}";
            }

            string place = Place.Split('?')[0];
            int slash = place.IndexOf('/', StringComparison.Ordinal);
            string authority = slash < 0 ? place : place[..slash];
            int user = authority.LastIndexOf('@');
            return $"{Scheme}://{CameraAddress.WithoutPasswords(user < 0 ? place : place[(user + 1)..])}";
        }
    }

    /// <summary>Takes an address apart.</summary>
    /// <exception cref="UserErrorException">It is empty or malformed (exit code 2).</exception>
    public static SourceUri Parse(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new UserErrorException(ExitCode.Usage, "The source is empty; give a camera, a stream or a file, e.g. v4l2:///dev/video0.");
        }

        int mark = text.IndexOf("://", StringComparison.Ordinal);
        if (mark <= 0 || !text.AsSpan(0, mark).ContainsOnlySchemeLetters())
        {
            return text.StartsWith("/dev/video", StringComparison.Ordinal)
                ? new SourceUri(text, "v4l2", text)
                : new SourceUri(text, "file", text);
        }

        string scheme = text[..mark].ToLowerInvariant();
        string rest = text[(mark + 3)..];
        if (scheme is "rtsp" or "rtsps")
        {
            // A query belongs to the camera's own address.
            string encoded = CameraAddress.Encoded(rest);
            return new SourceUri($"{scheme}://{encoded}", scheme, encoded);
        }

        if (scheme is "gst")
        {
            // A pipeline has no options.
            return new SourceUri(text, scheme, rest);
        }

        int query = rest.IndexOf('?', StringComparison.Ordinal);
        var uri = new SourceUri(text, scheme, Uri.UnescapeDataString(query < 0 ? rest : rest[..query]));
        if (query >= 0)
        {
            uri.ReadOptions(rest[(query + 1)..]);
        }

        return uri;
    }

    /// <summary>A text option, or null.</summary>
    public string? Option(string key)
    {
        known.Add(key);
        return options.GetValueOrDefault(key);
    }

    /// <summary>A number within bounds, or the default.</summary>
    /// <exception cref="UserErrorException">No number, or out of bounds.</exception>
    public double Number(string key, double otherwise, double least, double most)
    {
        if (Option(key) is not { } text)
        {
            return otherwise;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most
            ? value
            : throw Refuse(key, text, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));
    }

    /// <summary>A whole number within bounds, or the default.</summary>
    /// <exception cref="UserErrorException">No whole number, or out of bounds.</exception>
    public int Integer(string key, int otherwise, int least, int most)
    {
        if (Option(key) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw Refuse(key, text, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));
    }

    /// <summary><c>true</c> or <c>false</c>, or the default.</summary>
    /// <exception cref="UserErrorException">Neither.</exception>
    public bool Flag(string key, bool otherwise) => Option(key) switch
    {
        null => otherwise,
        "true" or "1" => true,
        "false" or "0" => false,
        { } text => throw Refuse(key, text, "true or false"),
    };

    /// <summary>An image size such as <c>640x480</c>, or the default.</summary>
    /// <exception cref="UserErrorException">No size, or beyond 8192 pixels a side.</exception>
    public Size Size(string key, Size otherwise)
    {
        if (Option(key) is not { } text)
        {
            return otherwise;
        }

        string[] parts = text.Split('x');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int width) && width is >= 1 and <= 8192
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int height) && height is >= 1 and <= 8192
            ? new Size(width, height)
            : throw Refuse(key, text, "a size such as 640x480");
    }

    /// <summary>Call after all options were asked for: one that is left over is a mistake.</summary>
    /// <exception cref="UserErrorException">An option that this source does not have.</exception>
    public void RefuseOtherOptions()
    {
        foreach (string key in options.Keys)
        {
            if (!known.Contains(key))
            {
                throw new UserErrorException(
                    ExitCode.Usage,
                    known.Count == 0
                        ? $"Source '{Name}': option '{key}' is unknown; this source has none."
                        : $"Source '{Name}': option '{key}' is unknown; there are {string.Join(", ", known)}.");
            }
        }
    }

    private UserErrorException Refuse(string key, string value, string expected) =>
        new(ExitCode.Usage, $"Source '{Name}': option {key}={value} is not {expected}.");

    private void ReadOptions(string query)
    {
        foreach (string pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string key = Uri.UnescapeDataString(equals < 0 ? pair : pair[..equals]);
            string value = equals < 0 ? "true" : Uri.UnescapeDataString(pair[(equals + 1)..]);
            if (!options.TryAdd(key, value))
            {
                throw new UserErrorException(ExitCode.Usage, $"Source '{Name}': option '{key}' is given twice.");
            }
        }
    }
}
