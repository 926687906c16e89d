using System.Runtime.InteropServices;
using OpenCvSharp;

namespace RoboPerception.Training.Data;

/// <summary>What all readers do with decoded images and maps: bring them to the size of a <see cref="LabeledImage"/>.</summary>
internal static class Rasters
{
    /// <summary>Takes element <paramref name="from"/> of a map for a pixel of the image.</summary>
    public delegate void Take<T>(LabeledImage image, int pixel, ReadOnlySpan<T> source, int from);

    /// <summary>Decodes an image file of a known type.</summary>
    /// <exception cref="UserErrorException">It cannot be decoded, or is of another type.</exception>
    public static Mat Decode(string path, ImreadModes mode, MatType expected)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (IOException error)
        {
            throw ImageReader.Damaged(path, "cannot be read", error);
        }

        if (content.Length == 0 || IsCutJpeg(content))
        {
            throw ImageReader.Damaged(path, content.Length == 0 ? "is empty" : "is cut short");
        }

        // As it is stored: labels were drawn on the stored pixels, and only the photograph has a note that would turn it.
        var mat = Cv2.ImDecode(content, mode | ImreadModes.IgnoreOrientation);
        if (!mat.Empty() && mat.Type() == expected)
        {
            return mat;
        }

        var found = mat.Empty() ? "cannot be decoded" : $"is {mat.Type()}, expected {expected}";
        mat.Dispose();
        throw ImageReader.Damaged(path, found);
    }

    /// <summary>Reads an image file.</summary>
    public static void Image(string path, LabeledImage image)
    {
        using var mat = Decode(path, ImreadModes.Color, MatType.CV_8UC3);
        image.SourceSize = new SourceSize(mat.Rows, mat.Cols);
        using var resized = Resized(mat, image.Height, image.Width);
        var bgr = MemoryMarshal.AsBytes(resized.AsSpan<Vec3b>());
        for (var i = 0; i < bgr.Length; i += 3)
        {
            (image.Rgb[i], image.Rgb[i + 1], image.Rgb[i + 2]) = (bgr[i + 2], bgr[i + 1], bgr[i]);
        }
    }

    /// <summary>Takes an image (H,W,3), red first.</summary>
    public static void Image(ReadOnlySpan<byte> rgb, int height, int width, LabeledImage image)
    {
        image.SourceSize = new SourceSize(height, width);
        using var mat = new Mat(height, width, MatType.CV_8UC3);
        rgb.CopyTo(MemoryMarshal.AsBytes(mat.AsSpan<Vec3b>()));
        using var resized = Resized(mat, image.Height, image.Width);
        MemoryMarshal.AsBytes(resized.AsSpan<Vec3b>()).CopyTo(image.Rgb);
    }

    /// <summary>Reads an 8-bit map of class ids and turns each value into a class; values without one become unlabelled.</summary>
    public static byte[] Labels(string path, LabeledImage image, ReadOnlySpan<byte> classOf)
    {
        using var mat = Decode(path, ImreadModes.Unchanged, MatType.CV_8UC1);
        return Nearest(mat.AsSpan<byte>(), mat.Rows, mat.Cols, image, classOf);
    }

    /// <summary>A map of bytes at the image's size, each value replaced by that of a table of 256.</summary>
    public static byte[] Nearest(ReadOnlySpan<byte> source, int rows, int columns, LabeledImage image, ReadOnlySpan<byte> table)
    {
        var map = new byte[image.Height * image.Width];
        for (var i = 0; i < map.Length; i++)
        {
            map[i] = table[source[From(i, image, rows, columns)]];
        }

        return map;
    }

    /// <summary>Samples a map (H,W) at the nearest pixel of every pixel of the image.</summary>
    public static void Nearest<T>(LabeledImage image, int rows, int columns, ReadOnlySpan<T> source, Take<T> take)
    {
        for (var i = 0; i < image.Height * image.Width; i++)
        {
            take(image, i, source, From(i, image, rows, columns));
        }
    }

    /// <summary>
    /// Takes normals (H,W,3) of any length near 1, turned into the camera frame by the signs; others mean "none". Keeps a grid of lower
    /// resolution than the image as it is if asked to.
    /// </summary>
    public static void Normals(LabeledImage image, ReadOnlySpan<float> source, int rows, int columns, NormalsSigns signs, bool keepOwn)
    {
        var packed = new sbyte[3 * rows * columns];
        for (var i = 0; i < packed.Length; i += 3)
        {
            double x = source[i], y = source[i + 1], z = source[i + 2];
            var length = Math.Sqrt((x * x) + (y * y) + (z * z));

            // Zero vectors mean "none"; in 8 bits that is grey (127 or 128) or black. Neither is near unit length. NaN fails the test as well.
            if (length is >= 0.5 and <= 1.5)
            {
                packed[i] = (sbyte)Math.Round(x / length * 127 * signs.X);
                packed[i + 1] = (sbyte)Math.Round(y / length * 127 * signs.Y);
                packed[i + 2] = (sbyte)Math.Round(z / length * 127 * signs.Z);
            }
        }

        for (var i = 0; i < image.Height * image.Width; i++)
        {
            packed.AsSpan(3 * From(i, image, rows, columns), 3).CopyTo(image.Normals.AsSpan(3 * i, 3));
        }

        if (keepOwn && (rows < image.Height || columns < image.Width))
        {
            image.OwnNormals = new NormalsGrid(rows, columns, packed);
        }
    }

    /// <summary>Reads normals from an 8-bit image whose red, green and blue are x, y, z as (n + 1) * 127.5.</summary>
    public static void Normals(string path, LabeledImage image, NormalsSigns signs, bool keepOwn)
    {
        var (values, rows, columns) = NormalsImage(path);
        Normals(image, values, rows, columns, signs, keepOwn);
    }

    /// <summary>The vectors (H,W,3) of such an image.</summary>
    public static (float[] Values, int Rows, int Columns) NormalsImage(string path)
    {
        using var mat = Decode(path, ImreadModes.Color, MatType.CV_8UC3);
        var pixels = mat.AsSpan<Vec3b>();
        var values = new float[3 * pixels.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            // OpenCV hands out blue first.
            (values[3 * i], values[(3 * i) + 1], values[(3 * i) + 2]) =
                ((pixels[i].Item2 / 127.5f) - 1, (pixels[i].Item1 / 127.5f) - 1, (pixels[i].Item0 / 127.5f) - 1);
        }

        return (values, mat.Rows, mat.Cols);
    }

    /// <summary>Takes distances in metres (H,W), or inverse distances, in the image's steps; what is no positive number, or farther than steps count, means "none".</summary>
    public static void Depth(LabeledImage image, ReadOnlySpan<float> source, int rows, int columns)
    {
        for (var i = 0; i < image.DepthMillimetres.Length; i++)
        {
            var value = source[From(i, image, rows, columns)] / image.DepthStep;
            image.DepthMillimetres[i] = value > 0 && value < ushort.MaxValue ? (ushort)Math.Max(Math.Round(value), 1) : (ushort)0;
        }
    }

    /// <summary>Reads a 16-bit map of distances, each turned into the image's steps by a function; 0 = none.</summary>
    public static void Depth(string path, LabeledImage image, Func<ushort, ushort> steps)
    {
        using var mat = Decode(path, ImreadModes.Unchanged, MatType.CV_16UC1);
        var source = mat.AsSpan<ushort>();
        for (var i = 0; i < image.DepthMillimetres.Length; i++)
        {
            image.DepthMillimetres[i] = steps(source[From(i, image, mat.Rows, mat.Cols)]);
        }
    }

    /// <summary>A table for <see cref="Nearest(ReadOnlySpan{byte}, int, int, LabeledImage, ReadOnlySpan{byte})"/>: value minus an offset, up to a number of classes.</summary>
    public static byte[] ClassTable(int classes, int offset = 0)
    {
        var table = new byte[256];
        Array.Fill(table, Core.ClassMap.Unlabelled);
        for (var c = 0; c < classes; c++)
        {
            table[c + offset] = (byte)c;
        }

        return table;
    }

    /// <summary>A decoder fills what is missing of a JPEG with grey and says nothing. Neither marker occurs inside coded data.</summary>
    private static bool IsCutJpeg(ReadOnlySpan<byte> content) =>
        content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]) && content.LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xD9]) < content.LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);

    private static int From(int pixel, LabeledImage image, int rows, int columns)
    {
        var (y, x) = Math.DivRem(pixel, image.Width);
        return (Nearest(y, image.Height, rows) * columns) + Nearest(x, image.Width, columns);
    }

    /// <summary>Of so many elements that cover the same length the one in which the middle of an element lies.</summary>
    /// <param name="place">Which element.</param>
    /// <param name="count">Elements of its kind.</param>
    /// <param name="elements">Elements to choose from.</param>
    internal static int Nearest(int place, int count, int elements) => ((2 * place) + 1) * elements / (2 * count);

    /// <summary>An image brought to another size.</summary>
    public static Mat Resized(Mat mat, int height, int width)
    {
        // Bilinear sampling, as a camera's image is resized in use; far below half the size it would skip pixels.
        var resized = new Mat();
        var interpolation = mat.Cols > 2 * width ? InterpolationFlags.Area : InterpolationFlags.Linear;
        Cv2.Resize(mat, resized, new Size(width, height), interpolation: interpolation);
        return resized;
    }
}
