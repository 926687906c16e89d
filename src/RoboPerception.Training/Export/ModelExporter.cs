using System.Security.Cryptography;
using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Export;

/// <summary>Writes a trained network as an ONNX file by the model contract (conventions section 4) and holds the file against libtorch.</summary>
internal static class ModelExporter
{
    /// <summary>Name of the graph's input.</summary>
    public const string InputName = "image";

    /// <summary>
    /// Builds the model, compares its predictions in ONNX Runtime with the network's, and adds the golden prediction to its description.
    /// </summary>
    /// <param name="network">The network; it is put into evaluation mode.</param>
    /// <param name="description">What the file will say about itself; the golden pair is filled in here.</param>
    /// <param name="parity">How well the two agree.</param>
    /// <exception cref="UserErrorException">The network has no graph form, the size does not fit it, or the predictions differ.</exception>
    public static OnnxModel Export(PerceptionNetwork network, ModelDescription description, out ExportParity parity)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(description);
        network.eval();
        var graph = BuildGraph(network, description.Input.Height, description.Input.Width);
        using var runner = new GraphRunner(OnnxFile.ToBytes(new OnnxModel(graph)), description.Input.Height, description.Input.Width);
        parity = ExportParity.Measure(network, runner);
        if (!parity.Passed)
        {
            throw new UserErrorException(ExitCode.Failed, $"The exported graph does not predict what the network does: {parity}. Nothing was written; this is an error of the exporter.");
        }

        var complete = description with { Golden = GoldenOf(description, runner) };
        return new OnnxModel(graph) { ProducerVersion = description.TrainingCommit, Metadata = ModelMetadata.Write(complete) };
    }

    /// <summary>
    /// The description of the same network for images of another size. It sees as many pixels a radian as before: focal lengths stay, and the centre
    /// keeps its distance from the middle. Figures of the other size are left out, because they do not hold here.
    /// </summary>
    public static ModelDescription AtSize(ModelDescription description, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(description);
        var input = description.Input;
        return (height, width) == (input.Height, input.Width) ? description : description with
        {
            Input = input with
            {
                Height = height,
                Width = width,
                TrainingIntrinsics = input.TrainingIntrinsics is not { } camera ? null : camera with
                {
                    Width = width,
                    Height = height,
                    Cx = camera.Cx + ((width - input.Width) / 2.0),
                    Cy = camera.Cy + ((height - input.Height) / 2.0),
                },
            },
            Metrics = new Dictionary<string, double>(),
        };
    }

    /// <summary>The outputs a network's tasks have in the model contract.</summary>
    public static IReadOnlyList<ModelOutput> Outputs(PerceptionNetwork network, (double Minimum, double Maximum)? depthRange)
    {
        ArgumentNullException.ThrowIfNull(network);
        return [.. Carried(network).Select(task => new ModelOutput(TaskExport.OutputName(task), task.Output!.Value)
        {
            Classes = task.Classes,
            RangeMetres = task.Kind == TaskKind.Depth ? depthRange : null,
        })];
    }

    /// <summary>The tasks of a network that an exported model does not predict, because the model contract has no output for them.</summary>
    public static IReadOnlyList<TaskDescription> LeftOut(PerceptionNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return [.. network.Tasks.Where(task => task.Output is null)];
    }

    /// <summary>The graph from bytes to predictions, batch norm folded, checked.</summary>
    internal static Graph BuildGraph(PerceptionNetwork network, int height, int width)
    {
        if (network is not IOnnxExportable exportable)
        {
            throw new UserErrorException(ExitCode.Usage, $"Network '{network.Spec.Family}' cannot be exported.");
        }

        if (height % network.InputMultiple != 0 || width % network.InputMultiple != 0)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{network.Spec.Family}' reduced by {network.ImageScale} needs an input size in multiples of {network.InputMultiple}, not {height}x{width}.");
        }

        var builder = new GraphBuilder(network.Spec.Family);
        var image = builder.Input(InputName, ElementType.UInt8, 1, height, width, 3);
        var inputImage = builder.Transpose(builder.Cast(image, ElementType.Float), 0, 3, 1, 2);
        var heads = exportable.Export(builder, network.ImageScale == 1 ? inputImage : builder.AveragePool(inputImage, network.ImageScale, network.ImageScale));
        for (var k = 0; k < heads.Count; k++)
        {
            if (network.Tasks[k].Output is null)
            {
                continue;
            }

            builder.Output(TaskExport.OutputName(network.Tasks[k]), TaskExport.Finish(builder, network.Tasks[k], heads[k], height, width));
        }

        if (LeftOut(network).Count == heads.Count)
        {
            throw new UserErrorException(ExitCode.Usage, $"Nothing to export: the model contract has no output for {string.Join(", ", network.Tasks.Select(task => $"'{task.Key}'"))}.");
        }

        var graph = builder.Build();
        Passes.RemoveDeadCode(graph);
        Passes.FoldBatchNorm(graph);
        GraphChecker.Check(graph);
        return graph;
    }

    private static IEnumerable<TaskDescription> Carried(PerceptionNetwork network) => network.Tasks.Where(task => task.Output is not null);

    /// <summary>What a graph predicts for the golden input.</summary>
    internal static GoldenPair GoldenOf(ModelDescription description, GraphRunner runner)
    {
        var inputImage = new byte[runner.Height * runner.Width * 3];
        GoldenInput.Fill(inputImage, runner.Width, runner.Height);
        var predictions = runner.Run(inputImage);
        var means = description.Outputs.ToDictionary(
            output => output.Name,
            output => (IReadOnlyList<float>)(output.Kind == OutputKind.Segmentation
                ? GoldenMeans.Of(predictions.Labels(output.Name), runner.Height, runner.Width)
                : GoldenMeans.Of(predictions.Values(output.Name), output.Kind == OutputKind.Normals ? 3 : 1, runner.Height, runner.Width)));
        return new GoldenPair(Convert.ToHexStringLower(SHA256.HashData(inputImage)), means);
    }
}
