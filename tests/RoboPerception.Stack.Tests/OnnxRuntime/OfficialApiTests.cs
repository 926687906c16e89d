using Microsoft.ML.OnnxRuntime;

namespace RoboPerception.Stack.Tests.OnnxRuntime;

/// <summary>The C# sources and the native library that setup brought together fit: a real session runs, and fails as documented.</summary>
public sealed class OfficialApiTests
{
    // An ONNX file (IR 8, operator set 13): float32 x[2] -> y[2] = Add(x, x).
    private static readonly byte[] Doubling = Convert.FromBase64String(
        "CAg6NQoOCgF4CgF4EgF5IgNBZGQSAWdaDwoBeBIKCggIARIECgIIAmIPCgF5EgoKCAgBEgQKAggCQgQKABAN");

    [Fact]
    public void The_native_library_has_the_version_the_sources_are_of() =>
        Assert.StartsWith("1.29.", OrtEnv.Instance().GetVersionString(), StringComparison.Ordinal);

    [Fact]
    public void The_CPU_provider_is_always_there() =>
        Assert.Contains("CPUExecutionProvider", OrtEnv.Instance().GetAvailableProviders());

    [Fact]
    public void A_session_with_bound_buffers_computes()
    {
        float[] x = [3, -4], y = [0, 0];
        using var session = new InferenceSession(Doubling);
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(x, [2]);
        using OrtValue output = OrtValue.CreateTensorValueFromMemory(y, [2]);
        using OrtIoBinding binding = session.CreateIoBinding();
        binding.BindInput("x", input);
        binding.BindOutput("y", output);
        using var options = new RunOptions();
        session.RunWithBinding(options, binding);
        Assert.Equal([6f, -8f], y);
    }

    [Fact]
    public void Metadata_of_the_graph_is_readable()
    {
        using var session = new InferenceSession(Doubling);
        Assert.Equal([2], session.InputMetadata["x"].Dimensions);
        Assert.Equal(typeof(float), session.OutputMetadata["y"].ElementType);
    }

    [Fact]
    public void A_wrong_name_is_an_OnnxRuntimeException()
    {
        using var session = new InferenceSession(Doubling);
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(new float[2], [2]);
        using OrtIoBinding binding = session.CreateIoBinding();
        OnnxRuntimeException error = Assert.Throws<OnnxRuntimeException>(() => binding.BindInput("nobody", value));
        Assert.StartsWith("[ErrorCode:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_model_are_an_OnnxRuntimeException() =>
        Assert.StartsWith("[ErrorCode:InvalidProtobuf]", Assert.Throws<OnnxRuntimeException>(() => new InferenceSession(Doubling[..10])).Message, StringComparison.Ordinal);
}
