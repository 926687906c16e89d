namespace RoboPerception.Onnx;

/// <summary>A graph with what a file says about it.</summary>
internal sealed class OnnxModel
{
    /// <summary>Format version written: 8 is read by every ONNX Runtime since 1.10 and by TensorRT since 8.5.</summary>
    public const int IrVersion = 8;

    /// <summary>Operator set written.</summary>
    public const int OperatorSet = 17;

    /// <summary>The producer that files name which are made here.</summary>
    public const string OwnProducer = "RoboPerception";

    /// <summary>A model without metadata.</summary>
    public OnnxModel(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Graph = graph;
    }

    /// <summary>The computation.</summary>
    public Graph Graph { get; }

    /// <summary>Program that made the file.</summary>
    public string Producer { get; init; } = OwnProducer;

    /// <summary>Version of that program.</summary>
    public string ProducerVersion { get; init; } = "";

    /// <summary>Operator set of the file; <see cref="OperatorSet"/> when made here.</summary>
    public long OperatorSetVersion { get; init; } = OperatorSet;

    /// <summary>Entries of <c>metadata_props</c>; written sorted by key, so that equal models make equal files.</summary>
    public SortedDictionary<string, string> Metadata { get; init; } = new(StringComparer.Ordinal);
}
