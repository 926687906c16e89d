using RoboPerception.Core;

namespace RoboPerception.Node;

/// <summary>The model a node runs when nobody names one: the first release of <see cref="Preference"/> in the repository's <c>models</c> folder.</summary>
internal static class DefaultModel
{
    /// <summary>Best first.</summary>
    private static readonly string[] Preference = ["mtan-mobilenetv2-nyuv2.onnx", "mtan-segnet-nyuv2.onnx"];

    /// <summary>The <c>models</c> folder: in the working folder or in one above the program; null if there is none.</summary>
    public static string? Folder
    {
        get
        {
            IEnumerable<string> places = Ancestors(AppContext.BaseDirectory).Prepend(Environment.CurrentDirectory);
            return places.Select(p => Path.Combine(p, "models")).FirstOrDefault(p => Directory.Exists(p) && Directory.EnumerateFiles(p, "*.onnx").Any());
        }
    }

    /// <summary>The file.</summary>
    /// <exception cref="UserErrorException">There is none (exit code 3).</exception>
    public static string Find() =>
        Folder is { } folder && Preference.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is { } file
            ? file
            : throw new UserErrorException(ExitCode.ModelContract, "no model: give --model FILE, or set model.file in the configuration");

    private static IEnumerable<string> Ancestors(string folder)
    {
        for (DirectoryInfo? place = new(folder); place is not null; place = place.Parent)
        {
            yield return place.FullName;
        }
    }
}
