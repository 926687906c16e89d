using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>
/// MTI-Net's NYUD_MT (architectures.md section 6.3): <c>images/ID.jpg</c>, <c>segmentation/ID.png</c> (0 = ignored, else class + 1),
/// <c>depth/ID.npy</c> (metres), <c>normals/ID.npy</c>, <c>edge/ID.npy</c> (0 or 1), ids in <c>gt_sets/{train,val}.txt</c>.
/// </summary>
internal sealed class MtiNyu : ImageReader
{
    private readonly string directory;
    private readonly Lazy<NormalsSigns> signs;

    private MtiNyu(string directory, IReadOnlyList<string> ids, int classes)
        : base(ids)
    {
        this.directory = directory;
        Classes = TaskClasses.Of(classes);
        signs = new(() => NormalsSigns.Detect(NpyMaps.Vectors(ids.Select(id => PathOf("normals", id, ".npy")))));
    }

    /// <inheritdoc/>
    public override ClassMap Classes { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<TaskDescription> Tasks => [.. base.Tasks, TaskDescription.Edges];

    /// <inheritdoc/>
    public override AugmentationRule Augmentation => AugmentationRule.MtiNyu;

    /// <summary>Opens a split or a list.</summary>
    /// <exception cref="UserErrorException">The folder or the list is missing or empty.</exception>
    public static MtiNyu Open(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        IdLists.NeedFolder(request.Path);
        IReadOnlyList<string> Listed(string split) => IdLists.Lines(Path.Combine(request.Path, "gt_sets", split + ".txt"));
        var ids = IdLists.Choose(request.Path, request.IdsOr("train", "val"), [
            ("train", () => Listed("train")), ("val", () => Listed("val")), ("all", () => [.. Listed("train"), .. Listed("val")]),
        ]);
        return new MtiNyu(request.Path, ids, request.ClassesOr("nyud-mt", 40, 13));
    }

    /// <inheritdoc/>
    public override LabeledImage Read(string id, int height, int width, bool keepOwnNormals = false)
    {
        var image = new LabeledImage(height, width);
        Rasters.Image(FirstExisting(PathOf("images", id, ".jpg"), PathOf("images", id, ".png")), image);
        ReadLabels(FirstExisting(PathOf("segmentation", id, ".png")), image);
        NpyMaps.Depth(PathOf("depth", id, ".npy"), image);
        NpyMaps.Normals(PathOf("normals", id, ".npy"), image, signs.Value, keepOwnNormals);
        image.Edges = NpyMaps.Mask(PathOf("edge", id, ".npy"), image);
        return image;
    }

    private void ReadLabels(string path, LabeledImage image)
    {
        using var mat = Rasters.Decode(path, ImreadModes.Unchanged, MatType.CV_8UC1);
        var source = mat.AsSpan<byte>();
        var largest = NyuClasses.Count40;
        foreach (var value in source)
        {
            largest = value == ClassMap.Unlabelled ? largest : Math.Max(largest, value);
        }

        if (largest > NyuClasses.Count40)
        {
            throw Damaged(path, $"holds {largest}, but classes are 1 to {NyuClasses.Count40}");
        }

        var finest = Rasters.Nearest(source, mat.Rows, mat.Cols, image, Rasters.ClassTable(NyuClasses.Count40, offset: 1));
        NyuClasses.Fill(image, finest, Classes.Count);
    }

    private string PathOf(string folder, string id, string extension) => Path.Combine(directory, folder, id + extension);
}
