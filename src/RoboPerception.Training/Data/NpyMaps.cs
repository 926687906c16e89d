using RoboPerception.Core;

namespace RoboPerception.Training.Data;

/// <summary>Maps of <c>.npy</c> files brought into a <see cref="LabeledImage"/>.</summary>
internal static class NpyMaps
{
    /// <summary>An image (H,W,3), 0..1 or, in bytes, 0..255.</summary>
    public static void Image(string path, LabeledImage image)
    {
        var array = NpyArray.Read(path);
        var (values, rows, columns) = array.Map(path, 3);
        var scale = array.Type.EndsWith("u1", StringComparison.Ordinal) ? 1 : 255;
        var bytes = new byte[values.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = values[i] * scale;
            bytes[i] = value is >= -1 and <= 256
                ? (byte)Math.Clamp(MathF.Round(value), 0, 255)
                : throw ImageReader.Damaged(path, $"holds {values[i]} where a colour between 0 and 1 is expected");
        }

        Rasters.Image(bytes, rows, columns, image);
    }

    /// <summary>Class ids (H,W), anything negative or 255 = unlabelled, each below a number of classes.</summary>
    public static byte[] Labels(string path, LabeledImage image, int classes)
    {
        var (values, rows, columns) = NpyArray.Read(path).Map(path, 1);
        var bytes = new byte[values.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = values[i] is < 0 or 255 ? ClassMap.Unlabelled
                : values[i] < classes && values[i] == MathF.Floor(values[i]) ? (byte)values[i]
                : throw ImageReader.Damaged(path, $"holds {values[i]} where a class from 0 to {classes - 1} is expected");
        }

        return Rasters.Nearest(bytes, rows, columns, image, Rasters.ClassTable(256));
    }

    /// <summary>A mask (H,W): 1 from a half on.</summary>
    public static byte[] Mask(string path, LabeledImage image)
    {
        var (values, rows, columns) = NpyArray.Read(path).Map(path, 1);
        return Rasters.Nearest(Array.ConvertAll(values, value => value >= 0.5f ? (byte)1 : (byte)0), rows, columns, image, Rasters.ClassTable(2));
    }

    /// <summary>Distances or inverse distances (H,W) or (H,W,1).</summary>
    public static void Depth(string path, LabeledImage image)
    {
        var (values, rows, columns) = NpyArray.Read(path).Map(path, 1);
        Rasters.Depth(image, values, rows, columns);
    }

    /// <summary>Vectors (H,W,3).</summary>
    public static void Normals(string path, LabeledImage image, NormalsSigns signs, bool keepOwn)
    {
        var (values, rows, columns) = NpyArray.Read(path).Map(path, 3);
        Rasters.Normals(image, values, rows, columns, signs, keepOwn);
    }

    /// <summary>Vectors (H,W,3) of up to four files spread over a list; what cannot be read has no say here and is named when it is its turn.</summary>
    public static IEnumerable<(float[] Values, int Rows, int Columns)> Vectors(IEnumerable<string> paths)
    {
        foreach (var path in Spread([.. paths]))
        {
            (float[], int, int)? vectors = null;
            try
            {
                vectors = NpyArray.Read(path).Map(path, 3);
            }
            catch (UserErrorException)
            {
                continue;
            }

            yield return vectors.Value;
        }
    }

    /// <summary>Up to four entries spread over a list.</summary>
    public static IEnumerable<string> Spread(IReadOnlyList<string> paths) => Enumerable.Range(0, 4).Select(i => paths[i * (paths.Count - 1) / 3]).Distinct();

    /// <summary>The ids <c>SPLIT/N</c> of a split whose folders hold 0.npy, 1.npy, ...: up to the largest N of any folder, so that a missing file shows.</summary>
    public static IReadOnlyList<string> Numbered(string directory, string split)
    {
        var root = Path.Combine(directory, split);
        if (!Directory.Exists(root))
        {
            return [];
        }

        var numbers = Directory.EnumerateFiles(root, "*.npy", SearchOption.AllDirectories)
            .Select(path => int.TryParse(Path.GetFileNameWithoutExtension(path), out var number) ? number : -1);
        return [.. Enumerable.Range(0, numbers.DefaultIfEmpty(-1).Max() + 1).Select(number => $"{split}/{number}")];
    }

    /// <summary>The ids of a request for a layout with numbered files in <c>train</c> and <c>val</c>.</summary>
    public static IReadOnlyList<string> Choose(DataRequest request)
    {
        IdLists.NeedFolder(request.Path);
        return IdLists.Choose(request.Path, request.IdsOr("train", "val"), [
            ("train", () => Numbered(request.Path, "train")),
            ("val", () => Numbered(request.Path, "val")),
            ("all", () => [.. Numbered(request.Path, "train"), .. Numbered(request.Path, "val")]),
        ]);
    }

    /// <summary>The file of an id <c>SPLIT/N</c> in a folder of its split.</summary>
    public static string PathOf(string directory, string folder, string id)
    {
        var slash = id.IndexOf('/', StringComparison.Ordinal);
        return Path.Combine(directory, id[..Math.Max(slash, 0)], folder, id[(slash + 1)..] + ".npy");
    }
}
