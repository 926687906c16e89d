using RoboPerception.Inference.Tests.Models;

namespace RoboPerception.Inference.Tests;

/// <summary>While TensorRT builds, the next provider serves; the change happens between two runs and only if the engine is right.</summary>
public sealed class EngineBuildingTests : IDisposable
{
    private readonly TemporaryFolder cache = new();
    private readonly ManualResetEventSlim mayFinish = new();
    private readonly ManualResetEventSlim done = new();
    private readonly ModelFile model = new TestModel().Load();

    public void Dispose()
    {
        mayFinish.Dispose();
        done.Dispose();
        cache.Dispose();
    }

    [Fact]
    public void Frames_are_served_while_an_engine_builds_and_from_it_afterwards()
    {
        using PerceptionEngine engine = Start(model);
        Assert.True(engine.IsBuilding);
        Assert.Equal(ExecutionProvider.Cpu, engine.Provider);
        engine.Input.Fill(30);
        engine.Run(0);
        Assert.Equal(0.3f, engine.Outputs[0].Depth[0], 5);

        Finish();
        Assert.False(engine.IsBuilding);
        engine.Input.Fill(60);
        engine.Run(1);
        Assert.Equal(ExecutionProvider.TensorRt, engine.Provider);
        Assert.Equal(0.6f, engine.Outputs[1].Depth[0], 5);
        Assert.Equal(0.3f, engine.Outputs[0].Depth[0], 5);
        Assert.Equal([ExecutionProvider.Cpu, ExecutionProvider.TensorRt], engine.Attempts.Select(a => a.Provider));
    }

    [Fact]
    public void A_built_engine_that_drifts_never_serves()
    {
        using PerceptionEngine engine = Start(new TestModel { DepthGain = 0.011f }.Load());
        Finish();
        engine.Run(0);
        Assert.Equal(ExecutionProvider.Cpu, engine.Provider);
        Assert.False(engine.Attempts[^1].Loaded);
        Assert.Contains("depth: mean relative error", engine.Attempts[^1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_drifting_engine_from_the_cache_is_thrown_away_and_built_once_more()
    {
        string folder = EngineCache.FolderFor(model, Settings);
        string kept = Path.Combine(folder, "old.engine");
        File.WriteAllText(kept, "of another model");
        ModelFile wrong = new TestModel { DepthGain = 0.02f }.Load();
        var selector = new ExecutionProviderSelector(model, Settings, (m, provider, s, buffers) =>
            Relabelled(File.Exists(kept) ? wrong : m, s, buffers));
        (PerceptionSession? session, ProviderAttempt attempt) = selector.TryOpen(ExecutionProvider.TensorRt, new FrameBuffers(model.Description, 1));
        session?.Dispose();
        Assert.True(attempt.Loaded, attempt.ToString());
        Assert.False(File.Exists(kept));
    }

    [Fact]
    public void Ending_while_an_engine_builds_throws_the_engine_away()
    {
        PerceptionEngine engine = Start(model);
        engine.Dispose();
        Finish();
        Assert.Throws<ObjectDisposedException>(() => engine.Run(0));
    }

    private InferenceSettings Settings => new() { Providers = [ExecutionProvider.TensorRt, ExecutionProvider.Cpu], EngineCacheFolder = cache.Path, Threads = 1 };

    /// <summary>The processor stands in for TensorRT: a session that takes until the test says so.</summary>
    private PerceptionEngine Start(ModelFile built)
    {
        var selector = new ExecutionProviderSelector(model, Settings, (model, provider, settings, buffers) =>
        {
            if (provider == ExecutionProvider.Cpu)
            {
                return PerceptionSession.Open(model, provider, settings, buffers);
            }
            mayFinish.Wait();
            return Relabelled(built, settings, buffers);
        });
        PerceptionEngine engine = PerceptionEngine.Start(model, Settings, selector, provider => new ProviderAttempt(provider, true, "", "", TimeSpan.Zero));
        engine.Changed += (_, _) => done.Set();
        return engine;
    }

    private static PerceptionSession Relabelled(ModelFile model, InferenceSettings settings, FrameBuffers buffers) =>
        PerceptionSession.Open(model, ExecutionProvider.Cpu, settings, buffers, ExecutionProvider.TensorRt);

    private void Finish()
    {
        mayFinish.Set();
        Assert.True(done.Wait(TimeSpan.FromSeconds(60)));
    }
}
