using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;
using RoboPerception.Training.Commands.Tables;

namespace RoboPerception.Training.Commands;

/// <summary>Help of commands whose options come in groups: what is set most often first, each with its default. Other commands have the usual help.</summary>
internal sealed class GroupedHelp(HelpAction usual) : SynchronousCommandLineAction
{
    private const int Indent = 2, WidestName = 34;

    private static readonly Dictionary<string, (IReadOnlyList<OptionGroup> Groups, string Examples)> Grouped = new(StringComparer.Ordinal)
    {
        ["train"] = (TrainOptions.Groups, """
            Examples:
              train --preset smoke                                     a minute and a half, no data needed
              train --data DIR --network mtan-mobilenetv2 --out RUN    then look at RUN/report.html
              train --config RUN/experiment.yaml --out AGAIN --lr 1e-3 the same with a difference; report RUN AGAIN compares
            """),
        ["table"] = (TableCommand.Groups, $"""
            {TableCommand.Tables}

            Examples:
              table mtan-nyuv2 --data DIR --out RUNS                   as in the paper; start it again to share or to go on
              table weightings --data "scene://samples?count=200" --out RUNS --size 64x96 --widths 8,16,16,32,32 --epochs 10 --lr 2e-3 --batch 8 --seeds 2
            """),
    };

    /// <summary>Puts it in the place of the usual help of a program.</summary>
    public static void Install(RootCommand root)
    {
        ArgumentNullException.ThrowIfNull(root);
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = help.Action is HelpAction usual ? new GroupedHelp(usual) : help.Action;
        }
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        ArgumentNullException.ThrowIfNull(parseResult);
        var command = parseResult.CommandResult.Command;
        if (!Grouped.TryGetValue(command.Name, out var shape))
        {
            return usual.Invoke(parseResult);
        }

        var output = parseResult.InvocationConfiguration.Output;
        var width = Console.IsOutputRedirected ? 120 : Math.Max(Console.WindowWidth - 1, 60);
        output.WriteLine($"{command.Description}\n\n{shape.Examples}");
        foreach (var group in shape.Groups)
        {
            output.WriteLine($"\n{group.Title}:");
            foreach (var option in group.Options)
            {
                Write(output, option, width);
            }
        }

        return 0;
    }

    private static void Write(TextWriter output, Option option, int width)
    {
        var column = Indent + WidestName;
        var name = $"{new string(' ', Indent)}{option.Name}{Value(option)}";
        var standard = option.HasDefaultValue ? Convert.ToString(option.GetDefaultValue(), CultureInfo.InvariantCulture) : null;
        var text = option.Description + (string.IsNullOrEmpty(standard) || option.ValueType == typeof(bool) ? "" : $" [{standard}]");
        foreach (var line in Wrap(text, width - column))
        {
            output.WriteLine(name.Length < column ? name.PadRight(column) + line : $"{name}\n{new string(' ', column)}{line}");
            name = "";
        }
    }

    private static string Value(Option option) => option.ValueType == typeof(bool) ? ""
        : option.HelpName is { } named ? $" [{named.ToUpperInvariant()}]"
        : option.ValueType == typeof(int) || option.ValueType == typeof(long) ? " N"
        : option.ValueType == typeof(double) ? " X"
        : option.ValueType == typeof(string[]) ? " FILE..."
        : " TEXT";

    private static IEnumerable<string> Wrap(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line += line.Length == 0 ? word : " " + word;
        }

        yield return line;
    }
}
