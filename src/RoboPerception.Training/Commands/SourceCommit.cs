using System.Reflection;

namespace RoboPerception.Training.Commands;

/// <summary>The commit this program was built from, as the SDK wrote it into the assembly.</summary>
internal static class SourceCommit
{
    public static string Read()
    {
        var version = typeof(SourceCommit).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        var plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? "unknown" : version[(plus + 1)..];
    }
}
