using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Import;

/// <summary>
/// Takes the parameters of an exported model back into a network, so that a released file can be trained further. A constant of an exported
/// graph holds, element by element, one parameter times a factor that the export adds (folded batch norm, bytes to 0..1). Which parameter and
/// which factor is found by exporting a twin whose parameters are their own numbers: there is no list of names to keep beside the exporter.
/// </summary>
internal static class ModelImport
{
    // float32 holds whole numbers up to 2^24, so an index within a tensor is sent in two halves.
    private const int Half = 4096;

    /// <summary>
    /// By how much the graph reduces the image before the network sees it. Its third operation tells: cast, transpose, and the mean over squares
    /// if there is one.
    /// </summary>
    public static int ImageScale(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph.Nodes.Count > 2 && graph.Nodes[2] is { Operator: "AveragePool" } pool ? (int)pool.Attribute("kernel_shape", new long[] { 1 })[0] : 1;
    }

    /// <summary>Keys of the tasks that a model predicts, as <c>--tasks</c> takes them. Only a logarithmic head of depth has an exponential.</summary>
    public static string TaskKeys(Graph graph, ModelDescription description)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(description);
        return string.Join(',', description.Outputs.Select(output => output.Kind switch
        {
            OutputKind.Segmentation => string.Create(CultureInfo.InvariantCulture, $"seg{output.Classes!.Count}"),
            OutputKind.Depth => graph.Nodes.Any(node => node.Operator == "Exp") ? "logdepth" : "depth",
            _ => "normal",
        }));
    }

    /// <summary>
    /// Fills a network. Batch norm, which the file holds no more, becomes the identity: measure its statistics before training
    /// (<see cref="Optimisation.BatchStatistics.Anchor"/>). What the file leaves out, such as predictions that only training uses, stays as it is.
    /// </summary>
    /// <exception cref="UserErrorException">The file holds another network or was exported by another version of the program.</exception>
    public static void Fill(PerceptionNetwork network, string path)
    {
        ArgumentNullException.ThrowIfNull(network);
        var (model, description) = ExportedFile.Read(path);
        if (!NetworkSpec.Parse(description.Architecture).Equals(network.Spec))
        {
            throw new UserErrorException(ExitCode.Usage, $"'{path}' holds '{description.Architecture}', not '{network.Spec}': choose that --network.");
        }

        using var scope = NewDisposeScope();
        using var twin = PerceptionNetwork.Create(network.Spec, network.Tasks, ImageScale(model.Graph));
        twin.eval();
        MakeIdentity(twin);
        string[] norms = [.. twin.named_modules().Where(entry => entry.module is CountingBatchNorm).Select(entry => entry.name)];
        var factors = norms.Select(name => name + ".weight").ToHashSet(StringComparer.Ordinal);
        var shifts = norms.Select(name => name + ".bias").ToHashSet(StringComparer.Ordinal);
        var unknown = Parameters(twin, name => !factors.Contains(name));
        // Files of before the pads were nodes of their own.
        PadPass.Apply(model.Graph);
        var given = Constants(model.Graph);
        var probe = new Probe(path, model.Graph, given, twin, description, unknown);
        var zero = probe.Export([], _ => 0);
        var known = given.Select(values => new bool[values.Length]).ToArray();
        using (no_grad())
        {
            MakeIdentity(network);

            // Where a convolution has a bias of its own, the shift of the batch norm behind it cannot be told from it and stays 0.
            Take(Parameters(network, name => unknown.ContainsKey(name) && !shifts.Contains(name)), given, zero, known, probe);
            Take(Parameters(network, shifts.Contains), given, zero, known, probe);
        }

        for (var c = 0; c < given.Length; c++)
        {
            for (var i = 0; i < given[c].Length; i++)
            {
                if (!known[c][i] && given[c][i] != zero[c][i])
                {
                    throw Differs(path);
                }
            }
        }
    }

    private static Dictionary<string, Tensor> Parameters(PerceptionNetwork network, Func<string, bool> chosen) =>
        network.named_parameters().Where(entry => chosen(entry.name)).ToDictionary(entry => entry.name, entry => (Tensor)entry.parameter, StringComparer.Ordinal);

    // Fills these parameters from every element that no parameter was found for before.
    private static void Take(Dictionary<string, Tensor> targets, float[][] given, float[][] zero, bool[][] known, Probe probe)
    {
        string[] names = [.. targets.Keys];
        var one = probe.Export(names, _ => 1);
        var tensors = probe.Export(names, place => place.Tensor + 1);
        var high = probe.Export(names, place => place.Element / Half);
        var low = probe.Export(names, place => place.Element % Half);
        var values = names.Select(name => targets[name].cpu().contiguous().data<float>().ToArray()).ToArray();
        for (var c = 0; c < given.Length; c++)
        {
            for (var i = 0; i < given[c].Length; i++)
            {
                var factor = (double)one[c][i] - zero[c][i];
                if (factor == 0 || known[c][i])
                {
                    continue;
                }

                known[c][i] = true;
                values[Mark(tensors) - 1][(Mark(high) * Half) + Mark(low)] = (float)((given[c][i] - zero[c][i]) / factor);

                int Mark(float[][] marks) => (int)Math.Round((marks[c][i] - zero[c][i]) / factor);
            }
        }

        for (var k = 0; k < names.Length; k++)
        {
            targets[names[k]].copy_(tensor(values[k], targets[names[k]].shape));
        }
    }

    private static void MakeIdentity(PerceptionNetwork network)
    {
        using var noGradients = no_grad();
        foreach (var norm in network.modules().OfType<CountingBatchNorm>())
        {
            norm.weight!.fill_(HeldScalar.Of(1));
            norm.bias!.fill_(HeldScalar.Of(0));
            norm.running_mean!.fill_(HeldScalar.Of(0));
            norm.running_var!.fill_(HeldScalar.Of(1 - norm.eps));
        }
    }

    // The float constants that the nodes read, in the order of the nodes: names depend on which constants happen to be equal.
    private static float[][] Constants(Graph graph) =>
    [
        .. graph.Nodes.SelectMany(node => node.Inputs).Select(graph.Initializers.GetValueOrDefault).OfType<Initializer>()
            .Where(constant => constant.Type.Element == ElementType.Float).Select(constant => constant.ToFloats()),
    ];

    private static UserErrorException Differs(string path) => new(
        ExitCode.Usage, $"'{path}' is not what this program would export from its network: other --tasks, another version of the program, or the file was changed. Name its tasks, or train from its checkpoint (.ckpt).");

    /// <summary>Exports of the twin with chosen parameters.</summary>
    private sealed class Probe(string path, Graph file, float[][] given, PerceptionNetwork twin, ModelDescription description, Dictionary<string, Tensor> parameters)
    {
        /// <summary>The constants with numbers in the named parameters and 0 in the others.</summary>
        public float[][] Export(string[] names, Func<(int Tensor, int Element), int> number)
        {
            using var scope = NewDisposeScope();
            using (no_grad())
            {
                foreach (var (name, parameter) in parameters)
                {
                    var place = Array.IndexOf(names, name);
                    var numbers = new float[place < 0 ? 0 : parameter.numel()];
                    for (var i = 0; i < numbers.Length; i++)
                    {
                        numbers[i] = number((place, i));
                    }

                    _ = place < 0 ? parameter.fill_(HeldScalar.Of(0)) : parameter.copy_(tensor(numbers, parameter.shape));
                }
            }

            var graph = ModelExporter.BuildGraph(twin, description.Input.Height, description.Input.Width);
            var constants = Constants(graph);
            var same = graph.Nodes.Select(node => node.Operator).SequenceEqual(file.Nodes.Select(node => node.Operator))
                && constants.Select(values => values.Length).SequenceEqual(given.Select(values => values.Length));
            return same ? constants : throw Differs(path);
        }
    }
}
