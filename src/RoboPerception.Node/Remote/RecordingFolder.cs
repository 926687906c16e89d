using System.Globalization;
using System.Text.RegularExpressions;
using RoboPerception.Core;
using RoboPerception.Node.Recorders;
using RoboPerception.Recording.Mcap;

namespace RoboPerception.Node.Remote;

/// <summary>
/// The one folder that recordings begun from outside go to. A request names a file in it, never a path: letters, digits, '.', '-' and '_', so
/// that nothing outside is written or read.
/// </summary>
internal sealed partial class RecordingFolder
{
    private readonly string? path;

    /// <summary>Makes the folder if it is not there.</summary>
    /// <exception cref="UserErrorException">It cannot be made (exit code 2).</exception>
    public RecordingFolder(string? folder)
    {
        if (folder is null)
        {
            return;
        }
        path = Path.GetFullPath(folder);
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Usage, $"remote.recordings '{folder}' cannot be made: {e.Message}", e);
        }
    }

    /// <summary>Whether one is configured.</summary>
    public bool IsThere => path is not null;

    /// <summary>Where a new recording goes.</summary>
    /// <param name="name">As asked for; null: the node and the time.</param>
    /// <param name="node">The node's id.</param>
    /// <exception cref="RemoteRefusal">There is no folder, the name is none, or is taken.</exception>
    public string NewFile(string? name, string node)
    {
        if (path is null)
        {
            throw new RemoteRefusal("no folder is configured for recordings: set remote.recordings");
        }
        name ??= string.Create(CultureInfo.InvariantCulture, $"{node}-{DateTime.UtcNow:yyyyMMdd'T'HHmmss'Z'}");
        if (!name.EndsWith(RecordedRun.Extension, StringComparison.Ordinal))
        {
            name += RecordedRun.Extension;
        }
        if (!Name().IsMatch(name))
        {
            throw new RemoteRefusal("'name' must consist of letters, digits, '.', '-' and '_', begin with a letter or digit, and have 100 of them at most");
        }
        string file = Path.Combine(path, name);
        return File.Exists(file) || File.Exists(McapWriter.PartOf(file)) ? throw new RemoteRefusal($"there is a recording '{name}' already: choose another name") : file;
    }

    /// <summary>A recording of the folder by its name; null if there is none.</summary>
    public string? Find(string name)
    {
        if (path is null || !Name().IsMatch(name))
        {
            return null;
        }
        var file = new FileInfo(Path.Combine(path, name));
        // A link may point anywhere.
        return file.Exists && file.LinkTarget is null ? file.FullName : null;
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.mcap\z")]
    private static partial Regex Name();
}
