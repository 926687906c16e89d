using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>
/// CityScapes as published: <c>leftImg8bit/SPLIT/CITY/ID_leftImg8bit.png</c>, <c>gtFine/SPLIT/CITY/ID_gtFine_labelIds.png</c>,
/// <c>disparity/SPLIT/CITY/ID_disparity.png</c> (16 bit; 0 = none, else 256 * disparity + 1). Ids are <c>SPLIT/CITY/ID</c>. Depth is inverse as
/// MTAN's copy has it (file value / 65536), or in metres with the <c>camera</c> files of the same shape.
/// </summary>
internal sealed class CityScapes : ImageReader
{
    /// <summary>Inverse depth of one step of the disparity files.</summary>
    internal const double InverseDepthStep = 1.0 / 65536;

    // Streets are longer than 65 m: centimetres.
    private const double MetresStep = 0.01;

    private readonly string directory;
    private readonly bool metres;

    private CityScapes(string directory, IReadOnlyList<string> ids, int classes, bool metres)
        : base(ids)
    {
        this.directory = directory;
        this.metres = metres;
        Classes = TaskClasses.Of(classes);
    }

    /// <inheritdoc/>
    public override ClassMap Classes { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<TaskDescription> Tasks => [TaskDescription.Segmentation(Classes), TaskDescription.Depth];

    /// <summary>Opens a split or a list.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="metres">Whether depth is wanted in metres; needs the camera files.</param>
    /// <exception cref="UserErrorException">The folder or the list is missing or empty.</exception>
    public static CityScapes Open(DataRequest request, bool metres)
    {
        ArgumentNullException.ThrowIfNull(request);
        IdLists.NeedFolder(request.Path);
        var ids = IdLists.Choose(request.Path, request.IdsOr("train", "val"), [
            ("train", () => IdsOf(request.Path, "train")),
            ("val", () => IdsOf(request.Path, "val")),
            ("test", () => IdsOf(request.Path, "test")),
            ("all", () => [.. IdsOf(request.Path, "train"), .. IdsOf(request.Path, "val")]),
        ]);
        return new CityScapes(request.Path, ids, request.ClassesOr("cityscapes", 7, 19, 2), metres);
    }

    /// <inheritdoc/>
    public override LabeledImage Read(string id, int height, int width, bool keepOwnNormals = false)
    {
        var image = new LabeledImage(height, width) { IsInverseDepth = !metres, DepthStep = metres ? MetresStep : InverseDepthStep };
        Rasters.Image(FirstExisting(PathOf("leftImg8bit", id, "leftImg8bit.png")), image);
        CityScapesClasses.Fill(image, Rasters.Labels(FirstExisting(PathOf("gtFine", id, "gtFine_labelIds.png")), image, CityScapesClasses.FromLabelIds()), 19, Classes.Count);
        var disparity = FirstExisting(PathOf("disparity", id, "disparity.png"));
        if (metres)
        {
            var baselineTimesFocal = Camera(FirstExisting(PathOf("camera", id, "camera.json")));
            Rasters.Depth(disparity, image, value => Steps(value <= 1 ? 0 : baselineTimesFocal * 256 / (value - 1)));
        }
        else
        {
            Rasters.Depth(disparity, image, static value => value);
        }

        return image;
    }

    private static ushort Steps(double metres) => metres / MetresStep < ushort.MaxValue ? (ushort)Math.Round(metres / MetresStep) : (ushort)0;

    private static IReadOnlyList<string> IdsOf(string directory, string split)
    {
        const string ending = "_leftImg8bit.png";
        var root = Path.Combine(directory, "leftImg8bit", split);
        return Directory.Exists(root)
            ? [.. Directory.EnumerateFiles(root, "*" + ending, SearchOption.AllDirectories)
                .Select(path => $"{split}/{Path.GetRelativePath(root, path)[..^ending.Length]}").Order(StringComparer.Ordinal)]
            : [];
    }

    private string PathOf(string kind, string id, string ending) => Path.Combine(directory, kind, $"{id}_{ending}");

    /// <summary>Baseline in metres times focal length in pixels of the original size: depth times disparity.</summary>
    private static double Camera(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.GetProperty("extrinsic").GetProperty("baseline").GetDouble() * json.RootElement.GetProperty("intrinsic").GetProperty("fx").GetDouble();
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Damaged(path, "has no extrinsic.baseline and intrinsic.fx", error);
        }
    }
}
