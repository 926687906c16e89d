namespace RoboPerception.Core;

/// <summary>Files with passwords and keys.</summary>
internal static class SecretFile
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>What is wrong with who may read or write a file, with the remedy; null if nothing is, or the file cannot be looked at.</summary>
    public static string? Warning(string path)
    {
        // systemd's credentials look readable for the group, which is the mask of an access list for one user.
        string? credentials = Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY");
        if (OperatingSystem.IsWindows() || (credentials is { Length: > 0 } && Path.GetFullPath(path).StartsWith(credentials + "/", StringComparison.Ordinal)))
        {
            return null;
        }
        try
        {
            UnixFileMode mode = File.GetUnixFileMode(path) & Others;
            return mode == 0 ? null : $"Other users of this machine may {((mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0 ? "change" : "read")} the secret in '{path}': run 'chmod 600 {path}'.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
