using System.Runtime.InteropServices;
using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Training.Data;

/// <summary>
/// A folder of labelled pictures: <c>rgb/ID.jpg|png</c>, <c>seg13/ID.png</c> (8 bit, 255 = unlabelled), <c>depth/ID.png</c> (16 bit,
/// millimetres, 0 = none) or <c>depth8/ID.png</c> (8 bit, NYU Depth v2 in-painted), <c>normal/ID.png</c> (8-bit RGB, n = v/127.5 - 1),
/// and a file of ids, one a line. Pictures of one id may differ in size; all are brought to the size asked for.
/// </summary>
public sealed class NyuFolder
{
    // depth8: metres = (v + 0.5) * 9.99547 / 255.
    private const double Depth8MetresPerStep = 9.99547 / 255;

    // The in-painted depth of the white image border is invented; evaluation protocols since Eigen leave it out.
    private const int CropTop = 45, CropBottom = 470, CropLeft = 41, CropRight = 600, CropHeight = 480, CropWidth = 640;

    private readonly string directory;

    private NyuFolder(string directory, IReadOnlyList<string> ids)
    {
        this.directory = directory;
        Ids = ids;
    }

    /// <summary>The ids of the list, in its order.</summary>
    public IReadOnlyList<string> Ids { get; }

    /// <summary>Opens a folder with a list of ids; a relative list is looked for in the folder first.</summary>
    /// <exception cref="UserErrorException">The folder or the list is missing or empty.</exception>
    public static NyuFolder Open(string directory, string idsFile)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(idsFile);
        if (!Directory.Exists(directory))
        {
            throw new UserErrorException(ExitCode.NoSource, $"Data folder '{directory}' does not exist; name it with --data.");
        }

        var inside = Path.Combine(directory, idsFile);
        var path = File.Exists(inside) ? inside : idsFile;
        if (!File.Exists(path))
        {
            throw new UserErrorException(ExitCode.NoSource, $"List of ids '{idsFile}' is neither in '{directory}' nor a file of its own.");
        }

        string[] ids = [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)];
        return ids.Length > 0
            ? new NyuFolder(directory, ids)
            : throw new UserErrorException(ExitCode.NoSource, $"List of ids '{path}' is empty.");
    }

    /// <summary>Reads one id at the given size: the picture smoothly, everything else by nearest pixel.</summary>
    /// <exception cref="UserErrorException">A file is missing or damaged; the message names it.</exception>
    public LabeledImage Read(string id, int height, int width)
    {
        var image = new LabeledImage(height, width);
        ReadPicture(FirstExisting(id, "rgb/{0}.jpg", "rgb/{0}.png"), image);
        ReadLabels(FirstExisting(id, "seg13/{0}.png"), image);
        var depth = FirstExisting(id, "depth/{0}.png", "depth8/{0}.png");
        var inpainted = ReadDepth(depth, image);
        ReadNormals(FirstExisting(id, "normal/{0}.png"), image);
        if (inpainted)
        {
            ForgetBorder(image);
        }

        return image;
    }

    private string FirstExisting(string id, params ReadOnlySpan<string> patterns)
    {
        foreach (var pattern in patterns)
        {
            var path = Path.Combine(directory, string.Format(null, pattern, id));
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new UserErrorException(ExitCode.NoSource, $"'{Path.Combine(directory, string.Format(null, patterns[0], id))}' is missing, but its id is in the list.");
    }

    private static Mat Decode(string path, ImreadModes mode, MatType expected)
    {
        var mat = Cv2.ImRead(path, mode);
        if (!mat.Empty() && mat.Type() == expected)
        {
            return mat;
        }

        var found = mat.Empty() ? "cannot be decoded" : $"is {mat.Type()}, expected {expected}";
        mat.Dispose();
        throw new UserErrorException(ExitCode.NoSource, $"'{path}' {found}: replace the file or take its id out of the list.");
    }

    private static void ReadPicture(string path, LabeledImage image)
    {
        using var mat = Decode(path, ImreadModes.Color, MatType.CV_8UC3);
        using var resized = new Mat();

        // Bilinear sampling, as a camera's picture is resized in use; far below half the size it would skip pixels.
        var interpolation = mat.Cols > 2 * image.Width ? InterpolationFlags.Area : InterpolationFlags.Linear;
        Cv2.Resize(mat, resized, new Size(image.Width, image.Height), interpolation: interpolation);
        var bgr = MemoryMarshal.AsBytes(resized.AsSpan<Vec3b>());
        for (var i = 0; i < bgr.Length; i += 3)
        {
            (image.Rgb[i], image.Rgb[i + 1], image.Rgb[i + 2]) = (bgr[i + 2], bgr[i + 1], bgr[i]);
        }
    }

    private static void ReadLabels(string path, LabeledImage image)
    {
        using var mat = Decode(path, ImreadModes.Unchanged, MatType.CV_8UC1);
        var source = mat.AsSpan<byte>();
        var columns = mat.Cols;
        Nearest(image, mat.Rows, columns, source, static (image, i, source, from) => image.Labels[i] = source[from]);
    }

    private static bool ReadDepth(string path, LabeledImage image)
    {
        var inpainted = Path.GetFileName(Path.GetDirectoryName(path)) == "depth8";
        using var mat = Decode(path, ImreadModes.Unchanged, inpainted ? MatType.CV_8UC1 : MatType.CV_16UC1);
        if (inpainted)
        {
            Nearest(image, mat.Rows, mat.Cols, mat.AsSpan<byte>(), static (image, i, source, from) =>
                image.DepthMillimetres[i] = source[from] == 0 ? (ushort)0 : (ushort)Math.Round((source[from] + 0.5) * Depth8MetresPerStep * 1000));
        }
        else
        {
            Nearest(image, mat.Rows, mat.Cols, mat.AsSpan<ushort>(), static (image, i, source, from) => image.DepthMillimetres[i] = source[from]);
        }

        return inpainted;
    }

    private static void ReadNormals(string path, LabeledImage image)
    {
        using var mat = Decode(path, ImreadModes.Color, MatType.CV_8UC3);
        Nearest(image, mat.Rows, mat.Cols, mat.AsSpan<Vec3b>(), static (image, i, source, from) =>
        {
            // OpenCV hands out blue first; the file holds x, y, z as red, green, blue.
            var pixel = source[from];
            double x = (pixel.Item2 / 127.5) - 1, y = (pixel.Item1 / 127.5) - 1, z = (pixel.Item0 / 127.5) - 1;
            var length = Math.Sqrt((x * x) + (y * y) + (z * z));
            if (length is < 0.5 or > 1.5)
            {
                // Grey (127 or 128) and black both mean "no normal"; neither is near unit length.
                return;
            }

            image.Normals[3 * i] = (sbyte)Math.Round(x / length * 127);
            image.Normals[(3 * i) + 1] = (sbyte)Math.Round(y / length * 127);
            image.Normals[(3 * i) + 2] = (sbyte)Math.Round(z / length * 127);
        });
    }

    private static void ForgetBorder(LabeledImage image)
    {
        for (var y = 0; y < image.Height; y++)
        {
            var row = (y + 0.5) * CropHeight / image.Height;
            for (var x = 0; x < image.Width; x++)
            {
                var column = (x + 0.5) * CropWidth / image.Width;
                if (row is < CropTop or >= CropBottom + 1 || column is < CropLeft or >= CropRight + 1)
                {
                    var i = (y * image.Width) + x;
                    image.DepthMillimetres[i] = 0;
                    image.Normals.AsSpan(3 * i, 3).Clear();
                }
            }
        }
    }

    private delegate void Take<T>(LabeledImage image, int pixel, ReadOnlySpan<T> source, int from);

    private static void Nearest<T>(LabeledImage image, int rows, int columns, ReadOnlySpan<T> source, Take<T> take)
    {
        for (var y = 0; y < image.Height; y++)
        {
            var row = ((2 * y) + 1) * rows / (2 * image.Height);
            for (var x = 0; x < image.Width; x++)
            {
                take(image, (y * image.Width) + x, source, (row * columns) + (((2 * x) + 1) * columns / (2 * image.Width)));
            }
        }
    }
}
