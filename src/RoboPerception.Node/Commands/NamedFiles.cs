using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Sources;

namespace RoboPerception.Node.Commands;

/// <summary>
/// The files that settings and flags name, looked at before anything starts: a missing one is told before a broker is up, and a folder that
/// is not there before a recording has been through whose figures go into it.
/// </summary>
internal static class NamedFiles
{
    /// <summary>What cameras read. Devices and streams are not looked for.</summary>
    /// <exception cref="UserErrorException">A source is missing (exit code 4) or none, or a calibration cannot be read (exit code 2).</exception>
    public static void Check(NodeSettings settings)
    {
        SourceFactory sources = NodeSources.Factory();
        foreach (CameraSettings camera in settings.Cameras)
        {
            sources.Create(camera.Source).Dispose();
            if (camera.Calibration is { } calibration)
            {
                CalibrationFile.Read(calibration);
            }
        }
    }

    /// <summary>What a run reads and writes. Models are read whole by whoever needs them, before anything starts, too.</summary>
    /// <exception cref="UserErrorException">As of its settings, or a folder is missing (exit code 2).</exception>
    public static void Check(NodeRequest request)
    {
        Check(request.Settings);
        foreach (string file in new[] { request.Report, request.ContactSheet }.OfType<string>())
        {
            CheckFolderOf(file);
        }
    }

    /// <summary>Makes the folder of a file that is written at the end.</summary>
    /// <exception cref="UserErrorException">It cannot be made (exit code 2).</exception>
    public static void MakeFolderOf(string file)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{file}' cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Whether there is a folder for a file that is written at the end.</summary>
    /// <exception cref="UserErrorException">There is none (exit code 2).</exception>
    public static void CheckFolderOf(string file)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder))
        {
            throw new UserErrorException(ExitCode.Usage, $"'{file}' cannot be written: there is no folder '{folder}'; make it, or name another file");
        }
    }
}
