using RoboPerception.Core;
using RoboPerception.Onnx;
using ModelMetadata = RoboPerception.Core.ModelMetadata;

namespace RoboPerception.Training.Export;

/// <summary>A model file that this program wrote.</summary>
internal static class ExportedFile
{
    private const int FaultsShown = 3;

    /// <summary>Whether a path names one, rather than a checkpoint.</summary>
    public static bool Is(string path) => path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>The graph and what the file says about itself.</summary>
    /// <exception cref="UserErrorException">The file is missing, not ONNX, or without our metadata.</exception>
    public static (OnnxModel Model, ModelDescription Description) Read(string path)
    {
        try
        {
            var model = OnnxFile.Read(path);
            return (model, ModelMetadata.Read(model.Metadata));
        }
        catch (Exception error) when (error is FormatException or IOException)
        {
            throw new UserErrorException(ExitCode.ModelContract, $"'{path}' cannot be used: {error.Message}", error);
        }
    }

    /// <summary>Passes a graph without faults.</summary>
    /// <exception cref="UserErrorException">The graph has some; the message lists them.</exception>
    public static void Check(string path, Graph graph)
    {
        if (GraphChecker.Faults(graph) is { Count: > 0 } faults)
        {
            var more = faults.Count > FaultsShown ? $"; and {faults.Count - FaultsShown} more" : "";
            throw new UserErrorException(ExitCode.ModelContract, $"'{path}' cannot be used: {string.Join("; ", faults.Take(FaultsShown))}{more}.");
        }
    }
}
