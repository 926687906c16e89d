using System.Globalization;
using RoboPerception.Core;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace RoboPerception.Capture;

/// <summary>A mapping in a calibration file, read strictly; errors name file, line and key.</summary>
internal sealed class CalibrationNode
{
    private const string Forms = "the form that ROS's camera_calibration, OpenCV's FileStorage, Kalibr or COLMAP write";

    private readonly string file;
    private readonly string prefix;
    private readonly YamlMappingNode mapping;

    private CalibrationNode(string file, string prefix, YamlMappingNode mapping)
    {
        this.file = file;
        this.prefix = prefix;
        this.mapping = mapping;
    }

    public static CalibrationNode Load(string text, string file)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException error)
        {
            throw new UserErrorException(
                ExitCode.Usage,
                $"Calibration '{file}', line {error.Start.Line}: this is no YAML ({error.Message}). The file must have {Forms}.",
                error);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or OverflowException or InsufficientExecutionStackException)
        {
            // What the library's scanner throws on some damaged files.
            throw new UserErrorException(ExitCode.Usage, $"Calibration '{file}' is no YAML ({error.Message}). The file must have the form that ROS's camera_calibration writes.", error);
        }

        return stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode root
            ? new CalibrationNode(file, "", root)
            : throw new UserErrorException(ExitCode.Usage, $"Calibration '{file}' must hold exactly one mapping, in {Forms}.");
    }

    /// <summary>The keys, in the file's order.</summary>
    public IEnumerable<string> Keys => mapping.Children.Keys.Select(key => key.ToString());

    public bool Has(string key) => mapping.Children.ContainsKey(new YamlScalarNode(key));

    /// <summary>The mapping under a key.</summary>
    public CalibrationNode Section(string key) =>
        Child(key) is YamlMappingNode section ? new CalibrationNode(file, $"{prefix}{key}.", section) : throw Refuse(key, "a mapping is expected");

    /// <summary>A list of numbers; <paramref name="count"/> of them, or as many as there are.</summary>
    public IReadOnlyList<double> Numbers(string key, int? count = null) =>
        Child(key) is YamlSequenceNode list && (count is null || list.Children.Count == count)
            ? [.. list.Children.Select(Number)]
            : throw Refuse(key, count is null ? "a list of numbers is expected" : $"a list of {count} numbers is expected");

    /// <summary>All numbers of a matrix of any shape, row-major: <c>rows, cols, data</c> or a plain list.</summary>
    public IReadOnlyList<double> AnyMatrix(string key) =>
        Child(key) is YamlMappingNode matrix ? new CalibrationNode(file, $"{prefix}{key}.", matrix).Numbers("data") : Numbers(key);

    /// <summary>A mapping of texts, or lists of them, that comes from another notation than YAML.</summary>
    public static CalibrationNode Of(IEnumerable<(string Key, string[] Values)> entries, string file)
    {
        var mapping = new YamlMappingNode();
        foreach ((string key, string[] values) in entries)
        {
            // The first of a name counts; a second one would be another camera's or a mistake, and cannot be told apart.
            if (!mapping.Children.ContainsKey(new YamlScalarNode(key)))
            {
                mapping.Add(key, values.Length == 1 ? new YamlScalarNode(values[0]) : new YamlSequenceNode(values.Select(value => new YamlScalarNode(value))));
            }
        }

        return new CalibrationNode(file, "", mapping);
    }

    public void RefuseOtherKeys(params ReadOnlySpan<string> keys)
    {
        foreach (YamlNode key in mapping.Children.Keys)
        {
            if (!keys.Contains(key.ToString()))
            {
                throw new UserErrorException(
                    ExitCode.Usage,
                    $"Calibration '{file}', line {key.Start.Line}: '{prefix}{key}' is no key of a calibration file; there are {string.Join(", ", keys!)}.");
            }
        }
    }

    public string Text(string key) =>
        Child(key) is YamlScalarNode { Value: { Length: > 0 } value } ? value : throw Refuse(key, "a text is expected");

    public int Integer(string key, int least, int most) =>
        int.TryParse(Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw Refuse(key, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most} is expected, not '{Text(key)}'"));

    /// <summary>A matrix of the given shape, row-major.</summary>
    public IReadOnlyList<double> Matrix(string key, int rows, int columns)
    {
        if (Child(key) is not YamlMappingNode matrix)
        {
            throw Refuse(key, "rows, cols and data are expected");
        }

        var node = new CalibrationNode(file, $"{prefix}{key}.", matrix);
        node.RefuseOtherKeys("rows", "cols", "data");
        int givenRows = node.Integer("rows", 1, 16);
        int givenColumns = node.Integer("cols", 1, 16);
        if (givenRows != rows || givenColumns != columns)
        {
            throw Refuse(key, $"{rows}x{columns} values are expected, not {givenRows}x{givenColumns}");
        }

        if (node.Child("data") is not YamlSequenceNode data || data.Children.Count != rows * columns)
        {
            throw node.Refuse("data", $"a list of {rows * columns} numbers is expected");
        }

        return [.. data.Children.Select(node.Number)];
    }

    public UserErrorException Refuse(string key, string reason)
    {
        long line = mapping.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? value) ? value.Start.Line : mapping.Start.Line;
        return new UserErrorException(ExitCode.Usage, $"Calibration '{file}', line {line}: {prefix}{key}: {reason}.");
    }

    private YamlNode Child(string key) =>
        mapping.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? value) ? value : throw Refuse(key, "this key is missing");

    private double Number(YamlNode node) =>
        node is YamlScalarNode { Value: { } text } && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw new UserErrorException(
                ExitCode.Usage, $"Calibration '{file}', line {node.Start.Line}: {prefix}data holds '{node}', which is no finite number.");
}
