using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>
/// The Visual Decathlon: <c>DOMAIN/{train,val}/CLASS/FILE</c> and <c>DOMAIN/test/FILE</c>, one domain at a time (<c>--ids aircraft/train</c>). Ids are
/// those paths. The class of an image is the place of its folder among the sorted folders of the split. Images keep their shape, the
/// shorter side as long as asked for.
/// </summary>
internal sealed class Decathlon : ImageReader
{
    private static readonly string[] Endings = [".jpg", ".jpeg", ".png", ".ppm", ".bmp"];

    private readonly string directory;
    private readonly Dictionary<string, int> categories;

    private readonly Lazy<ChannelStatistics> statistics;

    private Decathlon(string directory, DecathlonDomain domain, IReadOnlyList<string> ids)
        : base(ids)
    {
        this.directory = directory;
        Domain = domain;
        categories = ClassNames(directory, domain.Name).Select((name, number) => (name, number)).ToDictionary(pair => pair.name, pair => pair.number, StringComparer.Ordinal);
        statistics = new(Measure);
        if (categories.Count > domain.Classes)
        {
            throw new UserErrorException(ExitCode.NoSource, $"'{Path.Combine(directory, domain.Name)}' has {categories.Count} class folders, but {domain.Name} has {domain.Classes} classes.");
        }
    }

    /// <summary>Which of the ten.</summary>
    public DecathlonDomain Domain { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<TaskDescription> Tasks => [];

    /// <summary>Those of <c>decathlon_mean_std.pickle</c> if it lies beside the data sets, else measured on up to 1000 training images.</summary>
    public override ChannelStatistics? Statistics => statistics.Value;

    /// <inheritdoc/>
    public override bool KeepsShape => true;

    /// <inheritdoc/>
    public override AugmentationRule Augmentation => Domain.Augmentation;

    /// <summary>Opens a split of a domain, or a list of ids of one domain.</summary>
    /// <exception cref="UserErrorException">The folder, the domain or the list is missing or empty.</exception>
    public static Decathlon Open(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        IdLists.NeedFolder(request.Path);
        var present = DecathlonDomain.All.Where(domain => Directory.Exists(Path.Combine(request.Path, domain.Name))).ToArray();
        if (present.Length == 0)
        {
            throw new UserErrorException(ExitCode.NoSource, $"'{request.Path}' holds none of the folders {string.Join(", ", DecathlonDomain.All.Select(domain => domain.Name))}.");
        }

        var ids = IdLists.Choose(
            request.Path,
            request.IdsOr($"{present[0].Name}/train", $"{present[0].Name}/val"),
            [.. present.SelectMany(domain => (string[])["train", "val", "test"], (domain, split) => $"{domain.Name}/{split}").Select(split =>
                (split, (Func<IReadOnlyList<string>>)(() => IdsOf(request.Path, split))))]);
        var name = ids[0].Split('/')[0];
        return ids.All(id => id.StartsWith(name + "/", StringComparison.Ordinal)) && DecathlonDomain.All.FirstOrDefault(domain => domain.Name == name) is { } found
            ? new Decathlon(request.Path, found, ids)
            : throw new UserErrorException(ExitCode.NoSource, $"The ids must be of one of the ten data sets, such as aircraft/train/001/000001.jpg; the first is '{ids[0]}'.");
    }

    /// <inheritdoc/>
    public override LabeledImage Read(string id, int height, int width, bool keepOwnNormals = false)
    {
        var path = FirstExisting(Path.Combine(directory, id));
        using var mat = Rasters.Decode(path, ImreadModes.Color, MatType.CV_8UC3);
        var shorter = Math.Min(mat.Rows, mat.Cols);
        var size = Math.Min(height, width);
        var folder = id.Split('/') is [_, not "test", var name, _] ? name : null;
        var image = new LabeledImage((int)Math.Round((double)mat.Rows * size / shorter), (int)Math.Round((double)mat.Cols * size / shorter))
        {
            Category = folder is null ? -1 : categories.TryGetValue(folder, out var category) ? category : throw Damaged(path, "is in a folder that the training split does not have"),
        };
        Rasters.Image(path, image);
        return image;
    }

    private ChannelStatistics Measure()
    {
        const int most = 1000, size = 72;
        var published = Path.Combine(directory, "decathlon_mean_std.pickle");
        if (File.Exists(published))
        {
            return ChannelStatistics.FromPickle(published, Domain.Name);
        }

        var training = IdsOf(directory, Domain.Name + "/train");
        var count = Math.Min(training.Count, most);
        return ChannelStatistics.Of(Enumerable.Range(0, count).Select(n => Read(training[n * training.Count / count], size, size)));
    }

    /// <summary>The class folders of a data set in the order of the class numbers; empty without a training split.</summary>
    public static IReadOnlyList<string> ClassNames(string directory, string domain)
    {
        var train = Path.Combine(directory, domain, "train");
        return Directory.Exists(train) ? [.. Directory.EnumerateDirectories(train).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)] : [];
    }

    private static IReadOnlyList<string> IdsOf(string directory, string split)
    {
        var root = Path.Combine(directory, split);
        return Directory.Exists(root)
            ? [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .Where(path => Endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
                .Select(path => Path.GetRelativePath(directory, path).Replace('\\', '/')).Order(StringComparer.Ordinal)]
            : [];
    }
}
