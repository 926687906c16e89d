namespace RoboPerception.Training.Data;

/// <summary>
/// MTAN's preprocessed NYU Depth v2 (architectures.md section 6.1): <c>{train,val}/{image,label,depth,normal}/N.npy</c>, N from 0. Ids are
/// <c>train/0</c> and so on. Labels are the 13 classes, -1 = void; depth is in metres; the sign of the normals is found by looking.
/// </summary>
internal sealed class MtanNyu : ImageReader
{
    private readonly string directory;
    private readonly Lazy<NormalsSigns> signs;

    private MtanNyu(string directory, IReadOnlyList<string> ids)
        : base(ids)
    {
        this.directory = directory;
        signs = new(() => NormalsSigns.Detect(NpyMaps.Vectors(ids.Select(id => NpyMaps.PathOf(directory, "normal", id)))));
    }

    /// <summary>Opens a split or a list.</summary>
    /// <exception cref="UserErrorException">The folder or the list is missing or empty.</exception>
    public static MtanNyu Open(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.ClassesOr("mtan-nyu", 13);
        return new MtanNyu(request.Path, NpyMaps.Choose(request));
    }

    /// <inheritdoc/>
    public override LabeledImage Read(string id, int height, int width, bool keepOwnNormals = false)
    {
        var image = new LabeledImage(height, width);
        NpyMaps.Image(NpyMaps.PathOf(directory, "image", id), image);
        NpyMaps.Labels(NpyMaps.PathOf(directory, "label", id), image, Classes.Count).CopyTo(image.Labels, 0);
        NpyMaps.Depth(NpyMaps.PathOf(directory, "depth", id), image);
        NpyMaps.Normals(NpyMaps.PathOf(directory, "normal", id), image, signs.Value, keepOwnNormals);
        return image;
    }
}
