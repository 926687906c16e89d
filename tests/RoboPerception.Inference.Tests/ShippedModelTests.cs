using RoboPerception.Core;
using RoboPerception.Onnx;

namespace RoboPerception.Inference.Tests;

/// <summary>The files in models/ predict as at export, in their own numbers and in half precision.</summary>
public sealed class ShippedModelTests
{
    private static readonly InferenceSettings Settings = new();
    private static readonly string Models = Path.Combine(Root(), "models");

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Models, "*.onnx").Select(path => Path.GetFileName(path)!).Order()];

    public static TheoryData<string> FloatFiles => [.. Directory.EnumerateFiles(Models, "*.onnx").Select(path => Path.GetFileName(path)!).Where(name => !name.Contains("int8", StringComparison.Ordinal)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void The_file_passes_the_contract_and_its_own_golden_prediction(string file)
    {
        ModelFile model = ModelFile.Load(Path.Combine(Models, file));
        Assert.NotNull(model.Description.Golden);
        SelfCheckResult result = SelfCheck.CompareWithExport(model.Description, Predictions(model).Outputs[0]);
        Assert.True(result.Passed, result.Summary);
        Assert.Empty(ModelFaults.Of(model));
    }

    [Theory]
    [MemberData(nameof(FloatFiles))]
    public void Half_precision_passes_the_self_check_at_half_the_size(string file)
    {
        ModelFile model = ModelFile.Load(Path.Combine(Models, file));
        using var folder = new TemporaryFolder();
        byte[] content = model.InHalfPrecision();
        ModelFile half = ModelFile.Load(folder.Write("half.onnx", content));
        Assert.InRange(content.Length, 0.45 * new FileInfo(model.Path).Length, 0.55 * new FileInfo(model.Path).Length);
        SelfCheckResult result = SelfCheck.Compare(Predictions(model).Outputs[0], Predictions(half).Outputs[0], Settings.Tolerance);
        Assert.True(result.Passed, result.Summary);
        Assert.Empty(ModelFaults.Of(half));
    }

    [Theory]
    [MemberData(nameof(FloatFiles))]
    public void On_the_CPU_the_pads_are_inside_the_convolutions_and_every_bit_is_the_same(string file)
    {
        ModelFile model = ModelFile.Load(Path.Combine(Models, file));
        OnnxModel asItIs = OnnxFile.FromBytes(model.Content), onCpu = OnnxFile.FromBytes(model.ContentFor(ExecutionProvider.Cpu, Settings));
        int pads = asItIs.Graph.Nodes.Count(node => node.Operator == "Pad");
        Assert.Equal(file.Contains("segnet", StringComparison.Ordinal) ? 0 : 5, pads);
        Assert.DoesNotContain(onCpu.Graph.Nodes, node => node.Operator == "Pad");
        Assert.Equal(asItIs.Graph.Nodes.Count - pads, onCpu.Graph.Nodes.Count);
        Assert.Equal(pads, GraphChecker.Faults(onCpu.Graph).Count(fault => fault.Contains("onnxruntime#26215", StringComparison.Ordinal)));
        Assert.Same(model.Content, model.ContentFor(ExecutionProvider.Cuda, Settings));

        // What another program wrote is taken as it is: so is the same graph by another name.
        using var folder = new TemporaryFolder();
        ModelFile foreign = ModelFile.Load(folder.Write("foreign.onnx", OnnxFile.ToBytes(new OnnxModel(asItIs.Graph) { Producer = "another", Metadata = asItIs.Metadata })));
        Assert.Same(foreign.Content, foreign.ContentFor(ExecutionProvider.Cpu, Settings));
        OutputBuffers expected = Predictions(foreign).Outputs[0], found = Predictions(model).Outputs[0];
        Assert.Equal(expected.Segmentation, found.Segmentation);
        Assert.Equal(expected.Depth, found.Depth);
        Assert.Equal(expected.Normals, found.Normals);
    }

    private static FrameBuffers Predictions(ModelFile model)
    {
        var buffers = new FrameBuffers(model.Description, 1);
        using PerceptionSession session = PerceptionSession.Open(model, ExecutionProvider.Cpu, Settings, buffers);
        session.WarmUp(buffers);
        return buffers;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RoboPerception.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new InvalidOperationException("The repository was not found above the test.");
    }
}
