using System.Globalization;
using System.Text.Json;

namespace RoboPerception.Core;

/// <summary>
/// The text form of a <see cref="ModelDescription"/>: one <c>metadata_props</c> entry per fact, keys below
/// <see cref="Prefix"/>, structured values as JSON. Reading names the entry that is missing or wrong and what was expected.
/// </summary>
public static class ModelMetadata
{
    /// <summary>All our keys start with this, so that other tools' entries do not meet ours.</summary>
    public const string Prefix = "roboperception.";

    /// <summary>Version of the contract this code writes and reads.</summary>
    public const string ContractVersion = "1";

    /// <summary>The entries of a description, sorted by key.</summary>
    public static SortedDictionary<string, string> Write(ModelDescription model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [Prefix + "contract"] = ContractVersion,
            [Prefix + "name"] = model.Name,
            [Prefix + "architecture"] = model.Architecture,
            [Prefix + "tasks"] = string.Join(',', model.Outputs.Select(o => KindName(o.Kind))),
            [Prefix + "dataset"] = model.DataSet,
            [Prefix + "licence"] = model.Licence,
            [Prefix + "training_commit"] = model.TrainingCommit,
            [Prefix + "metrics"] = JsonSerializer.Serialize(model.Metrics.ToDictionary(), MetadataJson.Default.DictionaryStringDouble),
            [Prefix + "input"] = JsonSerializer.Serialize(InputEntry.From(model.Input), MetadataJson.Default.InputEntry),
        };
        foreach (ModelOutput output in model.Outputs)
        {
            entries[Prefix + "output." + output.Name] = JsonSerializer.Serialize(OutputEntry.From(output), MetadataJson.Default.OutputEntry);
        }
        if (model.Golden is { } golden)
        {
            entries[Prefix + "golden"] = JsonSerializer.Serialize(
                new GoldenEntry(golden.InputSha256, golden.OutputMeans.ToDictionary(p => p.Key, p => p.Value.ToArray())), MetadataJson.Default.GoldenEntry);
        }
        return entries;
    }

    /// <summary>Reads a description back.</summary>
    /// <exception cref="FormatException">An entry is missing or wrong; the message names it and says what was expected.</exception>
    public static ModelDescription Read(IReadOnlyDictionary<string, string> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        string version = Text(entries, "contract");
        if (version != ContractVersion)
        {
            throw new FormatException($"{Prefix}contract is '{version}', expected '{ContractVersion}'");
        }
        string[] tasks = Text(entries, "tasks").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var outputs = new List<ModelOutput>();
        string outputPrefix = Prefix + "output.";
        foreach ((string key, string value) in entries.Where(e => e.Key.StartsWith(outputPrefix, StringComparison.Ordinal)))
        {
            OutputEntry entry = Json(key[Prefix.Length..], value, MetadataJson.Default.OutputEntry);
            outputs.Add(entry.ToOutput(key[outputPrefix.Length..], key));
        }
        if (outputs.Count == 0)
        {
            throw new FormatException($"{outputPrefix}<name> is missing: the file describes no output");
        }
        outputs = [.. outputs.OrderBy(o => Array.IndexOf(tasks, KindName(o.Kind)))];
        string described = string.Join(',', outputs.Select(o => KindName(o.Kind)));
        if (described != string.Join(',', tasks))
        {
            throw new FormatException($"{Prefix}tasks is '{string.Join(',', tasks)}', but the described outputs are '{described}'");
        }
        InputEntry input = Json("input", Text(entries, "input"), MetadataJson.Default.InputEntry);
        GoldenEntry? golden = entries.TryGetValue(Prefix + "golden", out string? goldenText)
            ? Json("golden", goldenText, MetadataJson.Default.GoldenEntry)
            : null;
        return new ModelDescription
        {
            Name = Text(entries, "name"),
            Architecture = Text(entries, "architecture"),
            DataSet = Text(entries, "dataset"),
            Licence = Text(entries, "licence"),
            TrainingCommit = Text(entries, "training_commit"),
            Metrics = Json("metrics", Text(entries, "metrics"), MetadataJson.Default.DictionaryStringDouble),
            Input = input.ToInput(),
            Outputs = outputs,
            Golden = golden is null ? null : new GoldenPair(golden.InputSha256, golden.OutputMeans.ToDictionary(p => p.Key, p => (IReadOnlyList<float>)p.Value)),
        };
    }

    /// <summary>The task's name as it appears in topics, metadata and tables.</summary>
    public static string KindName(OutputKind kind) => kind switch
    {
        OutputKind.Segmentation => "segmentation",
        OutputKind.Depth => "depth",
        OutputKind.Normals => "normals",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Only segmentation, depth and normals are outputs of a model."),
    };

    internal static FormatException Wrong(string key, string found, string expected) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{key} is '{found}', expected {expected}"));

    private static string Text(IReadOnlyDictionary<string, string> entries, string key) =>
        entries.TryGetValue(Prefix + key, out string? value) && value.Length > 0
            ? value
            : throw new FormatException($"{Prefix}{key} is missing from the model's metadata_props");

    private static T Json<T>(string key, string text, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(text, type) ?? throw new FormatException($"{Prefix}{key} is null, expected a JSON object");
        }
        catch (JsonException e)
        {
            throw new FormatException($"{Prefix}{key} is not the JSON expected there: {e.Message}", e);
        }
    }
}
