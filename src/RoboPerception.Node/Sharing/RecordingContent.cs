using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RoboPerception.Core;

namespace RoboPerception.Node.Sharing;

/// <summary>What a recording holds, as one hash: a file by its bytes, a folder by the names and bytes of its files, an address (<c>scene://</c>) by its text.</summary>
internal static class RecordingContent
{
    /// <summary>SHA-256, lower-case hexadecimal.</summary>
    /// <exception cref="UserErrorException">There is no such recording, or it cannot be read (exit code 4).</exception>
    public static string Hash(string recording)
    {
        try
        {
            if (recording.Contains("://", StringComparison.Ordinal))
            {
                return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recording)));
            }
            if (File.Exists(recording))
            {
                using FileStream file = File.OpenRead(recording);
                return Convert.ToHexStringLower(SHA256.HashData(file));
            }
            if (Directory.Exists(recording))
            {
                return OfFolder(recording);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.NoSource, $"recording '{recording}' cannot be read: {exception.Message}", exception);
        }
        throw new UserErrorException(ExitCode.NoSource, $"recording '{recording}': no such file or folder");
    }

    private static string OfFolder(string folder)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            using FileStream file = File.OpenRead(path);
            all.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)} {file.Length}\n")));
            all.AppendData(SHA256.HashData(file));
        }
        return Convert.ToHexStringLower(all.GetHashAndReset());
    }
}
