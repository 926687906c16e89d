namespace RoboPerception.Inference.Tests.Models;

/// <summary>Writes small ONNX files (IR 8, operator set 17).</summary>
internal sealed class OnnxGraph
{
    public const int Float = 1;
    public const int UInt8 = 2;
    public const int Int64 = 7;

    private readonly ProtobufWriter graph = new ProtobufWriter().Text(2, "test");

    /// <summary>A dimension is a number, or a name for one that is not fixed.</summary>
    public void Input(string name, int type, params object[] shape) => graph.Message(11, ValueInfo(name, type, shape));

    public void Output(string name, int type, params object[] shape) => graph.Message(12, ValueInfo(name, type, shape));

    public string Constant(string name, long[] shape, params float[] values)
    {
        var tensor = new ProtobufWriter();
        foreach (long dimension in shape)
        {
            tensor.Number(1, dimension);
        }
        graph.Message(5, tensor.Number(2, Float).Text(8, name).Floats(9, values));
        return name;
    }

    /// <summary>A constant whose numbers are said to lie in another file.</summary>
    public string ExternalConstant(string name, string file)
    {
        static ProtobufWriter Entry(string key, string value) => new ProtobufWriter().Text(1, key).Text(2, value);
        graph.Message(5, new ProtobufWriter().Number(2, Float).Text(8, name).Message(13, Entry("location", file)).Message(13, Entry("length", "4")).Number(14, 1));
        return name;
    }

    /// <summary>Attributes are whole numbers or lists of them.</summary>
    public string Node(string op, string[] inputs, string output, params (string Name, object Value)[] attributes)
    {
        var node = new ProtobufWriter();
        foreach (string input in inputs)
        {
            node.Text(1, input);
        }
        node.Text(2, output).Text(3, output).Text(4, op);
        foreach ((string name, object value) in attributes)
        {
            var attribute = new ProtobufWriter().Text(1, name);
            if (value is long[] list)
            {
                foreach (long number in list)
                {
                    attribute.Number(8, number);
                }
                attribute.Number(20, 7);
            }
            else
            {
                attribute.Number(3, (int)value).Number(20, 2);
            }
            node.Message(5, attribute);
        }
        graph.Message(1, node);
        return output;
    }

    public byte[] ToFile(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        ProtobufWriter model = new ProtobufWriter().Number(1, 8).Text(2, "tests").Message(7, graph).Message(8, new ProtobufWriter().Text(1, "").Number(2, 17));
        foreach ((string key, string value) in metadata)
        {
            model.Message(14, new ProtobufWriter().Text(1, key).Text(2, value));
        }
        return model.ToArray();
    }

    private static ProtobufWriter ValueInfo(string name, int type, object[] shape)
    {
        var dimensions = new ProtobufWriter();
        foreach (object dimension in shape)
        {
            var written = new ProtobufWriter();
            dimensions.Message(1, dimension is string symbol ? written.Text(2, symbol) : written.Number(1, (int)dimension));
        }
        ProtobufWriter tensor = new ProtobufWriter().Number(1, type).Message(2, dimensions);
        return new ProtobufWriter().Text(1, name).Message(2, new ProtobufWriter().Message(1, tensor));
    }
}
