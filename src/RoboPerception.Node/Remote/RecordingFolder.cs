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
    private const int MostListed = 200;

    private readonly Dictionary<string, (long Bytes, DateTime Changed, RecordingSummary? Summary)> known = new(StringComparer.Ordinal);
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

    /// <summary>The newest recordings; those that were cut as well, for somebody to repair.</summary>
    public IReadOnlyList<ListedRecording> List()
    {
        if (path is null)
        {
            return [];
        }
        try
        {
            IEnumerable<FileInfo> files = new DirectoryInfo(path).EnumerateFiles().Where(f => f.LinkTarget is null && Name().IsMatch(Whole(f.Name)));
            return [.. files.OrderByDescending(f => f.LastWriteTimeUtc).Take(MostListed).Select(Listed)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private ListedRecording Listed(FileInfo file)
    {
        if (Whole(file.Name) != file.Name)
        {
            return new ListedRecording(Whole(file.Name), file.Length, file.LastWriteTimeUtc, IsWhole: false);
        }
        lock (known)
        {
            if (!known.TryGetValue(file.Name, out (long Bytes, DateTime Changed, RecordingSummary? Summary) seen) || (seen.Bytes, seen.Changed) != (file.Length, file.LastWriteTimeUtc))
            {
                known[file.Name] = seen = (file.Length, file.LastWriteTimeUtc, RecordingSummary.Read(file.FullName));
            }
            return new ListedRecording(file.Name, file.Length, file.LastWriteTimeUtc, IsWhole: true) { Frames = seen.Summary?.Frames, Seconds = seen.Summary?.Seconds };
        }
    }

    /// <summary>The name that a recording under way will have.</summary>
    private static string Whole(string name)
    {
        string part = McapWriter.PartOf("");
        return name.EndsWith(part, StringComparison.Ordinal) ? name[..^part.Length] : name;
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.mcap\z")]
    private static partial Regex Name();
}

/// <summary>A recording of the folder.</summary>
/// <param name="Name">Its file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Changed">When it was last written to.</param>
/// <param name="IsWhole">False: it is being written, or was cut.</param>
internal sealed record ListedRecording(string Name, long Bytes, DateTime Changed, bool IsWhole)
{
    /// <summary>Frames of all cameras; null if unknown.</summary>
    public long? Frames { get; init; }

    /// <summary>From the first frame to the last; null if unknown.</summary>
    public double? Seconds { get; init; }
}
