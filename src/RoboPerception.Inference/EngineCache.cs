using System.Security.Cryptography;
using System.Text;

namespace RoboPerception.Inference;

/// <summary>
/// Where TensorRT's engines are kept: one folder for each combination of model content, options, ONNX Runtime, TensorRT and GPU.
/// ONNX Runtime's own key leaves some of these out and has served engines of another model; a folder of one's own cannot.
/// </summary>
internal static class EngineCache
{
    /// <summary><c>$XDG_CACHE_HOME/roboperception</c>, else <c>~/.cache/roboperception</c>.</summary>
    public static string DefaultFolder => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "roboperception");

    /// <summary>The folder for a model on this machine with these settings; made if missing.</summary>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be made.</exception>
    public static string FolderFor(ModelFile model, InferenceSettings settings)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(settings);
        return FolderFor(model, settings, GpuPlatform.Describe(settings.DeviceId));
    }

    internal static string FolderFor(ModelFile model, InferenceSettings settings, string platform)
    {
        string options = string.Join(' ', SessionOptionsFactory.TensorRtOptions(settings, cacheFolder: null).OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => $"{o.Key}={o.Value}"));
        string key = $"model {model.Sha256}\noptions {options}\nonnxruntime {OnnxRuntimeLibrary.LoadedVersion}\n{platform}\n";
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..16];
        string folder = Path.Combine(settings.EngineCacheFolder ?? DefaultFolder, "tensorrt", hash);
        Directory.CreateDirectory(folder);
        // For the person who wonders what may be deleted.
        File.WriteAllText(Path.Combine(folder, "key.txt"), key);
        return folder;
    }

    /// <summary>True if an engine was kept in the folder.</summary>
    public static bool HoldsEngine(string folder) => Directory.EnumerateFiles(folder, "*.engine").Any();

    /// <summary>Deletes what the folder keeps: after an engine in it did not load or predicted wrongly.</summary>
    public static void Discard(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            File.Delete(file);
        }
    }
}
