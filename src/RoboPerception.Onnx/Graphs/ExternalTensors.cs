using RoboPerception.Onnx.Format;

namespace RoboPerception.Onnx;

/// <summary>Tensors whose numbers lie in other files, wherever in a model they stand: constants, attributes, graphs within graphs.</summary>
internal static class ExternalTensors
{
    /// <summary>Their names.</summary>
    public static IEnumerable<string> Of(GraphProto graph) =>
        graph.Initializer.Concat(graph.SparseInitializer.SelectMany(Parts)).Where(IsExternal).Select(t => t.Name).Concat(Of(graph.Node));

    /// <summary>Those of nodes.</summary>
    public static IEnumerable<string> Of(IEnumerable<NodeProto> nodes) => nodes.SelectMany(n => n.Attribute.SelectMany(a => Of(n, a)));

    private static IEnumerable<string> Of(NodeProto node, AttributeProto attribute)
    {
        IEnumerable<TensorProto> tensors = attribute.Tensors.Concat(attribute.SparseTensors.SelectMany(Parts));
        tensors = attribute.T is { } one ? tensors.Append(one) : tensors;
        tensors = attribute.SparseTensor is { } sparse ? tensors.Concat(Parts(sparse)) : tensors;
        IEnumerable<GraphProto> graphs = attribute.G is { } inner ? attribute.Graphs.Append(inner) : attribute.Graphs;
        return tensors.Where(IsExternal).Select(_ => $"{node.Name}.{attribute.Name}").Concat(graphs.SelectMany(Of));
    }

    private static IEnumerable<TensorProto> Parts(SparseTensorProto sparse) => new[] { sparse.Values, sparse.Indices }.OfType<TensorProto>();

    // Either is enough: readers differ in which of the two they believe.
    private static bool IsExternal(TensorProto tensor) => tensor.DataLocation == TensorProto.Types.DataLocation.External || tensor.ExternalData.Count > 0;
}
