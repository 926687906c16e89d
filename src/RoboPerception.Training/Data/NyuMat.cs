using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>
/// NYU Depth v2 as published: <c>nyu_depth_v2_labeled.mat</c> (HDF5) with <c>images</c>, <c>depths</c> (in-painted, metres) and <c>labels</c>, and
/// beside it <c>splits.mat</c>. Ids are the official numbers, <c>0001</c> to <c>1449</c>. The 894 names become 40 or 13 classes, by
/// <c>classMapping40.mat</c> if that lies beside it. The file has no normals: they are fitted to the depth.
/// </summary>
internal sealed class NyuMat : ImageReader, IDisposable
{
    /// <summary>Name of the published file.</summary>
    public const string FileName = "nyu_depth_v2_labeled.mat";

    private readonly Hdf5File file;
    private readonly string path;
    private readonly byte[] fortyOf;

    private NyuMat(string path, Hdf5File file, IReadOnlyList<string> ids, int classes, byte[] fortyOf)
        : base(ids)
    {
        this.path = path;
        this.file = file;
        this.fortyOf = fortyOf;
        Classes = TaskClasses.Of(classes);
    }

    /// <inheritdoc/>
    public override ClassMap Classes { get; }

    /// <summary>Opens the file, or the folder it lies in.</summary>
    /// <exception cref="UserErrorException">The file, its arrays or the list of ids are missing or damaged.</exception>
    public static NyuMat Open(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var path = Directory.Exists(request.Path) ? Path.Combine(request.Path, FileName) : request.Path;
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var file = Hdf5File.Open(path);
        try
        {
            var count = file.Shape("images")[0];
            var splits = Path.Combine(folder, "splits.mat");
            var ids = IdLists.Choose(folder, request.IdsOr("train", "test"), [
                ("train", () => Numbers(splits, "trainNdxs")),
                ("test", () => Numbers(splits, "testNdxs")),
                ("val", () => Numbers(splits, "testNdxs")),
                ("all", () => [.. Enumerable.Range(1, count).Select(Id)]),
            ]);
            var mapping = Path.Combine(folder, "classMapping40.mat");
            var fortyOf = File.Exists(mapping)
                ? [0, .. MatFile.Numbers(mapping, "mapClass").Select(number => (byte)number)]
                : NyuClasses.FortyOfOriginal();
            return new NyuMat(path, file, ids, request.ClassesOr("nyu-mat", 13, 40), fortyOf);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override LabeledImage Read(string id, int height, int width, bool keepOwnNormals = false)
    {
        if (!int.TryParse(id, out var number) || number < 1)
        {
            throw new UserErrorException(ExitCode.NoSource, $"Id '{id}' is none of '{path}': ids are the official numbers from 0001.");
        }

        // MATLAB stores columns, and HDF5 tells dimensions in reverse: an entry is (3,W,H) or (W,H).
        var shape = file.Shape("images");
        if (shape is not [_, 3, var columns, var rows] || !file.Shape("depths").Skip(1).SequenceEqual([columns, rows]) || !file.Shape("labels").Skip(1).SequenceEqual([columns, rows]))
        {
            throw Damaged(path, $"has images of shape ({string.Join(", ", shape)}), which depths or labels do not fit");
        }

        var image = new LabeledImage(height, width);
        var planes = file.Entry<byte>("images", number - 1);
        var pixels = rows * columns;
        var rgb = new byte[3 * pixels];
        for (var i = 0; i < rgb.Length; i++)
        {
            rgb[i] = planes[(i % 3 * pixels) + Turned(i / 3, rows, columns)];
        }

        Rasters.Image(rgb, rows, columns, image);
        NyuClasses.Fill(image, Rasters.Nearest(Forty(file.Entry<ushort>("labels", number - 1), rows, columns), rows, columns, image, Rasters.ClassTable(256)), Classes.Count);
        var stored = file.Entry<float>("depths", number - 1);
        var depth = new float[pixels];
        for (var i = 0; i < pixels; i++)
        {
            depth[i] = stored[Turned(i, rows, columns)];
        }

        Rasters.Depth(image, depth, rows, columns);
        var (normals, normalRows, normalColumns) = DepthNormals.Fit(depth, rows, columns);
        Rasters.Normals(image, normals, normalRows, normalColumns, NormalsSigns.AsTheyAre, keepOwnNormals);
        if ((rows, columns) == (NyuBorder.Height, NyuBorder.Width))
        {
            NyuBorder.Forget(image);
        }

        return image;
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static string Id(int number) => number.ToString("D4", null);

    private static IReadOnlyList<string> Numbers(string splits, string variable) => File.Exists(splits)
        ? [.. MatFile.Numbers(splits, variable).Select(number => Id((int)number))]
        : throw new UserErrorException(ExitCode.NoSource, $"'{splits}' is missing: put the official splits beside the data, or choose ids with a file or 'all'.");

    private static int Turned(int pixel, int rows, int columns) => (pixel % columns * rows) + (pixel / columns);

    private byte[] Forty(ushort[] labels, int rows, int columns)
    {
        var forty = new byte[labels.Length];
        for (var i = 0; i < forty.Length; i++)
        {
            var label = labels[Turned(i, rows, columns)];
            if (label >= fortyOf.Length)
            {
                throw Damaged(path, $"holds label {label}, but names end at {fortyOf.Length - 1}");
            }

            forty[i] = fortyOf[label] == 0 ? ClassMap.Unlabelled : (byte)(fortyOf[label] - 1);
        }

        return forty;
    }
}
