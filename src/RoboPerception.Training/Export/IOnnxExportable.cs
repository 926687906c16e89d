using RoboPerception.Onnx;

namespace RoboPerception.Training.Export;

/// <summary>
/// A network that can write itself as a graph. The method stands beside <c>forward</c> in the same file, so that both change together.
/// </summary>
internal interface IOnnxExportable
{
    /// <summary>Adds the network to a graph.</summary>
    /// <param name="graph">Where to add.</param>
    /// <param name="image">Image (1,3,H,W) as bytes in float, blue first: the network folds the scale and the order into its first weights.</param>
    /// <returns>The raw heads (1,C,H,W) in the order of the tasks, before their activations.</returns>
    IReadOnlyList<Value> Export(GraphBuilder graph, Value image);
}
