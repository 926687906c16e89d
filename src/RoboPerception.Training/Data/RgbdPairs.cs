using System.Buffers.Binary;
using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>
/// Images with depth and nothing else: <c>ID_color.*</c> beside <c>ID_depth.*</c>, or folders <c>rgb</c> (or <c>image</c>) and <c>depth</c> with
/// one name for both, or TUM's lists of times. Colour and depth of raw NYU recordings are of two lenses and not aligned.
/// </summary>
internal sealed class RgbdPairs : ImageReader
{
    // Disparity to metres as the toolbox of NYU Depth v2 does it.
    private const double NyuScale = 351.3, NyuOffset = 1092.5, NyuFarthest = 10;
    private const int NyuNone = 2047;

    private static readonly string[] Endings = [".png", ".jpg", ".ppm", ".pgm"];

    private readonly string directory;
    private readonly DepthCode? code;
    private readonly IReadOnlyDictionary<string, string> colours;

    private RgbdPairs(string directory, IReadOnlyList<string> ids, DepthCode? code)
        : base(ids)
    {
        this.directory = directory;
        this.code = code;
        colours = TumAssociation.IsIn(directory) ? TumAssociation.Read(directory) : new Dictionary<string, string>();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TaskDescription> Tasks => [TaskDescription.Depth];

    /// <summary>Whether a folder has pairs of files side by side.</summary>
    public static bool HasPairs(string directory) => Directory.Exists(directory) && Directory.EnumerateFiles(directory, "*_color.*").Any();

    /// <summary>Opens all pairs of a folder or a list.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="code">How depth counts; null = as an id's beginning says (NYU, SUN, TUM), else millimetres.</param>
    /// <exception cref="UserErrorException">The folder or the list is missing or empty.</exception>
    public static RgbdPairs Open(DataRequest request, DepthCode? code)
    {
        ArgumentNullException.ThrowIfNull(request);
        IdLists.NeedFolder(request.Path);
        return new RgbdPairs(request.Path, IdLists.Choose(request.Path, request.IdsOr("all", "all"), [("all", () => IdsOf(request.Path))]), code);
    }

    /// <inheritdoc/>
    public override LabeledImage Read(string id, int height, int width, bool keepOwnNormals = false)
    {
        var count = code ?? CodeOf(id);
        var image = new LabeledImage(height, width) { DepthStep = count switch { DepthCode.Tum => 1.0 / 5000, DepthCode.Kitti => 1.0 / 256, _ => 0.001 } };
        Rasters.Image(colours.TryGetValue(id, out var colour) ? FirstExisting(colour) : Find(id, "_color", "rgb", "image"), image);
        var path = Find(id, "_depth", "depth");
        switch (count)
        {
            case DepthCode.Sun:
                Rasters.Depth(path, image, static value => (ushort)((value >> 3) | (value << 13)));
                break;
            case DepthCode.NyuRaw:
                ReadNyu(path, image);
                break;
            default:
                Rasters.Depth(path, image, static value => value);
                break;
        }

        return image;
    }

    /// <summary>Millimetres of a raw disparity.</summary>
    internal static ushort NyuMillimetres(int disparity) => disparity is > 0 and < NyuNone && disparity < NyuOffset
        ? (ushort)Math.Round(Math.Min(NyuScale / (NyuOffset - disparity), NyuFarthest) * 1000)
        : (ushort)0;

    private static void ReadNyu(string path, LabeledImage image)
    {
        // A PGM is big-endian and decoded so, but the recorder wrote the Kinect's little-endian words: eleven bits tell.
        using var mat = Rasters.Decode(path, ImreadModes.Unchanged, MatType.CV_16UC1);
        var isSwapped = mat.AsSpan<ushort>().ContainsAnyExceptInRange((ushort)0, (ushort)NyuNone);
        Rasters.Nearest(image, mat.Rows, mat.Cols, mat.AsSpan<ushort>(), (image, i, source, from) =>
            image.DepthMillimetres[i] = NyuMillimetres(isSwapped ? BinaryPrimitives.ReverseEndianness(source[from]) : source[from]));
    }

    private static DepthCode CodeOf(string id) => id switch
    {
        _ when id.StartsWith("NYU", StringComparison.Ordinal) => DepthCode.NyuRaw,
        _ when id.StartsWith("SUN", StringComparison.Ordinal) => DepthCode.Sun,
        _ when id.StartsWith("TUM", StringComparison.Ordinal) => DepthCode.Tum,
        _ => DepthCode.Millimetres,
    };

    private static IReadOnlyList<string> IdsOf(string directory)
    {
        if (HasPairs(directory))
        {
            return [.. Directory.EnumerateFiles(directory, "*_color.*").Select(path => Path.GetFileName(path).Split("_color.")[0]).Order(StringComparer.Ordinal)];
        }

        return TumAssociation.IsIn(directory) ? [.. TumAssociation.Read(directory).Keys] : IdLists.FilesOf(Path.Combine(directory, "depth"));
    }

    private string Find(string id, string suffix, params ReadOnlySpan<string> folders)
    {
        List<string> names = [.. Endings.Select(ending => Path.Combine(directory, id + suffix + ending))];
        foreach (var folder in folders)
        {
            names.AddRange(Endings.Select(ending => Path.Combine(directory, folder, id + ending)));
        }

        return FirstExisting([.. names]);
    }
}
