using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>
/// MTI-Net's PASCAL_MT (architectures.md section 6.4): <c>JPEGImages/ID.jpg</c>; <c>semseg/VOC12/ID.png</c> or <c>semseg/pascal-context/ID.png</c>
/// (21 classes); <c>pascal-context/trainval/ID.mat</c>, whose region boundaries are the edges; <c>human_parts/ID.mat</c> (absent where nobody is
/// annotated); <c>normals_distill/ID.png</c> and <c>sal_distill/ID.png</c>, which are a network's predictions, not measurements. Ids in
/// <c>ImageSets/Context/{train,val}.txt</c>. There is no depth.
/// </summary>
internal sealed class MtiPascal : ImageReader
{
    private readonly string directory;
    private readonly PascalContext context;
    private readonly Lazy<NormalsSigns> signs;

    private MtiPascal(string directory, IReadOnlyList<string> ids)
        : base(ids)
    {
        this.directory = directory;
        context = PascalContext.Open(Path.Combine(directory, "pascal-context"));
        signs = new(() => NormalsSigns.Detect(
            NpyMaps.Spread([.. ids.Select(id => In("normals_distill", id, ".png"))]).Where(File.Exists).Select(Rasters.NormalsImage)));
    }

    /// <inheritdoc/>
    public override ClassMap Classes => TaskClasses.Pascal21;

    /// <inheritdoc/>
    public override IReadOnlyList<TaskDescription> Tasks =>
        [TaskDescription.Segmentation(Classes), TaskDescription.HumanParts, TaskDescription.Saliency, TaskDescription.Edges, TaskDescription.Normals];

    /// <inheritdoc/>
    public override AugmentationRule Augmentation => AugmentationRule.MtiPascal;

    /// <inheritdoc/>
    public override double EdgeTolerance => EdgeMeter.PascalTolerance;

    /// <summary>Opens a split or a list; <c>parts-train</c> and <c>parts-val</c> are the images with people's parts.</summary>
    /// <exception cref="UserErrorException">The folder or the list is missing or empty.</exception>
    public static MtiPascal Open(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        IdLists.NeedFolder(request.Path);
        request.ClassesOr("pascal-mt", 21);
        IReadOnlyList<string> Listed(string split) => IdLists.Lines(Path.Combine(request.Path, "ImageSets", "Context", split + ".txt"));
        IReadOnlyList<string> WithParts(string split) => [.. Listed(split).Where(id => File.Exists(Path.Combine(request.Path, "human_parts", id + ".mat")))];
        return new MtiPascal(request.Path, IdLists.Choose(request.Path, request.IdsOr("train", "val"), [
            ("train", () => Listed("train")), ("val", () => Listed("val")), ("all", () => [.. Listed("train"), .. Listed("val")]),
            ("parts-train", () => WithParts("train")), ("parts-val", () => WithParts("val")),
        ]));
    }

    /// <inheritdoc/>
    public override LabeledImage Read(string id, int height, int width, bool keepOwnNormals = false)
    {
        var image = new LabeledImage(height, width);
        Rasters.Image(FirstExisting(In("JPEGImages", id, ".jpg")), image);
        Rasters.Labels(FirstExisting(In("semseg/VOC12", id, ".png"), In("semseg/pascal-context", id, ".png")), image, Rasters.ClassTable(Classes.Count)).CopyTo(image.Labels, 0);
        var (regions, rows, columns) = PascalContext.Regions(In("pascal-context/trainval", id, ".mat"));
        image.Edges = Rasters.Nearest(PascalContext.Boundaries(regions, rows, columns), rows, columns, image, Rasters.ClassTable(2));
        ReadNormals(FirstExisting(In("normals_distill", id, ".png")), image, (regions, rows, columns), keepOwnNormals);
        image.Saliency = ReadSaliency(FirstExisting(In("sal_distill", id, ".png")), image);
        image.HumanParts = ReadParts(In("human_parts", id, ".mat"), image);
        return image;
    }

    private void ReadNormals(string path, LabeledImage image, (float[] Values, int Rows, int Columns) regions, bool keepOwn)
    {
        var (values, rows, columns) = Rasters.NormalsImage(path);
        for (var i = 0; i < rows * columns; i++)
        {
            var region = regions.Values[((((2 * (i / columns)) + 1) * regions.Rows / (2 * rows)) * regions.Columns) + (((2 * (i % columns)) + 1) * regions.Columns / (2 * columns))];
            if (!context.HasNormals((int)region))
            {
                values.AsSpan(3 * i, 3).Clear();
            }
        }

        Rasters.Normals(image, values, rows, columns, signs.Value, keepOwn);
    }

    private static byte[] ReadSaliency(string path, LabeledImage image)
    {
        using var mat = Rasters.Decode(path, ImreadModes.Grayscale, MatType.CV_8UC1);
        var source = mat.AsSpan<byte>();
        var table = new byte[256];

        // Probabilities in 8 bits, or a mask of 0 and 1.
        table.AsSpan(source.ContainsAnyExceptInRange((byte)0, (byte)1) ? 128 : 1).Fill(1);
        return Rasters.Nearest(source, mat.Rows, mat.Cols, image, table);
    }

    private static byte[] ReadParts(string path, LabeledImage image)
    {
        if (File.Exists(path) && HumanPartsFile.Read(path) is var (parts, rows, columns))
        {
            return Rasters.Nearest(parts, rows, columns, image, Rasters.ClassTable(TaskClasses.HumanParts.Count));
        }

        var unknown = new byte[image.Height * image.Width];
        Array.Fill(unknown, LabeledImage.Unknown);
        return unknown;
    }

    private string In(string folder, string id, string extension) => Path.Combine(directory, folder, id + extension);
}
