using System.Globalization;
using System.Text.RegularExpressions;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// Reads COLMAP's <c>cameras.txt</c>: <c>CAMERA_ID MODEL WIDTH HEIGHT PARAMETERS</c>, one camera a line. COLMAP counts from the corner of the
/// first pixel, ROS and OpenCV from its centre, so the principal point moves by half a pixel.
/// </summary>
internal static partial class ColmapCalibration
{
    // For each model: how many focal lengths come first (the centre follows), the lens model here, and how many coefficients follow.
    private static readonly Dictionary<string, (int Focals, string Lens, int Coefficients)> Models = new()
    {
        ["SIMPLE_PINHOLE"] = (1, "plumb_bob", 0),
        ["PINHOLE"] = (2, "plumb_bob", 0),
        ["SIMPLE_RADIAL"] = (1, "plumb_bob", 1),
        ["RADIAL"] = (1, "plumb_bob", 2),
        ["OPENCV"] = (2, "plumb_bob", 4),
        ["FULL_OPENCV"] = (2, "rational_polynomial", 8),
        ["SIMPLE_RADIAL_FISHEYE"] = (1, "equidistant", 1),
        ["RADIAL_FISHEYE"] = (1, "equidistant", 2),
        ["OPENCV_FISHEYE"] = (2, "equidistant", 4),
    };

    /// <summary>True if the text looks like COLMAP's.</summary>
    public static bool Is(string text) => Line().IsMatch(text);

    /// <summary>Reads one camera.</summary>
    /// <exception cref="UserErrorException">It is wrong, of a model that cannot be used, or one of several and not chosen; exit code 2.</exception>
    public static CameraCalibration Parse(string text, string name, string? camera)
    {
        string[] lines = text.Split('\n');
        List<(int Number, string[] Words)> cameras = [];
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length > 0 && line[0] != '#')
            {
                cameras.Add((i + 1, line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
            }
        }

        if (camera is null && cameras.Count > 1)
        {
            throw KalibrCalibration.SeveralCameras(name, cameras.Select(c => c.Words[0]));
        }

        int chosen = camera is null ? 0 : cameras.FindIndex(c => c.Words[0] == camera);
        return chosen >= 0
            ? Parse(cameras[chosen].Words, name, cameras[chosen].Number)
            : throw new UserErrorException(
                ExitCode.Usage, $"Calibration '{name}' has no camera '{camera}'; there are {string.Join(", ", cameras.Select(c => c.Words[0]))}.");
    }

    private static CameraCalibration Parse(string[] words, string name, int line)
    {
        UserErrorException Refuse(string reason) => new(ExitCode.Usage, $"Calibration '{name}', line {line}: {reason}.");
        if (words.Length < 4 || !Models.TryGetValue(words[1], out var model))
        {
            throw Refuse($"the camera model '{(words.Length > 1 ? words[1] : "")}' cannot be used; there are {string.Join(", ", Models.Keys)}");
        }

        var values = new double[words.Length - 2];
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.TryParse(words[i + 2], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]) || !double.IsFinite(values[i]))
            {
                throw Refuse($"'{words[i + 2]}' is no finite number");
            }
        }

        int expected = 2 + model.Focals + 2 + model.Coefficients;
        if (values.Length != expected)
        {
            throw Refuse($"{words[1]} has {expected - 2} parameters, not {values.Length - 2}");
        }

        double fx = values[2], fy = values[1 + model.Focals];
        if (fx <= 0 || fy <= 0 || values[0] is < 1 or > 32768 || values[1] is < 1 or > 32768)
        {
            throw Refuse("width, height and focal lengths must be positive");
        }

        int centre = 2 + model.Focals;
        double[] read = values[(centre + 2)..];
        int length = model.Lens switch { "rational_polynomial" => 8, "equidistant" => 4, _ => 5 };
        double[] distortion = model.Coefficients == 0 ? [] : [.. read, .. new double[length - read.Length]];
        return new CameraCalibration(
            words[0],
            new CameraIntrinsics((int)values[0], (int)values[1], fx, fy, values[centre] - 0.5, values[centre + 1] - 0.5)
            {
                DistortionModel = model.Lens,
                Distortion = distortion,
            });
    }

    [GeneratedRegex(@"^\s*\d+\s+[A-Z][A-Z_]+\s+\d+\s+\d+\s", RegexOptions.Multiline)]
    private static partial Regex Line();
}
