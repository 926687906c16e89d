namespace RoboPerception.Onnx.Tests;

public sealed class FileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("roboperception").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_written_is_read_back()
    {
        var model = Example();
        var path = Path.Combine(folder, "model.onnx");
        OnnxFile.Write(path, model);
        var read = OnnxFile.Read(path);
        Assert.Equal(OnnxFile.ToBytes(model), OnnxFile.ToBytes(read));
        Assert.Equal("value", read.Metadata["key"]);
        Assert.Equal(OnnxModel.OperatorSet, read.OperatorSetVersion);
        Assert.Empty(GraphChecker.Faults(read.Graph));
    }

    [Fact]
    public void Writing_leaves_nothing_beside_the_file()
    {
        var path = Path.Combine(folder, "model.onnx");
        File.WriteAllText(path, "an older file");
        OnnxFile.Write(path, Example());
        Assert.Equal([path], Directory.GetFiles(folder));
    }

    [Fact]
    public void The_same_model_makes_the_same_bytes() => Assert.Equal(OnnxFile.ToBytes(Example()), OnnxFile.ToBytes(Example()));

    [Fact]
    public void A_truncated_file_is_refused_by_name()
    {
        var path = Path.Combine(folder, "model.onnx");
        File.WriteAllBytes(path, OnnxFile.ToBytes(Example())[..200]);
        var error = Assert.Throws<FormatException>(() => OnnxFile.Read(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_a_graph_is_refused() => Assert.Throws<FormatException>(() => OnnxFile.FromBytes([]));

    [Fact]
    public void A_constant_whose_data_do_not_fit_its_shape_is_refused() =>
        Assert.Throws<ArgumentException>(() => new Initializer("weight", new TensorType(ElementType.Float, 2, 2), new byte[12]));

    [Fact]
    public void Every_supported_operator_has_a_shape_rule()
    {
        foreach (var name in OperatorSupport.TensorRt)
        {
            var graph = new Graph("test");
            graph.Nodes.Add(new Node(name, "node", [], ["y"], new Dictionary<string, object>()));
            Assert.DoesNotContain(GraphChecker.Faults(graph), fault => fault.Contains("not known here", StringComparison.Ordinal));
        }
    }

    private static OnnxModel Example()
    {
        var builder = Graphs.ConvNormRelu(out var result);
        builder.Output("y", builder.Cast(builder.Cast(builder.ArgMax(result, 1), ElementType.Float), ElementType.UInt8));
        var model = new OnnxModel(builder.Build()) { ProducerVersion = "test" };
        model.Metadata["key"] = "value";
        return model;
    }
}
