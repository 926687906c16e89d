using System.Reflection;

namespace RoboPerception.Node.Commands;

/// <summary>Which variants of the packages this program was built with; the build writes them into the assemblies that use them.</summary>
internal static class BuildVariants
{
    private const string Prefix = "RoboPerception.";

    private static readonly Assembly[] Users = [typeof(BuildVariants).Assembly, typeof(Inference.PerceptionEngine).Assembly];

    /// <summary>The variant of a package, e.g. <c>OnnxRuntime=gpu</c> or <c>OpenCv=package</c>; named after the build's property.</summary>
    public static string Named(string property) =>
        Users.SelectMany(a => a.GetCustomAttributes<AssemblyMetadataAttribute>()).FirstOrDefault(m => m.Key == Prefix + property) is { Value: { } value }
            ? $"{property}={value}"
            : throw new InvalidOperationException($"the build wrote no variant of {property} (Directory.Build.targets)");
}
