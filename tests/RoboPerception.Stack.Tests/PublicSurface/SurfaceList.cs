using System.IO.Compression;
using System.Text.RegularExpressions;

namespace RoboPerception.Stack.Tests.PublicSurface;

/// <summary>The public signatures of a real package: types by full name, each with its base, interfaces and members.</summary>
internal sealed partial class SurfaceList
{
    private readonly Dictionary<string, ListedType> _types = [];

    private SurfaceList(IEnumerable<string> lines)
    {
        ListedType? current = null;
        foreach (string line in lines)
        {
            if (line.StartsWith("  ", StringComparison.Ordinal))
            {
                current!.Add(line.Trim());
            }
            else if (line.Length > 0)
            {
                current = ListedType.Parse(line);
                _types[current.Name] = current;
            }
        }
    }

    internal int Count => _types.Count;

    internal static SurfaceList Parse(string text) => new(text.Split('\n').Select(line => line.TrimEnd('\r')));

    /// <summary>Reads the list of a package that is compiled into the tests.</summary>
    internal static SurfaceList Of(string package)
    {
        using Stream packed = typeof(SurfaceList).Assembly.GetManifestResourceStream($"{package}.txt.gz")
            ?? throw new InvalidOperationException($"The tests hold no signature list of {package} (api/{package}.txt.gz).");
        using GZipStream unpacked = new(packed, CompressionMode.Decompress);
        using StreamReader reader = new(unpacked);
        return Parse(reader.ReadToEnd());
    }

    internal ListedType? Find(string name) => _types.GetValueOrDefault(name);

    /// <summary>Drops what the two ways of rendering may legitimately differ in: nullability marks, qualification, virtual and abstract.</summary>
    internal static string Normalise(string signature)
    {
        string text = signature.Replace(" [obsolete]", "", StringComparison.Ordinal).Replace("?", "", StringComparison.Ordinal);
        text = Qualifier().Replace(text, "");
        text = Modifier().Replace(text, "");
        return text.Replace("static protected ", "protected static ", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\b[A-Za-z_]\w*\.(?=[A-Za-z_])")]
    private static partial Regex Qualifier();

    [GeneratedRegex(@"\b(virtual|abstract) ")]
    private static partial Regex Modifier();
}
