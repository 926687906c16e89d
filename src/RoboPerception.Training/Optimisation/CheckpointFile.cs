using System.Security.Cryptography;
using RoboPerception.Core;

namespace RoboPerception.Training.Optimisation;

/// <summary>Blocks of bytes in one file: a magic of eight bytes, every block behind its length (int64), and the SHA-256 of all of it.</summary>
internal static class CheckpointFile
{
    /// <summary>Writes beside the target, flushes to disk and renames, so that a kill leaves the old file or the new one, never half of one.</summary>
    public static void Write(string path, ReadOnlySpan<byte> magic, params ReadOnlySpan<Action<Stream>> blocks)
    {
        using var content = new MemoryStream();
        content.Write(magic);
        foreach (var write in blocks)
        {
            using var block = new MemoryStream();
            write(block);
            content.Write(BitConverter.GetBytes(block.Length));
            block.WriteTo(content);
        }

        content.Write(SHA256.HashData(content.GetBuffer().AsSpan(0, (int)content.Length)));
        AtomicFile.Write(path, content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    /// <summary>Reads a file back; blocks that it does not have are empty.</summary>
    /// <exception cref="UserErrorException">The file is missing, of another kind or damaged.</exception>
    public static byte[][] Read(string path, ReadOnlySpan<byte> magic, int blocks)
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException(ExitCode.Usage, $"Checkpoint '{path}' does not exist.");
        }

        var bytes = File.ReadAllBytes(path).AsSpan();
        if (bytes.Length < magic.Length + SHA256.HashSizeInBytes || !bytes.StartsWith(magic))
        {
            throw new UserErrorException(ExitCode.Usage, $"'{path}' is not a checkpoint of roboperception-train.");
        }

        var content = bytes[..^SHA256.HashSizeInBytes];
        if (!SHA256.HashData(content).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
        {
            throw new UserErrorException(ExitCode.Usage, $"Checkpoint '{path}' is damaged (its SHA-256 differs): use another checkpoint of the run.");
        }

        byte[][] found = [.. Enumerable.Repeat(Array.Empty<byte>(), blocks)];
        var at = magic.Length;
        for (var i = 0; i < blocks && at < content.Length; i++)
        {
            var length = (int)BitConverter.ToInt64(content[at..]);
            found[i] = content.Slice(at + sizeof(long), length).ToArray();
            at += sizeof(long) + length;
        }

        return found;
    }
}
