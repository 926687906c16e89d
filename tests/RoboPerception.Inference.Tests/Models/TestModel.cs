using RoboPerception.Core;

namespace RoboPerception.Inference.Tests.Models;

/// <summary>
/// A model whose predictions can be computed by hand: the class of a pixel is its largest colour channel, its depth the mean of the
/// channels / 100 metres, its normal the colour as a vector, negated, of length 1. Each property breaks one thing.
/// </summary>
internal sealed class TestModel
{
    public int Width { get; init; } = 16;

    public int Height { get; init; } = 8;

    public string InputName { get; init; } = "image";

    public int InputType { get; init; } = OnnxGraph.UInt8;

    public object[]? InputShape { get; init; }

    public bool SecondInput { get; init; }

    public string DepthName { get; init; } = "depth";

    public float DepthGain { get; init; } = 0.01f;

    /// <summary>A white image then asks for a constant that is not there: the run fails inside ONNX Runtime.</summary>
    public bool FailsOnWhite { get; init; }

    /// <summary>The depth's gain is then said to lie in this file.</summary>
    public string? GainFile { get; init; }

    public bool SegmentationAsInt64 { get; init; }

    public bool SegmentationKeepsChannel { get; init; }

    public bool UndescribedOutput { get; init; }

    public Func<ModelDescription, ModelDescription> Describe { get; init; } = d => d;

    public Action<IDictionary<string, string>> EditMetadata { get; init; } = _ => { };

    public ModelDescription Description => Describe(new ModelDescription
    {
        Name = "test",
        Architecture = "by-hand",
        DataSet = "none",
        Licence = "none",
        TrainingCommit = "none",
        Input = new ModelInput("image", Width, Height) { TrainingIntrinsics = new CameraIntrinsics(Width, Height, 20, 10, 8, 4) },
        Outputs =
        [
            new ModelOutput("segmentation", OutputKind.Segmentation) { Classes = new ClassMap([new(0, "blue", 0, 0, 255), new(1, "green", 0, 255, 0), new(2, "red", 255, 0, 0)]) },
            new ModelOutput("depth", OutputKind.Depth),
            new ModelOutput("normals", OutputKind.Normals),
        ],
    });

    public byte[] ToBytes()
    {
        var graph = new OnnxGraph();
        graph.Input(InputName, InputType, InputShape ?? [1, Height, Width, 3]);
        if (SecondInput)
        {
            graph.Input("second", OnnxGraph.Float, 1);
            graph.Output("echo", OnnxGraph.Float, 1);
            graph.Node("Identity", ["second"], "echo");
        }
        string colour = graph.Node("Cast", [InputName], "colour", ("to", OnnxGraph.Float));

        graph.Node("ArgMax", [colour], "class", ("axis", 3), ("keepdims", SegmentationKeepsChannel ? 1 : 0));
        int segmentationType = SegmentationAsInt64 ? OnnxGraph.Int64 : OnnxGraph.UInt8;
        graph.Node("Cast", ["class"], "segmentation", ("to", segmentationType));
        object[] grid = InputShape is { } shape ? [1, shape[1], shape[2]] : [1, Height, Width];
        graph.Output("segmentation", segmentationType, SegmentationKeepsChannel ? [.. grid, 1] : grid);

        graph.Node("ReduceMean", [colour], "mean", ("axes", new long[] { 3 }), ("keepdims", 0));
        string gain = GainFile is null ? graph.Constant("gain", [], DepthGain) : graph.ExternalConstant("gain", GainFile);
        if (FailsOnWhite)
        {
            graph.Node("ReduceMin", [colour], "darkest", ("keepdims", 0));
            graph.Node("Mul", ["darkest", graph.Constant("share", [], 1 / 254.5f)], "whiteness");
            graph.Node("Cast", ["whiteness"], "place", ("to", OnnxGraph.Int64));
            gain = graph.Node("Gather", [graph.Constant("gains", [1], DepthGain), "place"], "chosen");
        }
        graph.Node("Mul", ["mean", gain], DepthName);
        graph.Output(DepthName, OnnxGraph.Float, grid);

        graph.Node("Transpose", [colour], "planes", ("perm", new long[] { 0, 3, 1, 2 }));
        graph.Node("ReduceL2", ["planes"], "length", ("axes", new long[] { 1 }), ("keepdims", 1));
        graph.Node("Div", ["planes", "length"], "unit");
        graph.Node("Neg", ["unit"], "normals");
        graph.Output("normals", OnnxGraph.Float, [1, 3, .. grid[1..]]);

        if (UndescribedOutput)
        {
            graph.Node("Identity", [colour], "extra");
            graph.Output("extra", OnnxGraph.Float, 1, Height, Width, 3);
        }
        SortedDictionary<string, string> metadata = ModelMetadata.Write(Description);
        EditMetadata(metadata);
        return graph.ToFile(metadata);
    }

    /// <summary>Writes the file into a folder of its own and loads it.</summary>
    public ModelFile Load()
    {
        using var folder = new TemporaryFolder();
        return ModelFile.Load(folder.Write("test.onnx", ToBytes()));
    }
}
