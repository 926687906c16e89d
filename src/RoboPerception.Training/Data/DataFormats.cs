using RoboPerception.Core;

namespace RoboPerception.Training.Data;

/// <summary>
/// The layouts that <c>--data</c> understands. The rule: <c>FORMAT:PATH</c> where FORMAT is a name of the list, else the first format of the
/// list whose marks are at PATH.
/// </summary>
internal static class DataFormats
{
    /// <summary>All formats, the most particular marks first.</summary>
    public static IReadOnlyList<DataFormat> All { get; } =
    [
        new("nyu-mat", $"{NyuMat.FileName}, splits.mat", path => Has(path, NyuMat.FileName) || (File.Exists(path) && path.EndsWith(".mat", StringComparison.Ordinal)), NyuMat.Open),
        new("nyu-folder", "rgb, seg13 or seg40, depth or depth8, normal, ids_*.txt", path => Has(path, "rgb") && Has(path, "normal"), request =>
            NyuFolder.Open(request.Path, request.IdsOr("ids_fit.txt", "ids_val.txt"), request.ClassesOr("nyu-folder", 13, 40))),
        new("mtan-nyu", "{train,val}/{image,label,depth,normal}/N.npy", path => Has(path, "train/normal") || Has(path, "val/normal"), MtanNyu.Open),
        new("mtan-cityscapes", "{train,val}/{image,depth,label_7,label_19}/N.npy", path => Has(path, "train/image") || Has(path, "val/image"), MtanCityScapes.Open),
        new("cityscapes", "leftImg8bit, gtFine, disparity; inverse depth", path => Has(path, "leftImg8bit"), request => CityScapes.Open(request, metres: false)),
        new("cityscapes-metres", "the same with camera; depth in metres", _ => false, request => CityScapes.Open(request, metres: true)),
        new("nyud-mt", "images, segmentation, depth, normals, edge, gt_sets", path => Has(path, "gt_sets"), MtiNyu.Open),
        new("pascal-mt", "JPEGImages, semseg, pascal-context, human_parts, normals_distill, sal_distill, ImageSets", path => Has(path, "JPEGImages"), MtiPascal.Open),
        new("decathlon", "DOMAIN/{train,val}/CLASS/FILE; --ids DOMAIN/SPLIT", path => DecathlonDomain.All.Any(domain => Has(path, domain.Name + "/train")), Decathlon.Open),
        new("rgbd", "ID_color.*, ID_depth.*; depth as ids begin: NYU, SUN, TUM, else millimetres", RgbdPairs.HasPairs, request => RgbdPairs.Open(request, null)),
        new("tum", "rgb, depth, rgb.txt, depth.txt; 5000 = 1 m", TumAssociation.IsIn, request => RgbdPairs.Open(request, DepthCode.Tum)),
        new("sun", "image, depth; bits turned", _ => false, request => RgbdPairs.Open(request, DepthCode.Sun)),
        new("kitti", "rgb, depth; 256 = 1 m", _ => false, request => RgbdPairs.Open(request, DepthCode.Kitti)),
    ];

    /// <summary>The formats and their marks, for the help of an option.</summary>
    public static string Help { get; } = string.Join("; ", All.Select(format => $"{format.Name} ({format.Layout})"));

    /// <summary>Opens a data set.</summary>
    /// <exception cref="UserErrorException">Nothing is there, or no format matches.</exception>
    public static ImageReader Open(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var colon = request.Path.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && All.FirstOrDefault(format => format.Name == request.Path[..colon]) is { } named)
        {
            return named.Open(request with { Path = request.Path[(colon + 1)..] });
        }

        if (!Directory.Exists(request.Path) && !File.Exists(request.Path))
        {
            throw new UserErrorException(ExitCode.NoSource, $"Data '{request.Path}' does not exist; name a folder with --data, or FORMAT:PATH with one of {Names}.");
        }

        return All.FirstOrDefault(format => format.Recognises(request.Path)) is { } found
            ? found.Open(request)
            : throw new UserErrorException(ExitCode.NoSource, $"'{request.Path}' has the layout of no known data set. Known are: {Help}.");
    }

    private static string Names => string.Join(", ", All.Select(format => format.Name));

    private static bool Has(string path, string inside) => Path.Exists(Path.Combine(path, inside));
}
