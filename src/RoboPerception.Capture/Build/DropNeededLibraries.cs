using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// A build task (Directory.OpenCvSharpExtern.targets says why): copies an ELF library for 64 bits, little endian, without its DT_NEEDED entries
/// for libraries other than those named (gABI, "Dynamic Section").
/// </summary>
public sealed class DropNeededLibraries : Task
{
    private const int ProgramHeaderDynamic = 2;
    private const int ProgramHeaderLoad = 1;
    private const long Needed = 1;
    private const long StringTable = 5;
    private const int EntrySize = 16;

    /// <summary>The library as the package holds it.</summary>
    [Required]
    public string Source { get; set; }

    /// <summary>Where the copy goes; left alone when it is newer than the library.</summary>
    [Required]
    public string Destination { get; set; }

    /// <summary>Beginnings of the names that stay needed, e.g. <c>libc.so</c>.</summary>
    [Required]
    public string[] Keep { get; set; }

    /// <inheritdoc/>
    public override bool Execute()
    {
        if (IsThere)
        {
            return true;
        }
        byte[] file = File.ReadAllBytes(Source);
        if (file.Length < 64 || BitConverter.ToUInt32(file, 0) != 0x464c457f || file[4] != 2 || file[5] != 1)
        {
            Log.LogError("{0} is no ELF library for 64 bits, little endian; was the package changed?", Source);
            return false;
        }
        Drop(file);
        Write(file);
        return true;
    }

    private bool IsThere => File.Exists(Destination) && File.GetLastWriteTimeUtc(Destination) >= File.GetLastWriteTimeUtc(Source);

    private void Drop(byte[] file)
    {
        List<(int Type, long Offset, long Address, long Length)> segments = Segments(file);
        (_, long start, _, long length) = segments.Single(s => s.Type == ProgramHeaderDynamic);
        int count = (int)(length / EntrySize);
        List<(long Tag, long Value)> entries = Enumerable.Range(0, count)
            .Select(i => (BitConverter.ToInt64(file, (int)start + (i * EntrySize)), BitConverter.ToInt64(file, (int)start + (i * EntrySize) + 8)))
            .ToList();
        long names = entries.First(e => e.Tag == StringTable).Value;
        (_, long offset, long address, _) = segments.Single(s => s.Type == ProgramHeaderLoad && names >= s.Address && names < s.Address + s.Length);
        string Name(long at)
        {
            int from = (int)(names - address + offset + at);
            return Encoding.ASCII.GetString(file, from, Array.IndexOf(file, (byte)0, from) - from);
        }

        // What stays moves up; the freed places at the end become DT_NULL, which ends the section.
        List<(long Tag, long Value)> kept = entries.Where(e => e.Tag != Needed || Keep.Any(k => Name(e.Value).StartsWith(k, StringComparison.Ordinal))).ToList();
        for (int i = 0; i < count; i++)
        {
            (long tag, long value) = i < kept.Count ? kept[i] : (0, 0);
            BitConverter.GetBytes(tag).CopyTo(file, (int)start + (i * EntrySize));
            BitConverter.GetBytes(value).CopyTo(file, (int)start + (i * EntrySize) + 8);
        }
    }

    private static List<(int Type, long Offset, long Address, long Length)> Segments(byte[] file)
    {
        int table = (int)BitConverter.ToInt64(file, 32);
        int size = BitConverter.ToUInt16(file, 54);
        return Enumerable.Range(0, BitConverter.ToUInt16(file, 56))
            .Select(i => table + (i * size))
            .Select(at => (BitConverter.ToInt32(file, at), BitConverter.ToInt64(file, at + 8), BitConverter.ToInt64(file, at + 16), BitConverter.ToInt64(file, at + 32)))
            .ToList();
    }

    // Projects that build side by side share the copy: each writes its own file, and the first to rename wins.
    private void Write(byte[] file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        string beside = Destination + "." + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(beside, file);
        try
        {
            if (!IsThere)
            {
                File.Delete(Destination);
            }
            File.Move(beside, Destination);
        }
        catch (IOException) when (File.Exists(Destination))
        {
            File.Delete(beside);
        }
    }
}
