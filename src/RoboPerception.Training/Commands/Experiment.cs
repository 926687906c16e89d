using System.CommandLine;
using RoboPerception.Core;
using RoboPerception.Training.Optimisation;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace RoboPerception.Training.Commands;

/// <summary>
/// Experiment files: a YAML mapping whose keys are a command's options without their dashes. The command line goes before the file,
/// so that one experiment can be run with a difference.
/// </summary>
internal static class Experiment
{
    /// <summary>The text of an experiment file.</summary>
    /// <exception cref="UserErrorException">There is no such file.</exception>
    public static string Read(string path) => File.Exists(path)
        ? File.ReadAllText(path)
        : throw new UserErrorException(ExitCode.Usage, $"Experiment file '{path}' does not exist.");

    /// <summary>Arguments for the options of the experiment that the command line does not give.</summary>
    /// <param name="path">Name of the experiment in messages.</param>
    /// <param name="text">The experiment.</param>
    /// <param name="commandLine">What was typed.</param>
    /// <exception cref="UserErrorException">The text is no such mapping, or holds a key that is no option: named with its line.</exception>
    public static IReadOnlyList<string> Arguments(string path, string text, ParseResult commandLine)
    {
        var options = commandLine.CommandResult.Command.Options.Where(option => option.Name is not ("--config" or "--preset")).ToDictionary(option => option.Name, StringComparer.Ordinal);
        var arguments = new List<string>();
        foreach (var (key, value) in Mapping(path, text).Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!options.TryGetValue("--" + FormerNames.Option(name), out var option))
            {
                throw new UserErrorException(
                    ExitCode.Usage, $"'{path}' line {key.Start.Line}: key '{name}' is unknown; known are {string.Join(", ", options.Keys.Select(known => known[2..]).Order(StringComparer.Ordinal))}.");
            }

            if (value is not YamlScalarNode { Value: { } single })
            {
                throw new UserErrorException(ExitCode.Usage, $"'{path}' line {value.Start.Line}: '{name}' must be a single value.");
            }

            if (commandLine.GetResult(option) is null or { Implicit: true })
            {
                arguments.Add(option.Name);
                arguments.Add(single);
            }
        }

        return arguments;
    }

    private static YamlMappingNode Mapping(string path, string text)
    {
        try
        {
            var stream = new YamlStream();
            using var reader = new StringReader(text);
            stream.Load(reader);
            return stream.Documents is [{ RootNode: YamlMappingNode mapping }]
                ? mapping
                : throw new UserErrorException(ExitCode.Usage, $"Experiment file '{path}' is not one mapping of option names to values.");
        }
        catch (YamlException error)
        {
            throw new UserErrorException(ExitCode.Usage, $"Experiment file '{path}' line {error.Start.Line}: {error.Message}", error);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or OverflowException or InsufficientExecutionStackException)
        {
            // What the library's scanner throws on some damaged files.
            throw new UserErrorException(ExitCode.Usage, $"Experiment file '{path}' is not valid YAML: {error.Message}", error);
        }
    }
}
