using System.CommandLine;
using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.Configuration;

namespace RoboPerception.Node.Commands;

/// <summary><c>engine build</c>: builds TensorRT's engine of a model now, so that the robot's first start does not spend minutes on it.</summary>
internal static class EngineCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var config = new Option<string?>("--config", "-c") { Description = "YAML configuration file: model, engine cache and precision as the node will have them", HelpName = "FILE" };
        var model = new Option<string?>("--model", "-m") { Description = "the ONNX file", HelpName = "FILE" };
        var build = new Command("build", "build the TensorRT engine of a model into the cache that the node looks into; exit code 3 if this machine cannot") { config, model };
        build.SetAction(parsed =>
        {
            var reader = new SettingsReader();
            if (parsed.GetValue(config) is { } file)
            {
                reader.AddFile(file);
            }
            reader.AddEnvironment(Environment.GetEnvironmentVariables()).Add("model.file", parsed.GetValue(model), "--model");
            return BuildEngine(reader.Build());
        });
        return new Command("engine", "TensorRT engines") { build };
    }

    private static int BuildEngine(NodeSettings settings)
    {
        if (settings.OnnxRuntimeLibrary is { } library)
        {
            Environment.SetEnvironmentVariable(OnnxRuntimeLibrary.PathVariable, library);
        }
        ModelFile model = ModelFile.Load(settings.ModelFile.Length > 0 ? settings.ModelFile : DefaultModel.Find());
        // All that the cache's key may depend on, as the node has it.
        var inference = new InferenceSettings
        {
            Providers = [ExecutionProvider.TensorRt],
            TensorRtHalfPrecision = settings.Fp16,
            CudaGraph = settings.CudaGraph,
            EngineCacheFolder = settings.EngineCache,
        };
        Console.Error.WriteLine($"building the engine of {model.Path}; this takes minutes the first time");
        (PerceptionSession? session, ProviderAttempt attempt) = new ExecutionProviderSelector(model, inference).TryOpen(ExecutionProvider.TensorRt, new FrameBuffers(model.Description, 1));
        session?.Dispose();
        if (!attempt.Loaded)
        {
            throw new UserErrorException(ExitCode.ModelContract, $"no engine of '{model.Path}': {attempt.Reason} ({attempt.Remedy})");
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready in {attempt.Duration.TotalSeconds:0.0} s: {EngineCache.FolderFor(model, inference)}"));
        return (int)ExitCode.Ok;
    }
}
