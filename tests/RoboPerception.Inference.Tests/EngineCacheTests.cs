using RoboPerception.Inference.Tests.Models;

namespace RoboPerception.Inference.Tests;

/// <summary>An engine is found again only by the model, options, versions and GPU it was built for.</summary>
public sealed class EngineCacheTests : IDisposable
{
    private const string Platform = "tensorrt 101000\ngpu Orin, compute capability 8.7, driver API 12060";
    private readonly TemporaryFolder folder = new();
    private readonly ModelFile model = new TestModel().Load();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_same_combination_finds_the_same_folder()
    {
        Assert.Equal(Folder(), Folder());
        Assert.StartsWith(folder.Path, Folder(), StringComparison.Ordinal);
        Assert.Contains(model.Sha256, File.ReadAllText(Path.Combine(Folder(), "key.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_model_option_TensorRT_or_GPU_has_another_folder()
    {
        string[] folders =
        [
            Folder(),
            EngineCache.FolderFor(new TestModel { DepthGain = 1 }.Load(), Settings, Platform),
            EngineCache.FolderFor(model, Settings with { TensorRtHalfPrecision = false }, Platform),
            EngineCache.FolderFor(model, Settings with { TensorRtWorkspaceBytes = 1 << 20 }, Platform),
            EngineCache.FolderFor(model, Settings, Platform.Replace("101000", "101300", StringComparison.Ordinal)),
            EngineCache.FolderFor(model, Settings, Platform.Replace("8.7", "8.9", StringComparison.Ordinal)),
        ];
        Assert.Equal(folders.Length, folders.Distinct().Count());
    }

    [Fact]
    public void A_setting_that_does_not_change_the_engine_finds_it_again() =>
        Assert.Equal(Folder(), EngineCache.FolderFor(model, Settings with { Threads = 7, OutputSets = 5 }, Platform));

    [Fact]
    public void Discarding_empties_the_folder_only()
    {
        File.WriteAllText(Path.Combine(Folder(), "a.engine"), "");
        string other = EngineCache.FolderFor(model, Settings with { TensorRtHalfPrecision = false }, Platform);
        File.WriteAllText(Path.Combine(other, "b.engine"), "");
        EngineCache.Discard(Folder());
        Assert.False(EngineCache.HoldsEngine(Folder()));
        Assert.True(EngineCache.HoldsEngine(other));
    }

    private InferenceSettings Settings => new() { EngineCacheFolder = folder.Path };

    private string Folder() => EngineCache.FolderFor(model, Settings, Platform);
}
