using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using OpenCvSharp;

namespace RoboPerception.Node.Tests;

/// <summary>
/// src/native/OpenCvSharpExtern holds only those functions that our code calls through OpenCvSharp. Which these are is read from the compiled code:
/// what Capture and the node call of OpenCvSharp, what that calls in turn, down to the native functions.
/// </summary>
public sealed partial class OpenCvExportsTests
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    // Reached by no path on Linux: OpenCvSharp loads its library by hand on Windows alone.
    private static readonly string[] Windows = ["LoadLibrary"];

    // The one class that may need more: it says in words that this library has no markers.
    private static readonly Type PackageAlone = typeof(RoboPerception.Capture.CharucoFinder);

    [Fact]
    public void Our_library_exports_every_function_that_the_node_binds()
    {
        Dictionary<string, int> exported = Exported();
        SortedDictionary<string, MethodInfo> bound = Bound(Callers.Where(type => type != PackageAlone));

        Assert.InRange(bound.Count, 40, 200);
        Assert.Empty(bound.Keys.Except(exported.Keys).Except(Windows));
    }

    [Fact]
    public void The_class_that_needs_the_packages_library_needs_it_for_markers()
    {
        SortedDictionary<string, MethodInfo> bound = Bound([PackageAlone]);
        Assert.Contains(bound.Keys, name => name.StartsWith("aruco_", StringComparison.Ordinal));
        Assert.All(bound.Keys.Except(Exported().Keys).Except(Windows), name => Assert.True(name.StartsWith("aruco_", StringComparison.Ordinal) || name.StartsWith("vector_", StringComparison.Ordinal), name));
    }

    [Fact]
    public void Its_functions_take_as_many_arguments_as_OpenCvSharp_passes()
    {
        Dictionary<string, int> exported = Exported();
        Dictionary<string, int> declared = typeof(Mat).Assembly.GetTypes().Where(t => t.Name == "NativeMethods").SelectMany(t => t.GetMethods(Everything))
            .Where(m => m.GetCustomAttribute<DllImportAttribute>() is not null)
            .GroupBy(NameOf, m => m.GetParameters().Length).ToDictionary(g => g.Key, g => g.First());

        Assert.NotEmpty(exported);
        Assert.Empty(exported.Where(e => !declared.TryGetValue(e.Key, out int count) || count != e.Value).Select(e => $"{e.Key}: {e.Value}"));
    }

    private static Dictionary<string, int> Exported() =>
        Directory.EnumerateFiles(Path.Combine(Root(), "src/native/OpenCvSharpExtern"), "*.cpp")
            .SelectMany(file => Export().Matches(File.ReadAllText(file)))
            .ToDictionary(m => m.Groups["name"].Value, m => m.Groups["parameters"].Value is { Length: > 0 } list ? list.Split(',').Length : 0);

    private static IEnumerable<Type> Callers => new[] { typeof(RoboPerception.Capture.FrameSource), typeof(RoboPerception.Node.NodeReports) }.SelectMany(type => type.Assembly.GetTypes());

    private static string Root()
    {
        DirectoryInfo? place = new(AppContext.BaseDirectory);
        while (place is not null && !File.Exists(Path.Combine(place.FullName, "RoboPerception.sln")))
        {
            place = place.Parent;
        }
        return place?.FullName ?? throw new DirectoryNotFoundException("the tests run inside the repository");
    }

    private static string NameOf(MethodInfo method) => method.GetCustomAttribute<DllImportAttribute>()!.EntryPoint ?? method.Name;

    private static SortedDictionary<string, MethodInfo> Bound(IEnumerable<Type> callers)
    {
        Assembly library = typeof(Mat).Assembly;
        var seen = new HashSet<MethodBase>();
        var queue = new Queue<MethodBase>();
        void Visit(MethodBase method)
        {
            if (method.Module.Assembly == library && seen.Add(method))
            {
                queue.Enqueue(method);
            }
        }

        foreach (MethodBase method in callers.SelectMany(Methods))
        {
            foreach (MethodBase called in CompiledCalls.Of(method))
            {
                Visit(called);
            }
        }

        var bound = new SortedDictionary<string, MethodInfo>(StringComparer.Ordinal);
        while (queue.TryDequeue(out MethodBase? method))
        {
            if (method is MethodInfo native && native.GetCustomAttribute<DllImportAttribute>() is not null)
            {
                bound[NameOf(native)] = native;
                continue;
            }
            foreach (MethodBase called in CompiledCalls.Of(method).Concat(CalledUnseen(method)))
            {
                Visit(called);
            }
        }
        return bound;
    }

    private static IEnumerable<MethodBase> Methods(Type type) => type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything));

    // Static constructors, and what whoever holds an object may call through its base class: disposal above all.
    private static IEnumerable<MethodBase> CalledUnseen(MethodBase method)
    {
        if (method.DeclaringType?.TypeInitializer is { } initializer)
        {
            yield return initializer;
        }
        for (Type? type = method is ConstructorInfo ? method.DeclaringType : null; type is not null; type = type.BaseType)
        {
            foreach (MethodInfo overridden in type.GetMethods(Everything).Where(m => m.IsVirtual && m.Name != nameof(ToString)))
            {
                yield return overridden;
            }
        }
    }

    [GeneratedRegex(@"^(?:EXPORT\(|PLAIN_EXPORT\([^,]+(?:<[^>]*>\*)?, )(?<name>\w+),\s*\((?<parameters>[^)]*)\)", RegexOptions.Multiline)]
    private static partial Regex Export();
}
