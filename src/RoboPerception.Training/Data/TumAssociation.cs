using System.Globalization;

namespace RoboPerception.Training.Data;

/// <summary>
/// A TUM sequence takes colour and depth at times of their own: <c>rgb.txt</c> and <c>depth.txt</c> hold "seconds path" a line. A depth image belongs
/// to the colour image nearest in time, if that is within 20 ms.
/// </summary>
internal static class TumAssociation
{
    private const double Farthest = 0.020;

    /// <summary>Whether a folder has both lists.</summary>
    public static bool IsIn(string directory) => File.Exists(Path.Combine(directory, "rgb.txt")) && File.Exists(Path.Combine(directory, "depth.txt"));

    /// <summary>Colour path by id; the id is the depth image's name without folder and ending.</summary>
    public static IReadOnlyDictionary<string, string> Read(string directory)
    {
        var colours = Entries(Path.Combine(directory, "rgb.txt")).OrderBy(entry => entry.Seconds).ToArray();
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var depth in Entries(Path.Combine(directory, "depth.txt")))
        {
            var after = Array.FindIndex(colours, colour => colour.Seconds >= depth.Seconds);
            var nearest = after < 0 ? colours.LastOrDefault()
                : after > 0 && depth.Seconds - colours[after - 1].Seconds < colours[after].Seconds - depth.Seconds ? colours[after - 1]
                : colours[after];
            if (nearest.Path is not null && Math.Abs(nearest.Seconds - depth.Seconds) <= Farthest)
            {
                pairs[Path.GetFileNameWithoutExtension(depth.Path)] = Path.Combine(directory, nearest.Path);
            }
        }

        return pairs;
    }

    private static IEnumerable<(double Seconds, string Path)> Entries(string list)
    {
        foreach (var line in File.ReadLines(list).Where(line => !line.StartsWith('#') && line.Trim().Length > 0))
        {
            yield return line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var time, var path] && double.TryParse(time, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
                ? (seconds, path)
                : throw ImageReader.Damaged(list, $"has a line that is not 'seconds path': {line}");
        }
    }
}
