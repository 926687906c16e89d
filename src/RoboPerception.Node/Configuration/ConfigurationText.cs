using System.Globalization;
using System.Text;

namespace RoboPerception.Node.Configuration;

/// <summary>What a node has been told, as a configuration file that says where each value comes from and can be read again.</summary>
internal static class ConfigurationText
{
    private const string Cameras = "cameras";

    /// <summary>Writes it. Secrets are no settings, so there are none in it.</summary>
    public static string Of(IReadOnlyDictionary<string, (string Value, string Origin)> given)
    {
        var text = new StringBuilder();
        Section(text, "", "", [.. Setting.All.Where(s => !s.Path.StartsWith(Cameras, StringComparison.Ordinal)).Select(s => (s.Path, s))], given);
        text.Append(CultureInfo.InvariantCulture, $"{Cameras}:\n");
        Setting[] ofCamera = [.. Setting.All.Where(s => s.Path.StartsWith(Cameras, StringComparison.Ordinal))];
        foreach (int number in given.Keys.Where(p => p.StartsWith(Cameras, StringComparison.Ordinal)).Select(p => int.Parse(p.Split('.')[1], CultureInfo.InvariantCulture)).Distinct().Order())
        {
            text.Append("  -\n");
            string camera = string.Create(CultureInfo.InvariantCulture, $"{Cameras}.{number}.");
            Section(text, "    ", camera, [.. ofCamera.Select(s => (camera + s.Path[(Cameras.Length + 3)..], s))], given);
        }
        return text.ToString();
    }

    /// <summary>The settings below a path; those that lie deeper get sections of their own.</summary>
    private static void Section(StringBuilder text, string indent, string above, (string Path, Setting Setting)[] settings, IReadOnlyDictionary<string, (string Value, string Origin)> given)
    {
        foreach (IGrouping<string, (string Path, Setting Setting)> part in settings.GroupBy(s => s.Path[above.Length..].Split('.')[0]))
        {
            if (part.First().Path == above + part.Key)
            {
                Line(text, indent, part.Key, part.First(), given);
                continue;
            }
            text.Append(CultureInfo.InvariantCulture, $"{indent}{part.Key}:\n");
            Section(text, indent + "  ", $"{above}{part.Key}.", [.. part], given);
        }
    }

    private static void Line(StringBuilder text, string indent, string key, (string Path, Setting Setting) it, IReadOnlyDictionary<string, (string Value, string Origin)> given)
    {
        string line = given.TryGetValue(it.Path, out (string Value, string Origin) told)
            ? $"{indent}{key}: {Quoted(it.Setting, told.Value)}   # {told.Origin}"
            : $"{indent}# {key}:   # {it.Setting.Meaning}";
        text.Append(line).Append('\n');
    }

    private static string Quoted(Setting setting, string value) => setting.Form.Kind switch
    {
        SettingKind.Text or SettingKind.Id => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'",
        SettingKind.Words => $"[{value}]",
        _ => value,
    };
}
