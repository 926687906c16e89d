using RoboPerception.Core;
using RoboPerception.Inference.Tests.Models;

namespace RoboPerception.Inference.Tests;

/// <summary>Providers are tried in the order given, for real; what did not load is said with reason and remedy.</summary>
public sealed class ProviderChoiceTests
{
    [Fact]
    public void A_provider_that_fails_while_it_serves_is_left_and_the_frame_is_processed()
    {
        ModelFile model = new TestModel().Load(), fragile = new TestModel { FailsOnWhite = true }.Load();
        var settings = new InferenceSettings { Providers = [ExecutionProvider.Cuda, ExecutionProvider.Cpu], Threads = 1 };
        var selector = new ExecutionProviderSelector(model, settings, (m, provider, s, buffers) =>
            PerceptionSession.Open(provider == ExecutionProvider.Cuda ? fragile : m, ExecutionProvider.Cpu, s, buffers, provider));
        using PerceptionEngine engine = PerceptionEngine.Start(model, settings, selector);
        int changes = 0;
        engine.Changed += (_, _) => changes++;
        engine.Input.Fill(100);
        engine.Run(0);
        Assert.Equal((ExecutionProvider.Cuda, 0), (engine.Provider, changes));

        engine.Input.Fill(255);
        engine.Run(1);
        Assert.Equal((ExecutionProvider.Cpu, 1), (engine.Provider, changes));
        Assert.All(engine.Outputs[1].Depth.ToArray(), metres => Assert.Equal(2.55f, metres, 1e-5f));
        Assert.All(engine.Outputs[0].Depth.ToArray(), metres => Assert.Equal(1f, metres, 1e-5f));
        Assert.Contains("failed while it served", engine.Attempts[^1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failing_run_with_no_further_provider_is_an_exception()
    {
        ModelFile fragile = new TestModel { FailsOnWhite = true }.Load();
        using PerceptionEngine engine = PerceptionEngine.Start(fragile, new InferenceSettings { Providers = [ExecutionProvider.Cpu], Threads = 1 });
        engine.Input.Fill(255);
        Assert.Throws<Microsoft.ML.OnnxRuntime.OnnxRuntimeException>(() => engine.Run(0));
    }

    [Fact]
    public void The_names_are_read_in_order() =>
        Assert.Equal([ExecutionProvider.Cuda, ExecutionProvider.Cpu], ExecutionProviders.Parse("cuda, cpu"));

    [Theory]
    [InlineData("cuda,gpu", "'gpu'")]
    [InlineData("cpu,cpu", "twice")]
    [InlineData(" , ", "empty")]
    public void A_wrong_list_is_a_usage_error(string list, string expected)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => ExecutionProviders.Parse(list));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_list_serves_on_this_machine_and_accounts_for_every_provider_before_the_one_that_serves()
    {
        using PerceptionEngine engine = PerceptionEngine.Start(new TestModel().Load(), new InferenceSettings());
        IReadOnlyList<ProviderAttempt> attempts = engine.Attempts;
        Assert.Contains(attempts, a => a.Loaded && a.Provider == engine.Provider);
        Assert.All(attempts.Where(a => !a.Loaded), a => Assert.True(a.Reason.Length > 0 && a.Remedy.Length > 0, a.ToString()));
        Assert.All(attempts, a => Assert.DoesNotContain("[", a.Reason, StringComparison.Ordinal));
        if (engine.Provider == ExecutionProvider.Cpu && !engine.IsBuilding)
        {
            Assert.Equal(ExecutionProviders.Default, attempts.Select(a => a.Provider));
        }
        engine.Run(0);
    }

    [Fact]
    public void A_list_of_which_none_works_says_why_for_each()
    {
        ModelFile model = new TestModel().Load();
        var settings = new InferenceSettings { Providers = [ExecutionProvider.TensorRt, ExecutionProvider.Cuda] };
        var selector = new ExecutionProviderSelector(model, settings, (_, _, _, _) => throw new DllNotFoundException("libonnxruntime_providers_cuda.so: libcudnn.so.9: cannot open"));
        UserErrorException error = Assert.Throws<UserErrorException>(() => PerceptionEngine.Start(model, settings, selector, Absent));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("add cpu to the list", error.Message, StringComparison.Ordinal);
        Assert.Contains("tensorrt: not used: no libnvinfer.so.10 (install TensorRT)", error.Message, StringComparison.Ordinal);
        Assert.Contains("cuda: not used: libonnxruntime_providers_cuda.so: libcudnn.so.9: cannot open (install cuDNN 9", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_whose_kernels_cannot_be_recorded_runs_on_CUDA_without()
    {
        ModelFile model = new TestModel().Load();
        var asked = new List<bool>();
        var selector = new ExecutionProviderSelector(model, new InferenceSettings(), (m, provider, s, buffers) =>
        {
            asked.Add(s.CudaGraph);
            return s.CudaGraph ? throw new EntryPointNotFoundException("a node is not assigned to CUDA") : PerceptionSession.Open(m, ExecutionProvider.Cpu, s, buffers, provider);
        });
        (PerceptionSession? session, ProviderAttempt attempt) = selector.TryOpen(ExecutionProvider.Cuda, new FrameBuffers(model.Description, 1));
        using (session)
        {
            Assert.True(attempt.Loaded, attempt.Reason);
            Assert.Equal(ExecutionProvider.Cuda, session!.Provider);
        }
        Assert.Equal([true, false], asked);
        Assert.EndsWith(" s; its kernels are launched one by one, because recorded as a CUDA graph they do not run: a node is not assigned to CUDA", attempt.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_provider_that_predicts_otherwise_than_the_CPU_is_not_used()
    {
        ModelFile model = new TestModel().Load();
        ModelFile wrong = new TestModel { DepthGain = 0.02f }.Load();
        var settings = new InferenceSettings { Providers = [ExecutionProvider.Cuda, ExecutionProvider.Cpu] };
        // The processor stands in for a GPU whose kernels are wrong: it runs another model.
        var selector = new ExecutionProviderSelector(model, settings, (m, provider, s, buffers) =>
            PerceptionSession.Open(provider == ExecutionProvider.Cuda ? wrong : m, ExecutionProvider.Cpu, s, buffers));
        using PerceptionEngine engine = PerceptionEngine.Start(model, settings, selector);
        Assert.Equal(ExecutionProvider.Cpu, engine.Provider);
        Assert.Contains("depth: mean relative error 1, allowed 0.02", engine.Attempts[0].Reason, StringComparison.Ordinal);
        Assert.True(engine.Attempts[1].Loaded);
    }

    [Fact]
    public void A_model_that_predicts_as_at_export_serves_and_one_that_does_not_is_refused()
    {
        ModelFile plain = new TestModel().Load();
        var buffers = new FrameBuffers(plain.Description, 1);
        using (PerceptionSession session = PerceptionSession.Open(plain, ExecutionProvider.Cpu, new InferenceSettings(), buffers))
        {
            session.WarmUp(buffers);
        }
        OutputBuffers predictions = buffers.Outputs[0];
        var golden = new GoldenPair(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(buffers.Input)), new Dictionary<string, IReadOnlyList<float>>
        {
            ["segmentation"] = GoldenMeans.Of(predictions.Segmentation, 8, 16),
            ["depth"] = GoldenMeans.Of(predictions.Depth, 1, 8, 16),
            ["normals"] = GoldenMeans.Of(predictions.Normals, 3, 8, 16),
        });
        var settings = new InferenceSettings { Providers = [ExecutionProvider.Cpu] };

        PerceptionEngine.Start(new TestModel { Describe = d => d with { Golden = golden } }.Load(), settings).Dispose();

        ModelFile other = new TestModel { DepthGain = 0.02f, Describe = d => d with { Golden = golden } }.Load();
        UserErrorException error = Assert.Throws<UserErrorException>(() => PerceptionEngine.Start(other, settings));
        Assert.Equal(ExitCode.ModelContract, error.ExitCode);
        Assert.Contains("does not predict what it did at export: output 'depth' has mean", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Failed to load library /a/libonnxruntime_providers_tensorrt.so with error: libnvinfer.so.10: cannot open shared object file", "install TensorRT 10")]
    [InlineData("Failed to load library /a/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file", "install the CUDA libraries")]
    [InlineData("Failed to load library /a/libonnxruntime_providers_cuda.so with error: libcuda.so.1: cannot open shared object file", "install the NVIDIA driver")]
    [InlineData("Failed to load library /a/libonnxruntime_providers_cuda.so with error: /a/libonnxruntime_providers_cuda.so: cannot open shared object file", "run launch/setup.sh on the GPU machine")]
    [InlineData("Unable to find an entry point named 'OrtSessionOptionsAppendExecutionProvider_CUDA' in shared library 'onnxruntime'.", "name a GPU build in ROBOPERCEPTION_ONNXRUNTIME")]
    [InlineData("CUDA failure 100: no CUDA-capable device is detected", "nvidia-smi")]
    public void The_remedy_is_for_the_library_that_is_missing(string reason, string remedy) =>
        Assert.Contains(remedy, ProviderRemedy.For(ExecutionProvider.Cuda, reason), StringComparison.Ordinal);

    [Theory]
    [InlineData("Failed to load library /a/libonnxruntime_providers_cuda.so with error: libcuda.so.1: cannot open shared object file: No such file", "libcuda.so.1 is not on this machine")]
    [InlineData("Failed to load library /a/libx.so with error: /a/libx.so: cannot open shared object file", "libx.so is not on this machine")]
    [InlineData("CUDA failure 100: no CUDA-capable device is detected", "CUDA failure 100: no CUDA-capable device is detected")]
    public void A_missing_library_is_named_once(string reason, string expected) => Assert.Equal(expected, ProviderRemedy.Shorten(reason));

    private static ProviderAttempt Absent(ExecutionProvider provider) => new(provider, false, "no libnvinfer.so.10", "install TensorRT", TimeSpan.Zero);
}
