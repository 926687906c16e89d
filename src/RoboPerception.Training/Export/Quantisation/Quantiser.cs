using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Onnx;

namespace RoboPerception.Training.Export.Quantisation;

/// <summary>What the quantiser is to do.</summary>
internal sealed record QuantiserOptions
{
    /// <summary>How ranges are chosen; null = the one whose predictions are nearest to the float model's.</summary>
    public CalibrationMethod? Method { get; init; }

    /// <summary>Name prefixes of nodes that stay in float, beside those found by their loss.</summary>
    public IReadOnlyList<string> InFloat { get; init; } = [];

    /// <summary>How many blocks may stay in float because of their loss.</summary>
    public int FloatBlocks { get; init; }

    /// <summary>How many images the losses are measured on.</summary>
    public int LossImages { get; init; } = 4;
}

/// <summary>Quantises an exported model after training: ranges from images, the most sensitive blocks left in float by measured loss.</summary>
internal sealed class Quantiser(OnnxModel model, ModelDescription description, QuantiserOptions options)
{
    private IReadOnlyList<byte[]> shown = [];
    private IReadOnlyList<GraphRunner.Predictions> reference = [];

    /// <summary>The quantised graph, and how far its predictions are from the float model's.</summary>
    public (Graph Graph, PredictionLoss Loss) Run(IReadOnlyList<byte[]> images, Action<string> tell, CancellationToken cancellation)
    {
        shown = [.. Enumerable.Range(0, Math.Min(options.LossImages, images.Count)).Select(i => images[i * images.Count / Math.Min(options.LossImages, images.Count)])];
        reference = Predictions(model.Graph);
        var all = new QuantisationPlan(model.Graph, InFloat([]));
        // Of every tensor that some plan may need: a block in float makes its border a tensor to measure.
        var tensors = Blocks().Select(block => new QuantisationPlan(model.Graph, InFloat([block]))).SelectMany(plan => plan.Measured).Concat(all.Measured).Distinct().ToArray();
        var calibration = Calibration.Measure(model, tensors, images, cancellation);
        var (method, ranges) = Choose(calibration, all, tell);
        tell(string.Create(CultureInfo.InvariantCulture, $"ranges by {method} over {images.Count} images; {all.Count} nodes in bytes"));

        var inFloat = new List<string>();
        if (options.FloatBlocks > 0)
        {
            foreach (var (block, alone) in Sensitivities(ranges, cancellation).Take(options.FloatBlocks))
            {
                inFloat.Add(block);
                tell($"  {block} stays in float: alone in bytes it moves {alone}");
            }
        }

        var plan = new QuantisationPlan(model.Graph, InFloat(inFloat));
        var graph = QuantisePass.Apply(model.Graph, plan, ranges);
        var (corrected, loss) = BiasCorrection.Apply(model.Graph, graph, plan.Predicting, images, () => Loss(graph), cancellation);
        tell($"mean shift by rounding taken out of {(corrected.Count == 0 ? "no prediction" : string.Join(", ", corrected))}");
        return (graph, loss);
    }

    private (CalibrationMethod Method, Dictionary<string, TensorRange> Ranges) Choose(Calibration calibration, QuantisationPlan plan, Action<string> tell)
    {
        CalibrationMethod[] methods = options.Method is { } given ? [given] : Enum.GetValues<CalibrationMethod>();
        var tried = new List<(CalibrationMethod Method, Dictionary<string, TensorRange> Ranges, double Loss)>();
        foreach (var method in methods)
        {
            var ranges = calibration.Ranges(method);
            var loss = methods.Length == 1 ? null : Loss(QuantisePass.Apply(model.Graph, plan, ranges));
            tried.Add((method, ranges, loss?.Total ?? 0));
            if (loss is not null)
            {
                tell($"  {method}: {loss}");
            }
        }

        var best = tried.MinBy(entry => entry.Loss);
        return (best.Method, best.Ranges);
    }

    /// <summary>Every block with what it alone in bytes does to the predictions, the worst first.</summary>
    private IEnumerable<(string Block, PredictionLoss Loss)> Sensitivities(Dictionary<string, TensorRange> ranges, CancellationToken cancellation)
    {
        var measured = new List<(string, PredictionLoss)>();
        foreach (var block in Blocks())
        {
            cancellation.ThrowIfCancellationRequested();
            var plan = new QuantisationPlan(model.Graph, node => BlockOf(node) != block || InFloat([])(node));
            var missing = plan.Measured.Where(tensor => !ranges.ContainsKey(tensor)).ToArray();
            if (plan.Count > 0 && missing.Length == 0)
            {
                measured.Add((block, Loss(QuantisePass.Apply(model.Graph, plan, ranges))));
            }
        }

        return measured.OrderByDescending(entry => entry.Item2.Total);
    }

    private Predicate<Node> InFloat(IReadOnlyCollection<string> blocks) => node =>
        blocks.Contains(BlockOf(node)) || options.InFloat.Any(prefix => node.Name.StartsWith(prefix, StringComparison.Ordinal));

    private string[] Blocks() => [.. model.Graph.Nodes.Where(node => node.Operator == "Conv").Select(BlockOf).Distinct()];

    // "features.4/Conv_2" belongs to "features.4"; nodes without a path are the stem.
    private static string BlockOf(Node node) => node.Name.LastIndexOf('/') is var slash and > 0 ? node.Name[..slash].Split('/')[0] : "";

    private PredictionLoss Loss(Graph graph) => PredictionLoss.Between(reference, Predictions(graph), description);

    private GraphRunner.Predictions[] Predictions(Graph graph)
    {
        using var runner = new GraphRunner(OnnxFile.ToBytes(new OnnxModel(graph)), description.Input.Height, description.Input.Width);
        return [.. shown.Select(runner.Run)];
    }
}
