using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// Reads calibrations as OpenCV's FileStorage writes them, YAML (<c>%YAML:1.0</c>, <c>!!opencv-matrix</c>) or XML
/// (<c>&lt;opencv_storage&gt;</c>). The names are the program's own, so the usual ones are known, in any case and with or without
/// underscores, and other entries are passed over. What fits twice (a stereo pair) is refused, not guessed.
/// </summary>
internal static class OpenCvCalibration
{
    private const string XmlRoot = "opencv_storage";

    private static readonly string[] CameraNames = ["cameramatrix", "k", "mtx", "intrinsicmatrix", "intrinsics", "m", "m1", "m2", "k1", "k2", "cameramatrix1", "cameramatrix2"];
    private static readonly string[] DistortionNames = ["distortioncoefficients", "distcoeffs", "distortioncoeffs", "distortion", "dist", "d", "d1", "d2", "distcoeffs1", "distcoeffs2"];
    private static readonly string[] WidthNames = ["imagewidth", "width"];
    private static readonly string[] HeightNames = ["imageheight", "height"];
    private static readonly string[] SizeNames = ["imagesize", "size", "resolution"];

    /// <summary>True if the text looks like FileStorage's.</summary>
    public static bool Is(string text) =>
        text.TrimStart('\uFEFF', ' ', '\r', '\n').StartsWith("%YAML:", StringComparison.Ordinal)
        || text.Contains("!!opencv-matrix", StringComparison.Ordinal) || text.Contains($"<{XmlRoot}", StringComparison.Ordinal);

    /// <summary>Reads the camera.</summary>
    /// <exception cref="UserErrorException">Something is missing, wrong or there twice; exit code 2.</exception>
    public static CameraCalibration Parse(string text, string name)
    {
        CalibrationNode root = text.Contains($"<{XmlRoot}", StringComparison.Ordinal) ? LoadXml(text, name) : LoadYaml(text, name);
        string cameraKey = Find(root, name, CameraNames, "camera_matrix")!;
        IReadOnlyList<double> k = root.AnyMatrix(cameraKey);
        if (k.Count != 9 || k[0] <= 0 || k[4] <= 0)
        {
            throw root.Refuse(cameraKey, "3x3 values with positive focal lengths are expected");
        }

        string? distortionKey = Find(root, name, DistortionNames, null);
        IReadOnlyList<double> given = distortionKey is null ? [] : root.AnyMatrix(distortionKey);
        bool fisheye = root.Has("fisheye_model") && root.Text("fisheye_model") is "1" or "true";
        if (fisheye && given.Count != 4)
        {
            throw root.Refuse(distortionKey ?? "fisheye_model", "a fisheye model has 4 coefficients");
        }

        // 12 and 14 coefficients add a thin prism and a tilted sensor, which calibrations write as zeros unless they were asked for.
        if (given.Count is not (0 or 4 or 5 or 8 or 12 or 14) || given.Skip(8).Any(value => value != 0))
        {
            throw root.Refuse(distortionKey!, $"{given.Count} coefficients cannot be used; 4, 5 or 8 are expected (calibrate without thin prism and tilted model)");
        }

        (int width, int height) = SizeOf(root, name);
        IReadOnlyList<double> distortion = given.Count switch
        {
            4 when !fisheye => [.. given, 0],
            > 8 => [.. given.Take(8)],
            _ => given,
        };
        string model = fisheye ? "equidistant" : given.Count >= 8 ? "rational_polynomial" : "plumb_bob";
        return new CameraCalibration(
            root.Has("camera_name") ? root.Text("camera_name") : Path.GetFileNameWithoutExtension(name),
            new CameraIntrinsics(width, height, k[0], k[4], k[2], k[5]) { DistortionModel = model, Distortion = distortion });
    }

    private static (int Width, int Height) SizeOf(CalibrationNode root, string name)
    {
        if (Find(root, name, SizeNames, null) is { } sizeKey)
        {
            IReadOnlyList<double> size = root.Numbers(sizeKey, 2);
            return size.All(side => side is >= 1 and <= 32768 && side == Math.Floor(side))
                ? ((int)size[0], (int)size[1])
                : throw root.Refuse(sizeKey, "width and height are expected");
        }

        string? width = Find(root, name, WidthNames, null), height = Find(root, name, HeightNames, null);
        return width is null || height is null
            ? throw new UserErrorException(
                ExitCode.Usage, $"Calibration '{name}' does not say for which image size it holds; add image_width: and image_height: as they were when it was made.")
            : (root.Integer(width, 1, 32768), root.Integer(height, 1, 32768));
    }

    // The one key that means this; null (or an error that names what is needed) if there is none.
    private static string? Find(CalibrationNode root, string name, string[] names, string? needed)
    {
        string[] found = [.. root.Keys.Where(key => names.Contains(key.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant()))];
        return found.Length switch
        {
            1 => found[0],
            0 when needed is null => null,
            0 => throw new UserErrorException(ExitCode.Usage, $"Calibration '{name}' of OpenCV's form has no {needed}; it holds {string.Join(", ", root.Keys)}."),
            _ => throw new UserErrorException(
                ExitCode.Usage, $"Calibration '{name}' holds {string.Join(" and ", found)}, which may mean the same or two cameras; leave only the camera's own."),
        };
    }

    private static CalibrationNode LoadYaml(string text, string name)
    {
        // YAML 1.0 as OpenCV writes it differs from YAML by its first line alone. The line stays, empty, so that errors name the right one.
        string body = text.TrimStart('\uFEFF');
        int end = body.StartsWith("%YAML", StringComparison.Ordinal) ? body.IndexOf('\n', StringComparison.Ordinal) : 0;
        return CalibrationNode.Load(end < 0 ? "" : body[end..], name);
    }

    private static CalibrationNode LoadXml(string text, string name)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(text.TrimStart('\uFEFF')), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            XElement root = XDocument.Load(reader).Root!;
            return CalibrationNode.Of(root.Elements().Select(element => (element.Name.LocalName, Values(element))), name);
        }
        catch (XmlException error)
        {
            throw new UserErrorException(ExitCode.Usage, $"Calibration '{name}', line {error.LineNumber.ToString(CultureInfo.InvariantCulture)}: this is no XML ({error.Message}).", error);
        }
    }

    // A matrix has its numbers in <data>, a list of numbers in the element itself.
    private static string[] Values(XElement element) =>
        (element.Element("data") ?? element).Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
