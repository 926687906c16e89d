namespace RoboPerception.Core;

/// <summary>Writes files so that whoever reads them sees the old one or the new one, never half of one, also after a power cut.</summary>
internal static class AtomicFile
{
    /// <summary>Writes beside, syncs to disk, renames over.</summary>
    /// <exception cref="UserErrorException">The folder is missing or may not be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string beside = $"{path}.{Environment.ProcessId}.part";
        try
        {
            using (var file = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            File.Move(beside, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{path}' cannot be written: {e.Message}", e);
        }
        finally
        {
            if (File.Exists(beside))
            {
                File.Delete(beside);
            }
        }
    }
}
