using RoboPerception.Core;

namespace RoboPerception.Training.Data;

/// <summary>Which images of a data set: a split of its layout by name, or a file with one id a line.</summary>
internal static class IdLists
{
    /// <summary>A data set's folder must be there.</summary>
    public static void NeedFolder(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new UserErrorException(ExitCode.NoSource, $"Data folder '{directory}' does not exist; name it with --data.");
        }
    }

    /// <summary>The ids of a split by its name, else those of a file; a relative file is looked for in the folder first.</summary>
    /// <exception cref="UserErrorException">Neither is there, or there is no id in it.</exception>
    public static IReadOnlyList<string> Choose(string directory, string ids, IReadOnlyList<(string Name, Func<IReadOnlyList<string>> Ids)> splits)
    {
        var inside = Path.Combine(directory, ids);
        var path = File.Exists(inside) ? inside : ids;
        var split = splits.FirstOrDefault(split => split.Name == ids).Ids;
        if (split is null && !File.Exists(path))
        {
            throw new UserErrorException(
                ExitCode.NoSource,
                $"List of ids '{ids}' is neither in '{directory}' nor a file of its own, nor one of its splits ({string.Join(", ", splits.Select(split => split.Name))}).");
        }

        var found = split is null ? Lines(path) : split();
        return found.Count > 0 ? found : throw new UserErrorException(ExitCode.NoSource, $"List of ids '{(split is null ? path : $"{ids}' of '{directory}")}' is empty.");
    }

    /// <summary>The lines of a list file that are not empty.</summary>
    public static IReadOnlyList<string> Lines(string path) => File.Exists(path)
        ? [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)]
        : throw new UserErrorException(ExitCode.NoSource, $"List of ids '{path}' is missing.");

    /// <summary>The names of a folder's files without their extensions, in order.</summary>
    public static IReadOnlyList<string> FilesOf(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder).Select(path => Path.GetFileNameWithoutExtension(path)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
        : throw new UserErrorException(ExitCode.NoSource, $"Folder '{folder}' is missing.");
}
