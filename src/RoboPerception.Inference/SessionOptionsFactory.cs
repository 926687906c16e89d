using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace RoboPerception.Inference;

/// <summary>The settings of a session for each execution provider, in one place.</summary>
internal static class SessionOptionsFactory
{
    public static SessionOptions Create(ModelFile model, ExecutionProvider provider, InferenceSettings settings)
    {
        SessionOptions options = Common(settings);
        try
        {
            if (provider == ExecutionProvider.TensorRt)
            {
                AppendTensorRt(options, settings, EngineCache.FolderFor(model, settings));
            }
            if (provider is ExecutionProvider.TensorRt or ExecutionProvider.Cuda)
            {
                // Behind TensorRT too: it takes the operators TensorRT refuses.
                AppendCuda(options, provider == ExecutionProvider.Cuda ? settings : settings with { CudaGraph = false });
            }
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    /// <summary>The CPU computing every node by itself as the file says: no optimisation that could hide or make a difference.</summary>
    public static SessionOptions CreatePlain(InferenceSettings settings)
    {
        SessionOptions options = Common(settings);
        options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL;
        return options;
    }

    /// <summary>Loads a provider's libraries without a model.</summary>
    public static void Probe(ExecutionProvider provider, InferenceSettings settings)
    {
        using SessionOptions options = Common(settings);
        switch (provider)
        {
            case ExecutionProvider.TensorRt:
                AppendTensorRt(options, settings, cacheFolder: null);
                break;
            case ExecutionProvider.Cuda:
                AppendCuda(options, settings);
                break;
        }
    }

    private static SessionOptions Common(InferenceSettings settings)
    {
        var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = settings.Threads,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", settings.AllowSpinning ? "1" : "0");
        return options;
    }

    private static void AppendCuda(SessionOptions options, InferenceSettings settings)
    {
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(CudaOptions(settings));
        options.AppendExecutionProvider_CUDA(cuda);
    }

    /// <summary>The options of the CUDA provider.</summary>
    internal static Dictionary<string, string> CudaOptions(InferenceSettings settings)
    {
        var values = new Dictionary<string, string>
        {
            ["device_id"] = Number(settings.DeviceId),
            // One fixed shape: the search runs once, during warm-up.
            ["cudnn_conv_algo_search"] = "EXHAUSTIVE",
            // Doubling would reserve up to twice what the model needs, on a Jetson from the memory the cameras share.
            ["arena_extend_strategy"] = "kSameAsRequested",
        };
        if (settings.CudaGraph)
        {
            values["enable_cuda_graph"] = "1";
        }
        return values;
    }

    private static void AppendTensorRt(SessionOptions options, InferenceSettings settings, string? cacheFolder)
    {
        using var tensorRt = new OrtTensorRTProviderOptions();
        tensorRt.UpdateOptions(TensorRtOptions(settings, cacheFolder));
        options.AppendExecutionProvider_Tensorrt(tensorRt);
    }

    /// <summary>The part of the options that decides what engine is built (no folder given), and where it is kept.</summary>
    internal static Dictionary<string, string> TensorRtOptions(InferenceSettings settings, string? cacheFolder)
    {
        var values = new Dictionary<string, string>
        {
            ["device_id"] = Number(settings.DeviceId),
            ["trt_fp16_enable"] = settings.TensorRtHalfPrecision ? "1" : "0",
            ["trt_max_workspace_size"] = Number(settings.TensorRtWorkspaceBytes),
        };
        if (cacheFolder is not null)
        {
            values["trt_engine_cache_enable"] = "1";
            values["trt_engine_cache_path"] = cacheFolder;
            values["trt_timing_cache_enable"] = "1";
            values["trt_timing_cache_path"] = cacheFolder;
        }
        return values;
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
