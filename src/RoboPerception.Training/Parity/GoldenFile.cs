using RoboPerception.Core;
using RoboPerception.Training.Data;

namespace RoboPerception.Training.Parity;

/// <summary>A file of reference values: tensors by name and a string-to-string metadata map that says what they belong to.</summary>
internal sealed class GoldenFile : SafeTensors
{
    private const string FormatName = "golden-reference-1";

    private GoldenFile(string path)
        : base(path)
    {
    }

    /// <summary>What the values belong to, e.g. <c>mtan</c>.</summary>
    public string Model => Metadata.GetValueOrDefault("model", "");

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">Missing, damaged, or not a file of reference values.</exception>
    public static new GoldenFile Read(string path)
    {
        var file = new GoldenFile(path);
        var format = file.Metadata.GetValueOrDefault("format");
        return format == FormatName
            ? file
            : throw new UserErrorException(ExitCode.Usage, $"'{path}' is not a readable reference file: its format is '{format}', not '{FormatName}'.");
    }

    /// <summary>The only element of a float32 tensor.</summary>
    public double Scalar(string name) => Floats(name)[0];
}
