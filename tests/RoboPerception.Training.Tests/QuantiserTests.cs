using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Export.Quantisation;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Promise: of a quantised model, what is measured decides: which blocks stay in float, and whether a mean shift of a prediction is taken out.</summary>
public sealed class QuantiserTests : IDisposable
{
    private const int Height = 64, Width = 96;
    private readonly PerceptionNetwork network;
    private readonly ModelDescription description;
    private readonly OnnxModel model;
    private readonly List<byte[]> images = [];

    public QuantiserTests()
    {
        random.manual_seed(3);
        network = PerceptionNetwork.Create(NetworkSpec.Parse("mtan-mobilenetv2:decoder=8,8,8,8"), TaskDescription.NyuThree);
        Exports.Shake(network);
        description = Exports.Description(network, Height, Width);
        model = new OnnxModel(ModelExporter.BuildGraph(network, Height, Width));
        PadPass.Apply(model.Graph);
        PointwisePass.Apply(model.Graph);
        ChoicePass.Apply(model.Graph);
        var chance = new Random(4);
        for (var i = 0; i < 3; i++)
        {
            images.Add(new byte[Height * Width * 3]);
            chance.NextBytes(images[^1]);
        }
    }

    public void Dispose() => network.Dispose();

    [Fact]
    public void The_blocks_that_move_the_predictions_most_stay_in_float()
    {
        var told = new List<string>();
        var (all, moved) = Quantise(new QuantiserOptions { Method = CalibrationMethod.MinMax });
        var (some, less) = Quantise(new QuantiserOptions { Method = CalibrationMethod.MinMax, FloatBlocks = 3 }, told.Add);
        Assert.Empty(GraphChecker.Faults(some));
        Assert.Equal(3, told.Count(line => line.Contains(" stays in float: alone in bytes it moves ", StringComparison.Ordinal)));
        Assert.True(Convolutions(some) < Convolutions(all), $"{Convolutions(some)} of {Convolutions(all)}");
        Assert.InRange(less.Total, 1e-9, moved.Total);

        static int Convolutions(Graph graph) => graph.Initializers.Values.Count(constant => constant.Name.EndsWith(":weight/bytes", StringComparison.Ordinal));
    }

    [Fact]
    public void A_shift_of_depth_is_taken_out_and_one_that_is_no_shift_is_left()
    {
        var plan = new QuantisationPlan(model.Graph, _ => false);
        var ranges = Calibration.Measure(model, plan.Measured, images, CancellationToken.None).Ranges(CalibrationMethod.MinMax);
        var quantised = QuantisePass.Apply(model.Graph, plan, ranges);
        var depth = plan.Predicting.Single(node => (int)model.Graph.Initializers[node.Inputs[1]].Type.Shape[0] == 1);
        var reference = Predictions(model.Graph);
        var untouched = Loss();

        // Predictions are the exponential of what the convolution makes: up to a tenth of every distance, less where the bytes end.
        QuantisePass.ShiftBias(quantised, depth.Name, [0.1]);
        Assert.InRange(Loss().Depth, 5 * untouched.Depth, 1);
        var (corrected, best) = BiasCorrection.Apply(model.Graph, quantised, [depth], images, Loss, CancellationToken.None);
        Assert.Equal([depth.Name], corrected);
        Assert.InRange(best.Depth, 0, untouched.Depth * 1.1);
        Assert.Equal(Loss(), best);

        // Nothing that a correction does is nearer than this: it is undone, to the last bit.
        var before = quantised.Initializers.ToDictionary();
        (corrected, _) = BiasCorrection.Apply(model.Graph, quantised, plan.Predicting, images, () => new PredictionLoss(0, 0, 0), CancellationToken.None);
        Assert.Empty(corrected);
        Assert.Equal(before, quantised.Initializers);

        PredictionLoss Loss() => PredictionLoss.Between(reference, Predictions(quantised), description);
    }

    private (Graph Graph, PredictionLoss Loss) Quantise(QuantiserOptions options, Action<string>? tell = null) =>
        new Quantiser(model, description, options).Run(images, tell ?? (_ => { }), CancellationToken.None);

    private GraphRunner.Predictions[] Predictions(Graph graph)
    {
        using var runner = new GraphRunner(OnnxFile.ToBytes(new OnnxModel(graph)), Height, Width);
        return [.. images.Select(runner.Run)];
    }
}
