using System.Globalization;
using System.Text;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// Reads and writes camera calibration files in the YAML form of ROS's camera_calibration_parsers: image_width,
/// image_height, camera_name, camera_matrix, distortion_model, distortion_coefficients, rectification_matrix,
/// projection_matrix. Reading is strict: an unknown, missing or impossible value is an error that names its line.
/// Also reads what other tools write, told apart by what stands in it: OpenCV's FileStorage (<see cref="OpenCvCalibration"/>), Kalibr's chain
/// of cameras (<see cref="KalibrCalibration"/>) and COLMAP's list of cameras (<see cref="ColmapCalibration"/>). Of a file that holds
/// several cameras one is chosen by its name or number behind a '#': <c>chain.yaml#cam1</c>.
/// </summary>
internal static class CalibrationFile
{
    private static readonly string[] Keys =
    [
        "image_width", "image_height", "camera_name", "camera_matrix", "distortion_model", "distortion_coefficients",
        "rectification_matrix", "projection_matrix",
    ];

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">Missing, unreadable or wrong; exit code 2.</exception>
    public static CameraCalibration Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        (string file, string? camera) = (path, null);
        int mark = path.LastIndexOf('#');
        if (mark > 0 && !File.Exists(path))
        {
            (file, camera) = (path[..mark], path[(mark + 1)..]);
        }

        try
        {
            return Parse(File.ReadAllText(file), file, camera);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException(
                ExitCode.Usage, $"Calibration '{path}' does not exist (looked at '{Path.GetFullPath(file)}'); check the path.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Usage, $"Calibration '{path}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Reads the text of a file.</summary>
    /// <param name="text">What stands in it.</param>
    /// <param name="name">Its name, for errors.</param>
    /// <param name="camera">Which camera of several; null = the only one.</param>
    /// <exception cref="UserErrorException">The text is wrong; exit code 2.</exception>
    public static CameraCalibration Parse(string text, string name, string? camera = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (ColmapCalibration.Is(text))
        {
            return ColmapCalibration.Parse(text, name, camera);
        }

        if (KalibrCalibration.Is(text))
        {
            return KalibrCalibration.Parse(text, name, camera);
        }

        if (camera is not null)
        {
            throw new UserErrorException(ExitCode.Usage, $"Calibration '{name}' holds one camera, so '#{camera}' behind its name chooses nothing; leave it out.");
        }

        return OpenCvCalibration.Is(text) ? OpenCvCalibration.Parse(text, name) : ParseRos(text, name);
    }

    private static CameraCalibration ParseRos(string text, string name)
    {
        CalibrationNode root = CalibrationNode.Load(text, name);
        root.RefuseOtherKeys(Keys);
        int width = root.Integer("image_width", 1, 32768);
        int height = root.Integer("image_height", 1, 32768);
        IReadOnlyList<double> k = root.Matrix("camera_matrix", 3, 3);
        string model = root.Text("distortion_model");
        int coefficients = model switch
        {
            "plumb_bob" => 5,
            "rational_polynomial" => 8,
            "equidistant" => 4,
            _ => throw root.Refuse("distortion_model", $"'{model}' is unknown; there are plumb_bob, rational_polynomial and equidistant"),
        };
        IReadOnlyList<double> distortion = root.Matrix("distortion_coefficients", 1, coefficients);
        IReadOnlyList<double> r = root.Matrix("rectification_matrix", 3, 3);
        IReadOnlyList<double> p = root.Matrix("projection_matrix", 3, 4);
        CheckFocalLength(root, "camera_matrix", k[0], k[4]);
        CheckFocalLength(root, "projection_matrix", p[0], p[5]);
        var intrinsics = new CameraIntrinsics(width, height, k[0], k[4], k[2], k[5]) { DistortionModel = model, Distortion = distortion };
        return new CameraCalibration(root.Text("camera_name"), intrinsics, r, p);
    }

    /// <summary>Writes a file that <see cref="Read"/>, and ROS, read back to the same values.</summary>
    /// <exception cref="UserErrorException">It cannot be written.</exception>
    public static void Write(string path, CameraCalibration calibration)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(calibration);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(Format(calibration)));
    }

    /// <summary>The text that <see cref="Write"/> writes.</summary>
    public static string Format(CameraCalibration calibration)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        CameraIntrinsics c = calibration.Intrinsics;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"image_width: {c.Width}\nimage_height: {c.Height}\ncamera_name: {Quote(calibration.CameraName)}\n");
        AppendMatrix(text, "camera_matrix", 3, 3, [c.Fx, 0, c.Cx, 0, c.Fy, c.Cy, 0, 0, 1]);
        text.Append(CultureInfo.InvariantCulture, $"distortion_model: {c.DistortionModel}\n");
        int coefficients = c.DistortionModel switch { "rational_polynomial" => 8, "equidistant" => 4, _ => 5 };
        AppendMatrix(text, "distortion_coefficients", 1, coefficients, [.. c.Distortion.Concat(Enumerable.Repeat(0.0, 8)).Take(coefficients)]);
        AppendMatrix(text, "rectification_matrix", 3, 3, calibration.Rectification);
        AppendMatrix(text, "projection_matrix", 3, 4, calibration.Projection);
        return text.ToString();
    }

    private static string Quote(string name) => $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static void AppendMatrix(StringBuilder text, string key, int rows, int columns, IReadOnlyList<double> values)
    {
        string data = string.Join(", ", values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));
        text.Append(CultureInfo.InvariantCulture, $"{key}:\n  rows: {rows}\n  cols: {columns}\n  data: [{data}]\n");
    }

    private static void CheckFocalLength(CalibrationNode root, string key, double fx, double fy)
    {
        // REP-104 writes an uncalibrated camera with K[0] == 0: such a file cannot rectify or measure anything.
        if (fx <= 0 || fy <= 0)
        {
            throw root.Refuse(key, "the focal lengths must be positive; zero means the camera was never calibrated");
        }
    }
}
