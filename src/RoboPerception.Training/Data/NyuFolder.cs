using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>
/// A folder of labelled images: <c>rgb/ID.jpg|png</c>, <c>seg13/ID.png</c> or <c>seg40/ID.png</c> (8 bit, 255 = unlabelled),
/// <c>depth/ID.png</c> (16 bit, millimetres, 0 = none) or <c>depth8/ID.png</c> (8 bit, NYU Depth v2 in-painted), <c>normal/ID.png</c>
/// (8-bit RGB, n = v/127.5 - 1), and a file of ids, one a line. Images of one id may differ in size; all are brought to the size asked
/// for. A folder without any labels at all reads as unlabelled.
/// </summary>
internal sealed class NyuFolder : ImageReader
{
    // depth8: metres = (v + 0.5) * 9.99547 / 255.
    private const double Depth8MetresPerStep = 9.99547 / 255;

    private readonly string directory;
    private readonly string labels;

    private NyuFolder(string directory, IReadOnlyList<string> ids, ClassMap classes)
        : base(ids)
    {
        this.directory = directory;
        Classes = classes;
        labels = $"seg{classes.Count}";
    }

    /// <inheritdoc/>
    public override ClassMap Classes { get; }

    /// <summary>Opens a folder with a list of ids; a relative list is looked for in the folder first; <c>all</c> = every image of the folder.</summary>
    /// <exception cref="UserErrorException">The folder or the list is missing or empty.</exception>
    public static NyuFolder Open(string directory, string idsFile, int classes = 13)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(idsFile);
        IdLists.NeedFolder(directory);
        if (!Directory.Exists(Path.Combine(directory, $"seg{classes}")) && Directory.EnumerateDirectories(directory, "seg*").FirstOrDefault() is { } other)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{directory}' has no folder 'seg{classes}', but '{Path.GetFileName(other)}': choose its number of classes.");
        }

        return new NyuFolder(directory, IdLists.Choose(directory, idsFile, [("all", () => IdLists.FilesOf(Path.Combine(directory, "rgb")))]), TaskClasses.Of(classes));
    }

    /// <inheritdoc/>
    public override LabeledImage Read(string id, int height, int width, bool keepOwnNormals = false)
    {
        var image = new LabeledImage(height, width);
        Rasters.Image(FirstExisting(In("rgb", id, ".jpg"), In("rgb", id, ".png")), image);
        if (Directory.Exists(Path.Combine(directory, labels)))
        {
            ReadLabels(FirstExisting(In(labels, id, ".png")), image);
        }

        var depth = FirstExisting(In("depth", id, ".png"), In("depth8", id, ".png"));
        var inpainted = Path.GetFileName(Path.GetDirectoryName(depth)) == "depth8";
        if (inpainted)
        {
            ReadDepth8(depth, image);
        }
        else
        {
            Rasters.Depth(depth, image, static millimetres => millimetres);
        }

        Rasters.Normals(FirstExisting(In("normal", id, ".png")), image, NormalsSigns.AsTheyAre, keepOwnNormals);
        if (inpainted)
        {
            NyuBorder.Forget(image);
        }

        return image;
    }

    private string In(string folder, string id, string extension) => Path.Combine(directory, folder, id + extension);

    private void ReadLabels(string path, LabeledImage image)
    {
        Rasters.Labels(path, image, Rasters.ClassTable(256)).CopyTo(image.Labels, 0);
        var largest = image.Labels.Where(label => label != ClassMap.Unlabelled).DefaultIfEmpty().Max();
        if (largest >= Classes.Count)
        {
            throw Damaged(path, $"holds class {largest}, but there are only {Classes.Count}");
        }
    }

    private static void ReadDepth8(string path, LabeledImage image)
    {
        using var mat = Rasters.Decode(path, ImreadModes.Unchanged, MatType.CV_8UC1);
        Rasters.Nearest(image, mat.Rows, mat.Cols, mat.AsSpan<byte>(), static (image, i, source, from) =>
            image.DepthMillimetres[i] = source[from] == 0 ? (ushort)0 : (ushort)Math.Round((source[from] + 0.5) * Depth8MetresPerStep * 1000));
    }
}
