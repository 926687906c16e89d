using System.Text.RegularExpressions;

namespace RoboPerception.Stack.Tests.PublicSurface;

/// <summary>One type of a signature list.</summary>
internal sealed partial class ListedType
{
    private readonly HashSet<string> _members = [];

    private ListedType(string kind, string name, string? baseName)
    {
        Kind = kind;
        Name = name;
        Base = baseName;
    }

    /// <summary>class, static class, struct, enum or interface.</summary>
    internal string Kind { get; }

    /// <summary>Full name, nesting by dots, arity by a back-tick.</summary>
    internal string Name { get; }

    internal string? Base { get; }

    internal static ListedType Parse(string line)
    {
        Match match = Header().Match(line);
        if (!match.Success)
        {
            throw new FormatException($"Not the head of a type: '{line}'.");
        }
        string? baseName = match.Groups["base"].Success ? SurfaceList.Normalise(match.Groups["base"].Value) : null;
        return new ListedType(match.Groups["kind"].Value, match.Groups["name"].Value, baseName);
    }

    internal void Add(string member)
    {
        if (Kind == "enum")
        {
            _members.UnionWith(member.Split(", "));
            return;
        }
        string text = SurfaceList.Normalise(member);
        _members.Add(text);
        if (text.EndsWith("{ get; set; }", StringComparison.Ordinal))
        {
            // Offering less than the real package is allowed.
            _members.Add(text.Replace("{ get; set; }", "{ get; }", StringComparison.Ordinal));
            _members.Add(text.Replace("{ get; set; }", "{ set; }", StringComparison.Ordinal));
        }
    }

    internal bool Has(string member) => _members.Contains(SurfaceList.Normalise(member));

    [GeneratedRegex(@"^(?<kind>(static )?(class|struct|enum|interface)) (?<name>[^\s<]+)(<[^:\[]*>)?( : (?<base>.+?))?( \[.*\])?$")]
    private static partial Regex Header();
}
