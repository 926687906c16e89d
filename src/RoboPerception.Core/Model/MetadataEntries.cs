using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RoboPerception.Core;

internal sealed record InputEntry(
    string Name, int Width, int Height, string Layout, string ColourOrder, string ResizeMode, double[] Mean, double[] Std, double[]? TrainingIntrinsics = null)
{
    private static readonly string[] Fits = [.. Enum.GetNames<ResizeFit>().Select(name => name.ToLowerInvariant())];

    public static InputEntry From(ModelInput input) => new(
        input.Name, input.Width, input.Height, input.Layout, input.ColourOrder, input.Fit.ToString().ToLowerInvariant(), [.. input.Mean], [.. input.StandardDeviation],
        input.TrainingIntrinsics is { } k ? [k.Fx, k.Fy, k.Cx, k.Cy] : null);

    public ModelInput ToInput()
    {
        const string key = ModelMetadata.Prefix + "input";
        if (Width <= 0 || Height <= 0)
        {
            throw ModelMetadata.Wrong(key + " size", $"{Width}x{Height}", "a positive width and height");
        }
        if (Layout != "NHWC")
        {
            throw ModelMetadata.Wrong(key + " layout", Layout, "'NHWC'");
        }
        if (ColourOrder != "BGR")
        {
            throw ModelMetadata.Wrong(key + " colour_order", ColourOrder, "'BGR'");
        }
        if (Array.IndexOf(Fits, ResizeMode) is var fit && fit < 0)
        {
            throw ModelMetadata.Wrong(key + " resize_mode", ResizeMode, $"'{string.Join("', '", Fits)}'");
        }
        if (TrainingIntrinsics is { } k && (k.Length != 4 || k[0] <= 0 || k[1] <= 0))
        {
            throw ModelMetadata.Wrong(key + " training_intrinsics", string.Join(',', k), "fx, fy, cx, cy with positive focal lengths");
        }
        return new ModelInput(Name, Width, Height)
        {
            Fit = (ResizeFit)fit,
            Mean = Mean,
            StandardDeviation = Std,
            TrainingIntrinsics = TrainingIntrinsics is { } i ? new CameraIntrinsics(Width, Height, i[0], i[1], i[2], i[3]) : null,
        };
    }
}

internal sealed record ClassEntry(int Id, string Name, string Colour);

internal sealed record OutputEntry(
    string Kind, string? Unit = null, double[]? Range = null, string? Axes = null, string? Sign = null, ClassEntry[]? Classes = null)
{
    public static OutputEntry From(ModelOutput output) => output.Kind switch
    {
        OutputKind.Segmentation => new("segmentation", null, null, null, null,
            [.. output.Classes!.Classes.Select(c => new ClassEntry(c.Id, c.Name, c.Colour))]),
        OutputKind.Depth => new("depth", "m", output.RangeMetres is { } r ? [r.Minimum, r.Maximum] : null, null, null, null),
        OutputKind.Normals => new("normals", null, null, "x right, y down, z forward", "toward the camera", null),
        _ => throw new ArgumentOutOfRangeException(nameof(output), output.Kind, "Not an output of a model."),
    };

    public ModelOutput ToOutput(string name, string key)
    {
        switch (Kind)
        {
            case "segmentation":
                if (Classes is not { Length: > 0 })
                {
                    throw ModelMetadata.Wrong(key + " classes", "empty", "a list of {id, name, colour}");
                }
                try
                {
                    return new ModelOutput(name, OutputKind.Segmentation) { Classes = new ClassMap(Classes.Select(ToClass)) };
                }
                catch (ArgumentException e)
                {
                    throw new FormatException($"{key} classes: {e.Message}", e);
                }
            case "depth":
                if (Unit != "m")
                {
                    throw ModelMetadata.Wrong(key + " unit", Unit ?? "", "'m'");
                }
                return new ModelOutput(name, OutputKind.Depth) { RangeMetres = Range is { Length: 2 } ? (Range[0], Range[1]) : null };
            case "normals":
                if (Axes != "x right, y down, z forward" || Sign != "toward the camera")
                {
                    throw ModelMetadata.Wrong(key + " axes and sign", $"{Axes}; {Sign}", "'x right, y down, z forward' and 'toward the camera'");
                }
                return new ModelOutput(name, OutputKind.Normals);
            default:
                throw ModelMetadata.Wrong(key + " kind", Kind, "'segmentation', 'depth' or 'normals'");
        }
    }

    private static ClassInfo ToClass(ClassEntry entry)
    {
        ReadOnlySpan<char> hex = entry.Colour is { Length: 7 } c && c[0] == '#' ? c.AsSpan(1) : default;
        return int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int rgb)
            ? new ClassInfo(entry.Id, entry.Name, (byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb)
            : throw ModelMetadata.Wrong($"colour of class {entry.Id}", entry.Colour ?? "", "'#RRGGBB'");
    }
}

internal sealed record GoldenEntry(string InputSha256, Dictionary<string, float[]> OutputMeans);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(InputEntry))]
[JsonSerializable(typeof(OutputEntry))]
[JsonSerializable(typeof(GoldenEntry))]
[JsonSerializable(typeof(Dictionary<string, double>))]
internal sealed partial class MetadataJson : JsonSerializerContext;
