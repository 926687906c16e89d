using System.Globalization;
using System.Text.RegularExpressions;

namespace RoboPerception.Capture;

/// <summary>Size and rate of raw video as GStreamer writes them: <c>video/x-raw, format=(string)BGR, width=(int)640, height=(int)480, framerate=(fraction)30/1</c>.</summary>
/// <param name="Width">Pixels per row.</param>
/// <param name="Height">Rows.</param>
/// <param name="FramesPerSecond">0 if variable or unknown.</param>
internal sealed partial record VideoFormat(int Width, int Height, double FramesPerSecond)
{
    private const int MostPixelsPerSide = 16384;

    /// <summary>Bytes per row of a BGR frame: GStreamer and BMP pad rows to four.</summary>
    public static int StrideOf(int width) => ((3 * width) + 3) / 4 * 4;

    /// <summary>Null if the text does not describe raw BGR video.</summary>
    public static VideoFormat? TryParse(string text)
    {
        if (!text.StartsWith("video/x-raw", StringComparison.Ordinal) || Field(text, "format") != "BGR"
            || !TrySide(Field(text, "width"), out int width) || !TrySide(Field(text, "height"), out int height))
        {
            return null;
        }

        string[] rate = (Field(text, "framerate") ?? "").Split('/');
        double fps = rate.Length == 2
            && double.TryParse(rate[0], NumberStyles.None, CultureInfo.InvariantCulture, out double frames)
            && double.TryParse(rate[1], NumberStyles.None, CultureInfo.InvariantCulture, out double seconds) && seconds > 0
            ? frames / seconds
            : 0;
        return new VideoFormat(width, height, fps);
    }

    private static bool TrySide(string? text, out int side) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side) && side is >= 1 and <= MostPixelsPerSide;

    private static string? Field(string text, string name) =>
        Fields().Matches(text).FirstOrDefault(match => match.Groups[1].Value == name)?.Groups[2].Value;

    [GeneratedRegex(@"([a-z-]+)=\((?:string|int|fraction)\)([^,;\s]+)")]
    private static partial Regex Fields();
}
