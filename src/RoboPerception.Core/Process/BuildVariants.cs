using System.Reflection;

namespace RoboPerception.Core;

/// <summary>Which variants of the packages a program was built with; the build writes them into the assemblies that use them.</summary>
internal static class BuildVariants
{
    private const string Prefix = "RoboPerception.";

    /// <summary>The variant of a package, e.g. <c>gpu</c> for <c>OnnxRuntime</c>, which is the name of the build's property.</summary>
    public static string Of(string property, params ReadOnlySpan<Assembly> users)
    {
        foreach (Assembly user in users)
        {
            if (user.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(m => m.Key == Prefix + property) is { Value: { } value })
            {
                return value;
            }
        }
        throw new InvalidOperationException($"the build wrote no variant of {property} (Directory.Build.targets)");
    }
}
