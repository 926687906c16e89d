namespace RoboPerception.Capture.Tests;

/// <summary>A folder that is gone after the test.</summary>
public abstract class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rp-capture-");

    protected string PathOf(string name) => Path.Combine(folder.FullName, name);

    public void Dispose()
    {
        folder.Delete(true);
        GC.SuppressFinalize(this);
    }
}
