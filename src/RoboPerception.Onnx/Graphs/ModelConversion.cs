using System.Runtime.InteropServices;
using Google.Protobuf;
using RoboPerception.Onnx.Format;
using AttributeType = RoboPerception.Onnx.Format.AttributeProto.Types.AttributeType;
using Dimension = RoboPerception.Onnx.Format.TensorShapeProto.Types.Dimension;

namespace RoboPerception.Onnx;

/// <summary>Between our graph and the messages of the file format.</summary>
internal static class ModelConversion
{
    public static ModelProto ToProto(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var graph = new GraphProto { Name = model.Graph.Name };
        graph.Node.AddRange(model.Graph.Nodes.Select(ToProto));
        graph.Initializer.AddRange(model.Graph.Initializers.Values.OrderBy(initializer => initializer.Name, StringComparer.Ordinal).Select(ToProto));
        graph.Input.AddRange(model.Graph.Inputs.Select(ToProto));
        graph.Output.AddRange(model.Graph.Outputs.Select(ToProto));
        var proto = new ModelProto
        {
            IrVersion = OnnxModel.IrVersion,
            ProducerName = model.Producer,
            ProducerVersion = model.ProducerVersion,
            Graph = graph,
        };
        proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = model.OperatorSetVersion });
        proto.MetadataProps.AddRange(model.Metadata.Select(entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value }));
        return proto;
    }

    public static OnnxModel FromProto(ModelProto proto)
    {
        var graph = new Graph(proto.Graph.Name.Length > 0 ? proto.Graph.Name : "graph");
        foreach (var tensor in proto.Graph.Initializer)
        {
            graph.Initializers.Add(tensor.Name, FromProto(tensor));
        }

        // Files of IR version 3 list constants among the inputs too.
        graph.Inputs.AddRange(proto.Graph.Input.Where(input => !graph.Initializers.ContainsKey(input.Name)).Select(FromProto));
        graph.Outputs.AddRange(proto.Graph.Output.Select(FromProto));
        graph.Nodes.AddRange(proto.Graph.Node.Select(FromProto));
        var model = new OnnxModel(graph)
        {
            Producer = proto.ProducerName,
            ProducerVersion = proto.ProducerVersion,
            OperatorSetVersion = proto.OpsetImport.FirstOrDefault(set => set.Domain.Length == 0)?.Version ?? 0,
        };
        foreach (var entry in proto.MetadataProps)
        {
            model.Metadata[entry.Key] = entry.Value;
        }

        return model;
    }

    private static NodeProto ToProto(Node node)
    {
        var proto = new NodeProto { OpType = node.Operator, Name = node.Name };
        proto.Input.AddRange(node.Inputs);
        proto.Output.AddRange(node.Outputs);
        proto.Attribute.AddRange(node.Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => ToProto(pair.Key, pair.Value)));
        return proto;
    }

    private static AttributeProto ToProto(string name, object value)
    {
        var proto = new AttributeProto { Name = name };
        switch (value)
        {
            case long integer:
                (proto.Type, proto.I) = (AttributeType.Int, integer);
                break;
            case float number:
                (proto.Type, proto.F) = (AttributeType.Float, number);
                break;
            case string text:
                (proto.Type, proto.S) = (AttributeType.String, ByteString.CopyFromUtf8(text));
                break;
            case long[] integers:
                proto.Type = AttributeType.Ints;
                proto.Ints.AddRange(integers);
                break;
            case float[] numbers:
                proto.Type = AttributeType.Floats;
                proto.Floats.AddRange(numbers);
                break;
            default:
                throw new ArgumentException($"Attribute '{name}' has type {value.GetType().Name}, which ONNX does not hold.", nameof(value));
        }

        return proto;
    }

    private static TensorProto ToProto(Initializer initializer)
    {
        var proto = new TensorProto
        {
            Name = initializer.Name,
            DataType = (int)initializer.Type.Element,
            RawData = UnsafeByteOperations.UnsafeWrap(initializer.Data),
        };
        proto.Dims.AddRange(initializer.Type.Shape);
        return proto;
    }

    private static ValueInfoProto ToProto(GraphValue value)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(value.Type.Shape.Select(dimension => new Dimension { DimValue = dimension }));
        return new ValueInfoProto
        {
            Name = value.Name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)value.Type.Element, Shape = shape } },
        };
    }

    private static Node FromProto(NodeProto proto)
    {
        if (proto.Domain is not ("" or "ai.onnx"))
        {
            throw new FormatException($"node '{proto.Name}' uses operator '{proto.OpType}' of domain '{proto.Domain}'; only standard operators are known.");
        }

        var attributes = proto.Attribute.ToDictionary(attribute => attribute.Name, attribute => FromProto(proto, attribute), StringComparer.Ordinal);
        return new Node(proto.OpType, proto.Name, [.. proto.Input], [.. proto.Output], attributes);
    }

    private static object FromProto(NodeProto node, AttributeProto attribute) => attribute.Type switch
    {
        AttributeType.Int => attribute.I,
        AttributeType.Float => attribute.F,
        AttributeType.String => attribute.S.ToStringUtf8(),
        AttributeType.Ints => attribute.Ints.ToArray(),
        AttributeType.Floats => attribute.Floats.ToArray(),
        _ => throw new FormatException($"node '{node.Name}' ({node.OpType}) has attribute '{attribute.Name}' of kind {attribute.Type}, which this library does not know."),
    };

    private static Initializer FromProto(TensorProto proto)
    {
        var type = new TensorType((ElementType)proto.DataType, [.. proto.Dims]);
        var data = proto.HasRawData ? proto.RawData.ToByteArray()
            : proto.FloatData.Count > 0 ? MemoryMarshal.AsBytes<float>(proto.FloatData.ToArray()).ToArray()
            : proto.Int64Data.Count > 0 ? MemoryMarshal.AsBytes<long>(proto.Int64Data.ToArray()).ToArray()
            : type.Element == ElementType.Int32 ? MemoryMarshal.AsBytes<int>(proto.Int32Data.ToArray()).ToArray()
            : [.. proto.Int32Data.Select(value => (byte)value)];
        try
        {
            return new Initializer(proto.Name, type, data);
        }
        catch (ArgumentException error)
        {
            throw new FormatException($"constant '{proto.Name}' is damaged: {error.Message}", error);
        }
    }

    private static GraphValue FromProto(ValueInfoProto proto)
    {
        var tensor = proto.Type?.TensorType ?? throw new FormatException($"'{proto.Name}' is not a tensor.");
        // A dimension with a name instead of a number is kept as -1.
        return new GraphValue(proto.Name, new TensorType((ElementType)tensor.ElemType, [.. (tensor.Shape?.Dim ?? []).Select(dimension => dimension.HasDimValue ? dimension.DimValue : -1)]));
    }
}
