using System.Text.RegularExpressions;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>Reads the chain of cameras that Kalibr writes (<c>camchain.yaml</c>): pinhole cameras with radtan, equidistant or no distortion.</summary>
internal static partial class KalibrCalibration
{
    /// <summary>True if the text looks like Kalibr's.</summary>
    public static bool Is(string text) => Camera().IsMatch(text) && Resolution().IsMatch(text);

    /// <summary>Reads one camera.</summary>
    /// <exception cref="UserErrorException">It is wrong, of a model that cannot be used, or one of several and not chosen; exit code 2.</exception>
    public static CameraCalibration Parse(string text, string name, string? camera)
    {
        CalibrationNode root = CalibrationNode.Load(text, name);
        string[] cameras = [.. root.Keys];
        string chosen = camera ?? (cameras.Length == 1 ? cameras[0] : throw SeveralCameras(name, cameras));
        if (!cameras.Contains(chosen))
        {
            throw new UserErrorException(ExitCode.Usage, $"Calibration '{name}' has no camera '{chosen}'; there are {string.Join(", ", cameras)}.");
        }

        CalibrationNode node = root.Section(chosen);
        if (node.Text("camera_model") is var projection and not "pinhole")
        {
            throw node.Refuse("camera_model", $"'{projection}' cannot be used; calibrate with the model pinhole");
        }

        IReadOnlyList<double> k = node.Numbers("intrinsics", 4);
        IReadOnlyList<double> size = node.Numbers("resolution", 2);
        string distortion = node.Text("distortion_model");
        (string model, IReadOnlyList<double> coefficients) = distortion switch
        {
            "radtan" => ("plumb_bob", [.. node.Numbers("distortion_coeffs", 4), 0]),
            "equidistant" => ("equidistant", node.Numbers("distortion_coeffs", 4)),
            "none" => ("plumb_bob", (IReadOnlyList<double>)[]),
            _ => throw node.Refuse("distortion_model", $"'{distortion}' cannot be used; there are radtan, equidistant and none"),
        };
        if (k[0] <= 0 || k[1] <= 0)
        {
            throw node.Refuse("intrinsics", "the focal lengths, first and second, must be positive");
        }

        if (size.Any(side => side is < 1 or > 32768 || side != Math.Floor(side)))
        {
            throw node.Refuse("resolution", "width and height are expected");
        }

        return new CameraCalibration(
            chosen, new CameraIntrinsics((int)size[0], (int)size[1], k[0], k[1], k[2], k[3]) { DistortionModel = model, Distortion = coefficients });
    }

    /// <summary>What is said of a file with several cameras, none of which was chosen.</summary>
    public static UserErrorException SeveralCameras(string name, IEnumerable<string> cameras) => new(
        ExitCode.Usage, $"Calibration '{name}' holds several cameras ({string.Join(", ", cameras)}); choose one behind a '#': {name}#{cameras.First()}.");

    [GeneratedRegex(@"^cam\d+:\s*$", RegexOptions.Multiline)]
    private static partial Regex Camera();

    [GeneratedRegex(@"^\s+resolution:", RegexOptions.Multiline)]
    private static partial Regex Resolution();
}
