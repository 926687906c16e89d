using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>
/// MTAN's preprocessed CityScapes (architectures.md section 6.2): <c>{train,val}/{image,depth,label_2,label_7,label_19}/N.npy</c>, N from 0;
/// LibMTL's copy calls the 7 classes <c>label</c>. Depth is inverse, 0 = none or infinitely far. A class set without a folder follows from a
/// finer one.
/// </summary>
internal sealed class MtanCityScapes : ImageReader
{
    private readonly string directory;
    private readonly (string Folder, int Classes) labels;

    private MtanCityScapes(string directory, IReadOnlyList<string> ids, (string, int) labels, int classes)
        : base(ids)
    {
        this.directory = directory;
        this.labels = labels;
        Classes = TaskClasses.Of(classes);
    }

    /// <inheritdoc/>
    public override ClassMap Classes { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<TaskDescription> Tasks => [TaskDescription.Segmentation(Classes), TaskDescription.Depth];

    /// <summary>Opens a split or a list.</summary>
    /// <exception cref="UserErrorException">The folder, the list or a class map fine enough is missing.</exception>
    public static MtanCityScapes Open(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var classes = request.ClassesOr("mtan-cityscapes", 7, 19, 2);
        var ids = NpyMaps.Choose(request);
        var split = Path.Combine(request.Path, ids[0].Split('/')[0]);
        (string Folder, int Classes)[] folders = [($"label_{classes}", classes), ("label_19", 19), ("label_7", 7), ("label", 7)];
        foreach (var folder in folders)
        {
            if (folder.Classes >= classes && Directory.Exists(Path.Combine(split, folder.Folder)))
            {
                return new MtanCityScapes(request.Path, ids, folder, classes);
            }
        }

        throw new UserErrorException(ExitCode.NoSource, $"'{split}' has no labels of {classes} classes or more: expected one of {string.Join(", ", folders.Select(folder => folder.Folder).Distinct())}.");
    }

    /// <inheritdoc/>
    public override LabeledImage Read(string id, int height, int width, bool keepOwnNormals = false)
    {
        var image = new LabeledImage(height, width) { IsInverseDepth = true, DepthStep = CityScapes.InverseDepthStep };
        NpyMaps.Image(NpyMaps.PathOf(directory, "image", id), image);
        CityScapesClasses.Fill(image, NpyMaps.Labels(NpyMaps.PathOf(directory, labels.Folder, id), image, labels.Classes), labels.Classes, Classes.Count);
        NpyMaps.Depth(NpyMaps.PathOf(directory, "depth", id), image);
        return image;
    }
}
