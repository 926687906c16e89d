using RoboPerception.Core;

namespace RoboPerception.Training.Data;

/// <summary>What part of a data set is wanted.</summary>
/// <param name="Path">Folder or file.</param>
/// <param name="Ids">Split or file of ids; null = what the format trains or validates on.</param>
/// <param name="Validation">Which of the two, where <paramref name="Ids"/> does not say.</param>
/// <param name="Classes">Number of classes; 0 = what the format's paper uses.</param>
public sealed record DataRequest(string Path, string? Ids, bool Validation, int Classes)
{
    /// <summary>The ids asked for, or one of two defaults.</summary>
    public string IdsOr(string training, string validation) => Ids ?? (Validation ? validation : training);

    /// <summary>The number of classes asked for, or the default.</summary>
    /// <exception cref="UserErrorException">The format does not have so many.</exception>
    public int ClassesOr(string format, params ReadOnlySpan<int> possible)
    {
        if (Classes == 0 || possible.Contains(Classes))
        {
            return Classes == 0 ? possible[0] : Classes;
        }

        throw new UserErrorException(ExitCode.Usage, $"--classes {Classes}: {format} has {string.Join(", ", possible.ToArray())}.");
    }
}

/// <summary>One layout of a data set on disk.</summary>
/// <param name="Name">The prefix that chooses it.</param>
/// <param name="Layout">What lies in the folder.</param>
/// <param name="Recognises">Whether a path looks like it.</param>
/// <param name="Open">Makes the reader.</param>
public sealed record DataFormat(string Name, string Layout, Func<string, bool> Recognises, Func<DataRequest, ImageReader> Open);

/// <summary>
/// The layouts that <c>--data</c> understands. The rule: <c>FORMAT:PATH</c> where FORMAT is a name of the list, else the first format of the
/// list whose marks are at PATH.
/// </summary>
public static class DataFormats
{
    /// <summary>All formats, the most particular marks first.</summary>
    public static IReadOnlyList<DataFormat> All { get; } =
    [
        new("nyu-folder", "rgb, seg13 (or seg40), depth or depth8, normal", path => Has(path, "rgb") && (Has(path, "normal") || Has(path, "seg13")), request =>
            NyuFolder.Open(request.Path, request.IdsOr("ids_fit.txt", "ids_val.txt"), request.ClassesOr("nyu-folder", 13, 40))),
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
