using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Recording.Mcap;

namespace RoboPerception.Node.Recorders;

/// <summary>What a recording says of the run it is of, from the head of its file.</summary>
/// <param name="Facts">Names and values: model, versions, input.</param>
/// <param name="Cameras">The cameras whose input is in it.</param>
/// <param name="Calibrations">Their calibrations, where they had one.</param>
internal sealed record RecordedRun(IReadOnlyDictionary<string, string> Facts, IReadOnlyList<string> Cameras, IReadOnlyDictionary<string, CameraCalibration> Calibrations)
{
    /// <summary>The fact that says what is kept of the input.</summary>
    public const string InputKey = "input";

    /// <summary>End of the files' names.</summary>
    public const string Extension = ".mcap";

    /// <summary>The fact that says how a camera's images are fitted to the grid.</summary>
    public static string FitKey(string camera) => $"fit.{camera}";

    /// <summary>Name of the attached calibration.</summary>
    public static string CalibrationName(string camera) => $"{camera}.calibration.yaml";

    /// <summary>Whether an address names a recording.</summary>
    public static bool IsRecording(string path) => path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the head of a file.</summary>
    /// <exception cref="UserErrorException">It cannot be read or is no recording of ours (exit code 4).</exception>
    public static RecordedRun Read(string path)
    {
        using McapReader reader = Open(path);
        try
        {
            // The head is written before the first frame; every chunk names the channels that are in it.
            foreach (McapMessage message in reader.Messages(c => c.Topic.EndsWith("/image", StringComparison.Ordinal)))
            {
                _ = message;
                break;
            }
            IReadOnlyDictionary<string, string> facts = reader.Metadata.FirstOrDefault(m => m.Name == RecordingSettings.MetadataName)?.Entries
                ?? throw new UserErrorException(ExitCode.NoSource, $"'{path}' is an MCAP file, but not a recording of this program: it has no metadata '{RecordingSettings.MetadataName}'");
            string[] cameras = [.. facts.Keys.Where(k => k.StartsWith(FitKey(""), StringComparison.Ordinal)).Select(k => k[FitKey("").Length..]).Order(StringComparer.Ordinal)];
            return new RecordedRun(facts, cameras, cameras
                .Select(id => (Id: id, File: reader.Attachments.FirstOrDefault(a => a.Name == CalibrationName(id))))
                .Where(c => c.File is not null)
                .ToDictionary(c => c.Id, c => CalibrationFile.Parse(System.Text.Encoding.UTF8.GetString(c.File!.Data), $"{path}: {c.File.Name}")));
        }
        catch (McapFormatException e)
        {
            throw new UserErrorException(ExitCode.NoSource, $"'{path}' is damaged: {e.Message}; 'roboperception record --repair' saves what can be read", e);
        }
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="UserErrorException">It cannot be read (exit code 4).</exception>
    public static McapReader Open(string path)
    {
        try
        {
            return new McapReader(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or McapFormatException)
        {
            throw new UserErrorException(ExitCode.NoSource, $"the recording '{path}' cannot be read: {e.Message}", e);
        }
    }
}
