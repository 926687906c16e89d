using System;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// A build task (Directory.LibTorchSharp.targets says why): copies an ELF library and marks its need of version GLIBCXX_3.4.32 as weak
/// (VER_FLG_WEAK in the Vernaux entry; gABI supplement "Symbol Versioning").
/// </summary>
public sealed class AllowOlderLibStdCxx : Task
{
    private const string Version = "GLIBCXX_3.4.32";
    private const int Weak = 2;

    /// <summary>The library as the package holds it.</summary>
    [Required]
    public string Source { get; set; }

    /// <summary>Where the copy goes; left alone when it is as it should be.</summary>
    [Required]
    public string Destination { get; set; }

    /// <inheritdoc/>
    public override bool Execute()
    {
        byte[] file = File.ReadAllBytes(Source);
        // A vernaux entry begins with the version's hash and its flags. Sections are not looked up: eight bytes in a row (hash, no flags,
        // any index) occur once or not at all, and anything else means a library that this task was not written for.
        byte[] hash = BitConverter.GetBytes(ElfHash(Version));
        int at = -1;
        for (int i = 0; i <= file.Length - 8; i += 4)
        {
            if (file[i] == hash[0] && file[i + 1] == hash[1] && file[i + 2] == hash[2] && file[i + 3] == hash[3] && file[i + 4] == 0 && file[i + 5] == 0)
            {
                if (at >= 0)
                {
                    Log.LogError("{0}: two places look like the entry of {1}; was the package changed?", Source, Version);
                    return false;
                }
                at = i;
            }
        }
        if (at >= 0)
        {
            file[at + 4] = Weak;
        }
        if (File.Exists(Destination) && File.ReadAllBytes(Destination).SequenceEqual(file))
        {
            return true;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        string beside = Destination + ".new";
        File.WriteAllBytes(beside, file);
        File.Delete(Destination);
        File.Move(beside, Destination);
        return true;
    }

    /// <summary>The hash of System V's ABI, which version entries carry.</summary>
    private static uint ElfHash(string name)
    {
        uint hash = 0;
        foreach (byte c in Encoding.ASCII.GetBytes(name))
        {
            hash = (hash << 4) + c;
            uint high = hash & 0xf0000000;
            if (high != 0)
            {
                hash ^= high >> 24;
            }
            hash &= ~high;
        }
        return hash;
    }
}
