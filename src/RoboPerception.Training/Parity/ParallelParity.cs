using System.Globalization;
using System.Text.Json;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;
using RoboPerception.Training.Weighting;
using static TorchSharp.torch;

namespace RoboPerception.Training.Parity;

/// <summary>NDDR-CNN and cross-stitch networks of MTI-Net's repository: one residual network per task.</summary>
internal static class ParallelParity
{
    private const string Prefix = "param/";
    private const double Output = 2e-4, TrainOutput = 3e-4, Loss = 2e-5;

    /// <summary>Whether the parameters are those of such a network.</summary>
    public static bool Recognises(GoldenFile file) => IsNddr(file) || file.Names.Any(name =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.Contains("stitch", StringComparison.OrdinalIgnoreCase));

    public static void Compare(GoldenFile file, ParityReport report)
    {
        using var scope = NewDisposeScope();
        using var document = JsonDocument.Parse(file.Metadata["config"]);
        TaskDescription[] tasks = [.. document.RootElement.GetProperty("tasks").EnumerateArray()
            .Select(name => MtiReference.Named(name.GetString()!, (int)file.Shape("output/" + name.GetString())[1]))];
        string[] names = [.. tasks.Select(task => task.MtiKey)];
        using var network = Build(file, tasks, Rename);
        NetworkParity.LoadParameters(network, file, Rename);
        var input = file.Tensor("input");
        network.eval();
        using (no_grad())
        {
            CompareOutputs(network.ForwardRaw(input), "output", Output);
        }

        if (!file.Has("loss/total"))
        {
            return;
        }

        network.train();
        var raw = network.ForwardRaw(input);
        CompareOutputs(raw, "train_output", TrainOutput);
        var losses = tasks.Select((task, k) => task.Loss(task.Activate(raw[k]), MtiReference.Target(task, file.Tensor("target/" + task.MtiKey)))).ToArray();
        for (var k = 0; k < tasks.Length; k++)
        {
            report.Relative("loss", "loss/" + names[k], losses[k].item<float>(), file.Scalar("loss/" + names[k]), Loss);
        }

        var total = new EqualWeighting().Combine(losses);
        report.Relative("loss", "loss/total", total.item<float>(), file.Scalar("loss/total"), Loss);
        if (file.Has("loss/total_weighted"))
        {
            var weighted = losses.Zip(tasks, (loss, task) => loss.item<float>() * MtiReference.Weight(task)).Sum();
            report.Relative("loss", "loss/total_weighted", weighted, file.Scalar("loss/total_weighted"), Loss);
        }

        total.backward();
        NetworkParity.CompareGradients(network, "", file, report, Rename);
        NetworkParity.CompareRunningStatistics(network, "", file, report, Rename);

        string Rename(string key) => ParallelKeys.Canonical(key, file.Shape(Prefix + key), names);

        void CompareOutputs(Tensor[] outputs, string group, double tolerance)
        {
            for (var k = 0; k < outputs.Length; k++)
            {
                report.Absolute(group, $"{group}/{names[k]}", NetworkParity.Values(outputs[k]), file.Floats($"{group}/{names[k]}"), tolerance);
            }
        }
    }

    private static ParallelResNet Build(GoldenFile file, TaskDescription[] tasks, Func<string, string> rename)
    {
        var shapes = file.Names.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(name => rename(name[Prefix.Length..]), file.Shape);
        var first = $"backbone.{tasks[0].MtiKey}.";
        var layers = shapes.Keys.Where(name => name.StartsWith(first, StringComparison.Ordinal)).ToHashSet();
        var options = GoldenNetworks.ResNetOptions(
            name => shapes.TryGetValue(first + name, out var shape) ? shape[0] : null,
            "conv1.weight",
            layer => $"layer{layer}.{LastBlock(layer)}",
            (layer, block) => $"layer{layer}.{block}.conv1.weight",
            lastIsApart: false);
        options["head"] = shapes[$"heads.{tasks[0].MtiKey}.1.weight"][0].ToString(CultureInfo.InvariantCulture);
        var spec = new NetworkSpec(IsNddr(file) ? NddrResNet.Family : CrossStitchResNet.Family, options);
        return (ParallelResNet)PerceptionNetwork.Create(spec, tasks);

        int LastBlock(int layer) => Enumerable.Range(0, int.MaxValue).TakeWhile(block => layers.Contains($"{first}layer{layer}.{block}.conv1.weight")).Count() - 1;
    }

    private static bool IsNddr(GoldenFile file) =>
        file.Names.Any(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.Contains("nddr", StringComparison.OrdinalIgnoreCase));
}
