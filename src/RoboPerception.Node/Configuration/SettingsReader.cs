using System.Collections;
using System.Globalization;
using RoboPerception.Core;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace RoboPerception.Node.Configuration;

/// <summary>
/// Merges one strict YAML file, then <c>ROBOPERCEPTION__SECTION__KEY</c> from the environment, then flags; later wins
/// (conventions section 5). An unknown key is an error that names the nearest known one: a typing mistake that is
/// silently ignored costs an afternoon on a robot.
/// </summary>
internal sealed class SettingsReader
{
    /// <summary>What environment variables of ours start with.</summary>
    public const string EnvironmentPrefix = "ROBOPERCEPTION__";

    private readonly NodeSettings settings = new();
    private readonly SortedDictionary<string, (string Value, string Origin)> given = new(StringComparer.Ordinal);

    /// <summary>What was set, by path, with its text and where it came from; the last that set it.</summary>
    public IReadOnlyDictionary<string, (string Value, string Origin)> Given => given;

    /// <summary>Takes in a YAML file.</summary>
    /// <exception cref="UserErrorException">The file cannot be read, is not YAML, or holds an unknown key or a bad value; the message has file and line.</exception>
    public SettingsReader AddFile(string path)
    {
        var yaml = new YamlStream();
        try
        {
            using StreamReader reader = File.OpenText(path);
            yaml.Load(reader);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Usage, $"configuration file '{path}' cannot be read: {e.Message}", e);
        }
        catch (YamlException e)
        {
            throw new UserErrorException(ExitCode.Usage, $"{path}:{e.Start.Line}: not valid YAML: {e.InnerException?.Message ?? e.Message}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or OverflowException or InsufficientExecutionStackException)
        {
            // What the library's scanner throws on some damaged files.
            throw new UserErrorException(ExitCode.Usage, $"{path}: not valid YAML: {e.Message}", e);
        }
        if (yaml.Documents.Count > 0)
        {
            Walk(yaml.Documents[0].RootNode, "", path);
        }
        return this;
    }

    /// <summary>Takes in the variables of an environment that start with <see cref="EnvironmentPrefix"/>.</summary>
    /// <exception cref="UserErrorException">A variable names no setting or has a bad value.</exception>
    public SettingsReader AddEnvironment(IDictionary environment)
    {
        foreach (string name in environment.Keys.Cast<string>().Where(k => k.StartsWith(EnvironmentPrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            string path = name[EnvironmentPrefix.Length..].ToLowerInvariant().Replace("__", ".", StringComparison.Ordinal);
            if (path is "broker.password" or "http.token")
            {
                continue; // a secret: read where it is used, never stored with the settings
            }
            Set(path, environment[name] as string ?? "", $"environment variable {name}");
        }
        return this;
    }

    /// <summary>Takes in one value from the command line.</summary>
    /// <exception cref="UserErrorException">The value is not acceptable.</exception>
    public SettingsReader Add(string path, string? value, string origin)
    {
        if (value is not null)
        {
            Set(path, value, origin);
        }
        return this;
    }

    /// <summary>Replaces the cameras by those of the command line, named cam0, cam1, ... where the file has no names for them.</summary>
    public SettingsReader AddSources(IReadOnlyList<string> sources)
    {
        for (int i = 0; i < sources.Count; i++)
        {
            Set($"cameras.{i}.source", sources[i], "command line");
        }
        if (sources.Count > 0 && settings.Cameras.Count > sources.Count)
        {
            settings.Cameras.RemoveRange(sources.Count, settings.Cameras.Count - sources.Count);
            foreach (string path in given.Keys.Where(p => CameraOf(p) >= sources.Count).ToList())
            {
                given.Remove(path);
            }
        }
        return this;
    }

    /// <summary>The merged settings, checked as a whole.</summary>
    /// <exception cref="UserErrorException">No camera, two cameras of one name, or a camera without a source.</exception>
    public NodeSettings Build()
    {
        for (int i = 0; i < settings.Cameras.Count; i++)
        {
            CameraSettings camera = settings.Cameras[i];
            if (camera.Id.Length == 0)
            {
                camera.Id = string.Create(CultureInfo.InvariantCulture, $"cam{i}");
            }
            if (camera.Source.Length == 0)
            {
                throw new UserErrorException(ExitCode.Usage, $"camera '{camera.Id}' has no source: set cameras[{i}].source, e.g. v4l2:///dev/video0");
            }
        }
        if (settings.Cameras.GroupBy(c => c.Id).FirstOrDefault(g => g.Count() > 1) is { } doubled)
        {
            throw new UserErrorException(ExitCode.Usage, $"two cameras are named '{doubled.Key}': give each its own cameras[].id");
        }
        return settings;
    }

    private void Walk(YamlNode node, string path, string file)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                foreach ((YamlNode key, YamlNode value) in mapping.Children)
                {
                    string name = (key as YamlScalarNode)?.Value ?? "";
                    string child = path.Length == 0 ? name : $"{path}.{name}";
                    if (!IsKnownPrefix(child))
                    {
                        throw Unknown(child, $"{file}:{key.Start.Line}");
                    }
                    Walk(value, child, file);
                }
                break;
            case YamlSequenceNode sequence when path == "cameras":
                for (int i = 0; i < sequence.Children.Count; i++)
                {
                    Walk(sequence.Children[i], string.Create(CultureInfo.InvariantCulture, $"cameras.{i}"), file);
                }
                break;
            case YamlSequenceNode sequence:
                Set(path, string.Join(',', sequence.Children.Select(c => (c as YamlScalarNode)?.Value ?? "")), $"{file}:{sequence.Start.Line}");
                break;
            case YamlScalarNode { Value: null or "" } when path.Length > 0 && Setting.At(Generic(path)) is null:
                break; // a section whose keys are all commented out
            case YamlScalarNode scalar when path.Length > 0:
                Set(path, scalar.Value ?? "", $"{file}:{scalar.Start.Line}");
                break;
            case YamlScalarNode { Value: null or "" }:
                break; // an empty file is an empty configuration
            default:
                throw new UserErrorException(ExitCode.Usage, $"{file}:{node.Start.Line}: expected 'section:' with keys below it");
        }
    }

    private void Set(string path, string value, string origin)
    {
        Setting setting = Setting.At(Generic(path)) ?? throw Unknown(path, origin);
        int camera = CameraOf(path);
        if (camera > 63)
        {
            throw new UserErrorException(ExitCode.Usage, $"{origin}: camera number {camera}: a node serves at most 64 cameras");
        }
        while (settings.Cameras.Count <= camera)
        {
            settings.Cameras.Add(new CameraSettings());
        }
        try
        {
            setting.Apply(settings, camera, value);
            given[path] = (value, origin);
        }
        catch (FormatException e)
        {
            throw new UserErrorException(ExitCode.Usage, $"{origin}: {path} is '{value}', {e.Message} ({setting.Meaning})", e);
        }
    }

    private static int CameraOf(string path) =>
        path.Split('.') is ["cameras", var number, ..] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int camera) ? camera : -1;

    private static string Generic(string path)
    {
        string[] parts = path.Split('.');
        if (parts.Length > 1 && CameraOf(path) >= 0)
        {
            parts[1] = "*";
        }
        return string.Join('.', parts);
    }

    private static bool IsKnownPrefix(string path)
    {
        string generic = Generic(path);
        return Setting.All.Any(s => s.Path == generic || s.Path.StartsWith(generic + ".", StringComparison.Ordinal));
    }

    private static UserErrorException Unknown(string path, string origin)
    {
        string generic = Generic(path);
        IEnumerable<string> candidates = Setting.All.Select(s => s.Path).Concat(Setting.All.Select(s => s.Path.Split('.')[0])).Distinct();
        string nearest = candidates.MinBy(c => EditDistance.Between(c, generic))!;
        return new UserErrorException(ExitCode.Usage, $"{origin}: unknown key '{path}'; did you mean '{nearest}'?");
    }
}
