using System.Globalization;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Data;

namespace RoboPerception.Training.Parity;

/// <summary>A file of reference values: tensors by name and a string-to-string metadata map that says what they belong to.</summary>
internal sealed class GoldenFile : SafeTensors
{
    private const string FormatName = "golden-reference-1", ParameterPrefix = "param/";

    private readonly JsonElement config;
    private readonly GoldenFile parameters;

    private GoldenFile(string path, bool followed)
        : base(path)
    {
        var format = Metadata.GetValueOrDefault("format");
        if (format != FormatName)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{path}' is not a readable reference file: its format is '{format}', not '{FormatName}'.");
        }

        config = ReadConfig();
        parameters = this;
        if (Metadata.TryGetValue("parameters_from", out var name))
        {
            // A name, not a path: a file names its neighbour and nothing else on the machine.
            parameters = !followed && name.Length > 0 && name == System.IO.Path.GetFileName(name)
                ? new GoldenFile(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, System.IO.Path.HasExtension(name) ? name : name + ".safetensors"), followed: true)
                : throw new UserErrorException(ExitCode.Usage, $"'{path}' takes its parameters from '{name}', which is no file of the same folder with parameters of its own.");
        }
    }

    /// <summary>What the values belong to, e.g. <c>mtan</c>.</summary>
    public string Model => Metadata.GetValueOrDefault("model", "");

    /// <summary>Names of the parameters and buffers, in this file or the one that it names, without their prefix.</summary>
    public IEnumerable<string> Parameters => parameters.Names.Where(name => name.StartsWith(ParameterPrefix, StringComparison.Ordinal)).Select(name => name[ParameterPrefix.Length..]);

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">Missing, damaged, or not a file of reference values.</exception>
    public static new GoldenFile Read(string path) => new(path, followed: false);

    /// <summary>Whether there is a parameter.</summary>
    public bool HasParameter(string name) => parameters.Has(ParameterPrefix + name);

    /// <summary>Whether a parameter's name begins so.</summary>
    public bool HasPart(string prefix) => Parameters.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Dimensions of a parameter.</summary>
    public IReadOnlyList<long> ParameterShape(string name) => parameters.Shape(ParameterPrefix + name);

    /// <summary>Outputs of a parameter, or null where there is none of that name.</summary>
    public long? Channels(string name) => HasParameter(name) ? ParameterShape(name)[0] : null;

    /// <summary>A parameter.</summary>
    public TorchSharp.torch.Tensor Parameter(string name) => parameters.Tensor(ParameterPrefix + name);

    /// <summary>The image, in this file or the one with the parameters.</summary>
    public TorchSharp.torch.Tensor Input() => (Has("input") ? this : parameters).Tensor("input");

    /// <summary>The only element of a float32 tensor.</summary>
    public double Scalar(string name) => Floats(name) is [var value, ..] ? value : throw new UserErrorException(ExitCode.Usage, $"Tensor '{name}' of '{Path}' is empty.");

    /// <summary>Whether a tensor's name begins so.</summary>
    public bool HasGroup(string prefix) => Names.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>An entry of the configuration, if it is there and not null.</summary>
    public bool TryConfig(string key, out JsonElement value)
    {
        value = default;
        return config.ValueKind == JsonValueKind.Object && config.TryGetProperty(key, out value) && value.ValueKind != JsonValueKind.Null;
    }

    /// <summary>A number of the configuration or of the metadata itself, or null.</summary>
    public double? Number(string key)
    {
        var text = TryConfig(key, out var value) ? value.ToString() : Metadata.GetValueOrDefault(key);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
    }

    /// <summary>A list of the configuration as texts, or null.</summary>
    public string[]? List(string key) => TryConfig(key, out var value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => item.ToString())] : null;

    /// <summary>Height and width of the predictions: as the metadata says, else as the stored ones have it, else the input's.</summary>
    public (long Height, long Width) OutputSize(long[] input)
    {
        if (Number("output_height") is { } height && Number("output_width") is { } width)
        {
            return ((long)height, (long)width);
        }

        var stored = Names.FirstOrDefault(name => (name.StartsWith("output/", StringComparison.Ordinal) || name.StartsWith("train_output/", StringComparison.Ordinal)) && Shape(name).Count == 4);
        return stored is null ? (input[2], input[3]) : (Shape(stored)[2], Shape(stored)[3]);
    }

    private JsonElement ReadConfig()
    {
        try
        {
            using var document = JsonDocument.Parse(Metadata.GetValueOrDefault("config", "{}"));
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new UserErrorException(ExitCode.Usage, $"The entry 'config' in the metadata of '{Path}' is no JSON: {error.Message}", error);
        }
    }
}
