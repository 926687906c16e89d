using System.Globalization;
using RoboPerception.Core;

namespace RoboPerception.Scenes;

/// <summary>
/// A rendered camera as an address: <c>scene://room?seed=7&amp;fps=30&amp;size=640x480</c>. Further keys: <c>kind</c> (bedroom, living,
/// office, dining, study, kitchen, studio; default: the seed decides), <c>sensor</c> (<c>camera</c> or <c>ideal</c>), <c>fov</c> (degrees
/// across, default 63.3: that of NYU Depth v2), <c>shutter</c> (seconds it stays open, default 0 = no motion blur), <c>change</c> (seconds until the next room, default 0 = never), <c>frames</c> (length
/// of the stream, default 0 = endless).
/// </summary>
/// <param name="Seed">Seed of the room.</param>
/// <param name="FramesPerSecond">Frames per second of the walk.</param>
/// <param name="Width">Pixels per row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Kind">Use of the room; null = the seed decides.</param>
/// <param name="IdealSensor">True for a camera without noise, blur and vignetting.</param>
/// <param name="FieldOfView">Degrees across the image.</param>
/// <param name="ChangeSeconds">Seconds in one room; 0 = for ever.</param>
/// <param name="ShutterSeconds">Exposure that blurs motion; 0 = none.</param>
/// <param name="Frames">Length of the stream; 0 = endless.</param>
internal sealed record SceneUri(
    ulong Seed = 1, double FramesPerSecond = 30, int Width = 640, int Height = 480, RoomKind? Kind = null, bool IdealSensor = false,
    double FieldOfView = SceneUri.NyuFieldOfView, double ChangeSeconds = 0, double ShutterSeconds = 0, long Frames = 0)
{
    /// <summary>Start of every such address.</summary>
    public const string Scheme = "scene://";

    /// <summary>Degrees across an image of NYU Depth v2: fx 518.858 at 640 pixels.</summary>
    public const double NyuFieldOfView = 63.3316;

    private const string Keys = "seed, fps, size, kind, sensor, fov, change, shutter, frames";

    /// <summary>The camera of the stream: square pixels, principal point in the middle, no distortion.</summary>
    public CameraIntrinsics ToIntrinsics()
    {
        double half = FieldOfView * Math.PI / 360;
        var (s, c) = PortableMath.SinCos(half);
        double f = Width / 2.0 * c / s;
        return new(Width, Height, f, f, (Width - 1) / 2.0, (Height - 1) / 2.0);
    }

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">Names the part that is wrong and what would be right.</exception>
    public static SceneUri Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            throw new FormatException($"'{text}' is not a scene address; it starts with {Scheme}room, e.g. scene://room?seed=7&fps=30&size=640x480.");
        }
        string rest = text[Scheme.Length..];
        int question = rest.IndexOf('?', StringComparison.Ordinal);
        string place = question < 0 ? rest : rest[..question];
        if (place != "room")
        {
            throw new FormatException($"'{text}' asks for '{place}'; the only scene is 'room', e.g. scene://room?seed=7.");
        }
        var uri = new SceneUri();
        if (question < 0)
        {
            return uri;
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string pair in rest[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? pair : pair[..equals], value = equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..]);
            if (!seen.Add(key))
            {
                throw new FormatException($"'{text}' gives '{key}' twice.");
            }
            uri = uri.With(key, value);
        }
        return uri;
    }

    /// <summary>The address; <see cref="Parse"/> reads it back.</summary>
    public override string ToString()
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{Scheme}room?seed={Seed}&fps={FramesPerSecond}&size={Width}x{Height}");
        text += Kind is { } kind ? $"&kind={kind.ToString().ToLowerInvariant()}" : "";
        text += IdealSensor ? "&sensor=ideal" : "";
        text += FieldOfView != NyuFieldOfView ? string.Create(CultureInfo.InvariantCulture, $"&fov={FieldOfView}") : "";
        text += ChangeSeconds > 0 ? string.Create(CultureInfo.InvariantCulture, $"&change={ChangeSeconds}") : "";
        text += ShutterSeconds > 0 ? string.Create(CultureInfo.InvariantCulture, $"&shutter={ShutterSeconds}") : "";
        return text + (Frames > 0 ? string.Create(CultureInfo.InvariantCulture, $"&frames={Frames}") : "");
    }

    private SceneUri With(string key, string value) => key switch
    {
        "seed" => this with { Seed = ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) ? seed : throw Bad(key, value, "a number from 0") },
        "fps" => this with { FramesPerSecond = Number(key, value, 0.1, 1000) },
        "size" => Sized(value),
        "kind" => this with { Kind = Enum.TryParse(value, ignoreCase: true, out RoomKind kind) && Enum.IsDefined(kind) && !char.IsAsciiDigit(value[0]) ? kind : throw Bad(key, value, "one of " + string.Join(", ", Enum.GetNames<RoomKind>()).ToLowerInvariant()) },
        "sensor" => this with { IdealSensor = value switch { "ideal" => true, "camera" => false, _ => throw Bad(key, value, "'camera' or 'ideal'") } },
        "fov" => this with { FieldOfView = Number(key, value, 5, 150) },
        "change" => this with { ChangeSeconds = Number(key, value, 0, 1e6) },
        "shutter" => this with { ShutterSeconds = Number(key, value, 0, 1) },
        "frames" => this with { Frames = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long frames) ? frames : throw Bad(key, value, "a number from 0") },
        _ => throw new FormatException($"A scene address has no key '{key}'; keys are {Keys}."),
    };

    private SceneUri Sized(string value)
    {
        string[] parts = value.Split('x');
        if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int w)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int h) && w is >= 16 and <= 8192 && h is >= 16 and <= 8192)
        {
            return this with { Width = w, Height = h };
        }
        throw Bad("size", value, "WIDTHxHEIGHT with 16 to 8192 pixels, e.g. 640x480");
    }

    private static double Number(string key, string value, double low, double high) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= low && number <= high
            ? number
            : throw Bad(key, value, string.Create(CultureInfo.InvariantCulture, $"a number from {low} to {high}"));

    private static FormatException Bad(string key, string value, string right) =>
        new($"'{value}' is not a value for '{key}' in a scene address; it takes {right}.");
}
