using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using static TorchSharp.torch;

namespace RoboPerception.Training.Export;

/// <summary>
/// Writes one data set's branch of <see cref="WideResNetMtan"/> as an ONNX file. It takes images as the model contract does and predicts what
/// the contract has no output for: class probabilities of the whole image. The node refuses such a file, any ONNX Runtime runs it.
/// </summary>
internal static class DecathlonExport
{
    /// <summary>Name of the graph's output, (1,C).</summary>
    public const string OutputName = "probabilities";

    /// <summary>Builds the model from bytes (1,72,72,3), blue first, and compares its prediction with the network's.</summary>
    /// <param name="network">The network, with the running statistics of this data set; it is put into evaluation mode.</param>
    /// <param name="dataSet">Place of the data set's branch.</param>
    /// <param name="name">Its name, for the file to say.</param>
    /// <param name="classes">Names of its classes in order, for the file to say.</param>
    /// <param name="statistics">By which its images are normalised; null = they stay between 0 and 1.</param>
    /// <param name="deviation">Largest difference of a probability.</param>
    /// <exception cref="UserErrorException">The predictions differ.</exception>
    public static OnnxModel Export(WideResNetMtan network, int dataSet, string name, IReadOnlyList<string> classes, ChannelStatistics? statistics, out double deviation)
    {
        ArgumentNullException.ThrowIfNull(network);
        const int size = WideResNetMtan.ImageSize;
        network.eval();
        var builder = new GraphBuilder("mtan-wrn");
        var bytes = builder.Input(ModelExporter.InputName, ElementType.UInt8, 1, size, size, 3);
        var image = builder.Transpose(builder.Cast(bytes, ElementType.Float), 0, 3, 1, 2);
        var prediction = network.Export(builder, Normalise(builder, image, statistics), [dataSet])[0];
        builder.Output(OutputName, builder.Reshape(prediction, 1, -1));
        var graph = builder.Build();
        Passes.RemoveDeadCode(graph);
        Passes.FoldBatchNorm(graph);
        GraphChecker.Check(graph);

        using var runner = new GraphRunner(OnnxFile.ToBytes(new OnnxModel(graph)), size, size);
        deviation = Deviation(network, dataSet, statistics, runner);
        return deviation <= ExportParity.DeviationLimit
            ? new OnnxModel(graph) { Metadata = { ["data_set"] = name, ["classes"] = JsonSerializer.Serialize([.. classes], TrainingJson.Default.StringArray) } }
            : throw new UserErrorException(ExitCode.Failed, $"The exported graph of '{name}' differs from the network by {deviation}. Nothing was written; this is an error of the exporter.");
    }

    /// <summary>Bytes, blue first, to what the network was trained on: one 1x1 convolution that turns the channels, scales and shifts.</summary>
    private static Value Normalise(GraphBuilder builder, Value image, ChannelStatistics? statistics)
    {
        var weight = new float[9];
        var shift = new float[3];
        for (var c = 0; c < 3; c++)
        {
            var (mean, spread) = statistics is null ? (0, 1) : (statistics.Mean[c], statistics.Spread(c));
            weight[(3 * c) + 2 - c] = (float)(1 / (255 * spread));
            shift[c] = (float)(-mean / spread);
        }

        return builder.Conv(image, builder.Constant(weight, 3, 3, 1, 1), builder.Constant(shift, 3));
    }

    private static double Deviation(WideResNetMtan network, int dataSet, ChannelStatistics? statistics, GraphRunner runner)
    {
        var random = new Random(1);
        var image = new byte[runner.Height * runner.Width * 3];
        random.NextBytes(image);
        var batch = new Batch(1, runner.Height, runner.Width);
        for (var i = 0; i < image.Length; i += 3)
        {
            (batch.Images[i], batch.Images[i + 1], batch.Images[i + 2]) = (image[i + 2] / 255f, image[i + 1] / 255f, image[i] / 255f);
        }

        statistics?.Apply(batch);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var expected = network.forward(BatchTensors.Images(batch, network.parameters().First().device), dataSet).cpu().data<float>().ToArray();
        return expected.Zip(runner.Run(image).Values(OutputName), (left, right) => Math.Abs((double)left - right)).Max();
    }
}
