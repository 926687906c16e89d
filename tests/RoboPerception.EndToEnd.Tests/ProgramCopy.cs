namespace RoboPerception.EndToEnd.Tests;

/// <summary>
/// A copy of a program's folder of which files can be taken away or spoilt. What lies in the folder of a test run beside the program is what
/// lies beside it when it is installed.
/// </summary>
internal sealed class ProgramCopy : IDisposable
{
    private readonly string name;

    /// <param name="program">The program's name.</param>
    public ProgramCopy(string program)
    {
        name = program;
        Folder = Directory.CreateTempSubdirectory("roboperception-copy").FullName;
        foreach (string path in Directory.GetFiles(AppContext.BaseDirectory))
        {
            string file = Path.GetFileName(path), target = Path.Combine(Folder, file);
            // The program finds its folder by its own file, so that is a real one; libraries of hundreds of megabytes are links.
            if (file == program || file.StartsWith(program + ".", StringComparison.Ordinal))
            {
                File.Copy(path, target);
            }
            else
            {
                File.CreateSymbolicLink(target, path);
            }
        }
    }

    /// <summary>The copy.</summary>
    public string Folder { get; }

    /// <summary>The program in it.</summary>
    public string Program => Path.Combine(Folder, name);

    /// <summary>Takes a file away.</summary>
    public void Remove(string file) => File.Delete(Path.Combine(Folder, file));

    /// <summary>Cuts a file short, as an interrupted copy does.</summary>
    public void Cut(string file)
    {
        string path = Path.Combine(Folder, file);
        using FileStream whole = File.OpenRead(path);
        byte[] start = new byte[Math.Min(whole.Length / 2, 1 << 20)];
        whole.ReadExactly(start);
        File.Delete(path);
        File.WriteAllBytes(path, start);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
