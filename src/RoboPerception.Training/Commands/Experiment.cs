using System.CommandLine;
using System.Globalization;
using System.Text;
using RoboPerception.Core;
using RoboPerception.Training.Data;
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
    /// <summary>Name of the file that every run leaves in its folder.</summary>
    public const string FileName = "experiment.yaml";

    /// <summary>The option that names an experiment file.</summary>
    public static Option<string?> ConfigOption() => new("--config") { Description = "Experiment file: YAML with option names and their values; options given here go before it" };

    /// <summary>A command line with what an experiment adds to it.</summary>
    /// <param name="command">The command.</param>
    /// <param name="parse">What was typed.</param>
    /// <param name="name">Name of the experiment in messages.</param>
    /// <param name="text">The experiment.</param>
    /// <exception cref="UserErrorException">The experiment is damaged, or a value is wrong.</exception>
    public static ParseResult Complete(Command command, ParseResult parse, string name, string text)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(parse);
        string[] typed = [.. parse.Tokens.Select(token => token.Value).SkipWhile(token => token == command.Name)];
        var complete = command.Parse([.. typed, .. Arguments(name, text, parse)]);
        return complete.Errors.Count == 0
            ? complete
            : throw new UserErrorException(ExitCode.Usage, $"'{name}': {complete.Errors[0].Message}");
    }

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
        var options = commandLine.CommandResult.Command.Options.Where(option => option.Name is not ("--config" or "--preset" or "--dry-run" or "--watch" or "--resume")).ToDictionary(option => option.Name, StringComparer.Ordinal);
        var arguments = new List<string>();
        foreach (var (key, value) in Mapping(path, text).Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!options.TryGetValue("--" + FormerNames.Option(name), out var option))
            {
                throw new UserErrorException(
                    ExitCode.Usage, $"'{path}' line {key.Start.Line}: key '{name}' is unknown; known are {string.Join(", ", options.Keys.Select(known => known[2..]).Order(StringComparer.Ordinal))}.");
            }

            IEnumerable<YamlNode> values = value is YamlSequenceNode sequence && option.Arity.MaximumNumberOfValues > 1 ? sequence.Children : [value];
            foreach (var node in values)
            {
                if (node is not YamlScalarNode { Value: { } single })
                {
                    throw new UserErrorException(ExitCode.Usage, $"'{path}' line {node.Start.Line}: '{name}' must be a single value.");
                }

                if (commandLine.GetResult(option) is null or { Implicit: true })
                {
                    arguments.Add(option.Name);
                    arguments.Add(single);
                }
            }
        }

        return arguments;
    }

    /// <summary>
    /// The experiment file of a command line: every option with its value, defaults too, so that the file means the same when a default changes. Paths
    /// that exist are written in full, so that it can be run from anywhere.
    /// </summary>
    public static string Text(ParseResult parse, IReadOnlyList<OptionGroup> groups, IReadOnlyList<Option> without)
    {
        var text = new StringBuilder($"# What this run was made with: {parse.CommandResult.Command.Name} --config experiment.yaml --out DIR repeats it");
        text.Append(parse.GetValue(TrainOptions.Minutes) > 0 ? ", though not to the bit: its schedule follows the clock (minutes).\n" : ".\n");
        foreach (var group in groups)
        {
            (Option Option, IReadOnlyList<string> Values)[] given = [.. group.Options.Except(without).Select(option => (option, Values(parse, option))).Where(entry => entry.Item2.Count > 0)];
            if (given.Length > 0)
            {
                text.Append("\n# ").Append(group.Title).Append('\n');
            }

            foreach (var (option, values) in given)
            {
                text.Append(option.Name, 2, option.Name.Length - 2).Append(": ").Append(values.Count == 1 ? Scalar(values[0]) : $"[{string.Join(", ", values.Select(Scalar))}]").Append('\n');
            }
        }

        return text.ToString();
    }

    private static IReadOnlyList<string> Values(ParseResult parse, Option option) => parse.GetResult(option) is { Implicit: false } result
        ? result.Tokens.Count == 0 ? ["true"] : [.. result.Tokens.Select(token => FullPath(token.Value))]
        : option.HasDefaultValue && option.ValueType != typeof(bool) && Convert.ToString(option.GetDefaultValue(), CultureInfo.InvariantCulture) is { Length: > 0 } value ? [value] : [];

    /// <summary>A path that exists in full, the format before it kept; everything else as it is.</summary>
    private static string FullPath(string value)
    {
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        var (format, path) = colon > 0 && DataFormats.All.Any(known => known.Name == value[..colon]) ? (value[..(colon + 1)], value[(colon + 1)..]) : ("", value);
        return Path.Exists(path) ? format + Path.GetFullPath(path) : value;
    }

    private static string Scalar(string value) =>
        value.Length > 0 && char.IsAsciiLetterOrDigit(value[0]) && value.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '/' or '-' or '+') ? value : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

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
