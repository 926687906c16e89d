using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Networks.Pyramid;
using RoboPerception.Training.Tasks;
using RoboPerception.Training.Weighting;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Training.Parity;

/// <summary>Networks of MTI-Net's repository: outputs, predictions on the way, losses of all of them, gradients and running statistics.</summary>
internal static class PyramidParity
{
    private const double Output = 2e-4, TrainOutput = 3e-4, Loss = 2e-5;

    /// <summary>Whether the file says how its HRNet is made.</summary>
    public static bool Recognises(GoldenFile file)
    {
        using var config = JsonDocument.Parse(file.Metadata.GetValueOrDefault("config", "{}"));
        return config.RootElement.TryGetProperty("stage1_channels", out _);
    }

    public static void Compare(GoldenFile file, ParityReport report)
    {
        using var scope = NewDisposeScope();
        var parameters = ParametersOf(file);
        using var network = Build(file, parameters);
        NetworkParity.LoadParameters(network, parameters);
        var input = file.Tensor("input");
        if (file.Names.Any(name => name.StartsWith("output/", StringComparison.Ordinal)))
        {
            network.eval();
            using var noGradients = no_grad();
            CompareAnswer(network, network.Predict(input, supervised: true), input, "", Output, file, report);
        }

        if (file.Has("loss/total"))
        {
            network.train();
            var answer = network.Predict(input, supervised: true);
            CompareAnswer(network, answer, input, "train_", TrainOutput, file, report);
            CompareLosses(network, answer, input, file, report);
            NetworkParity.CompareGradients(network, "", file, report);
            NetworkParity.CompareRunningStatistics(network, "", file, report);
        }
    }

    private static void CompareAnswer(PyramidNetwork network, PyramidNetwork.Answer answer, Tensor input, string prefix, double tolerance, GoldenFile file, ParityReport report)
    {
        for (var k = 0; k < network.Tasks.Count; k++)
        {
            Compare(answer.Final[k], prefix + "output", $"{prefix}output/{network.Tasks[k].MtiKey}", enlarged: true);
        }

        foreach (var step in answer.OnTheWay)
        {
            var group = step.Name == "initial" ? "initial" : "deep";
            Compare(step.Raw, prefix + group, prefix + (group == "deep" ? $"deep/{step.Name}/{step.Task.MtiKey}" : $"initial/{step.Task.MtiKey}"), enlarged: false);
        }

        void Compare(Tensor raw, string group, string name, bool enlarged)
        {
            if (file.Has(name))
            {
                var compared = enlarged ? nn.functional.interpolate(raw, [input.shape[2], input.shape[3]], mode: InterpolationMode.Bilinear, align_corners: false) : raw;
                report.Absolute(group, name, NetworkParity.Values(compared), file.Floats(name), tolerance);
            }
        }
    }

    private static void CompareLosses(PyramidNetwork network, PyramidNetwork.Answer answer, Tensor input, GoldenFile file, ParityReport report)
    {
        var truth = network.SupervisedTasks.ToDictionary(task => task, task => MtiReference.Target(task, file.Tensor("target/" + task.MtiKey)));
        foreach (var step in answer.OnTheWay)
        {
            CompareOne(step.Task, step.Raw, (step.Name == "initial" ? "loss/deepsup_" : $"loss/{step.Name}_") + step.Task.MtiKey);
        }

        for (var k = 0; k < network.Tasks.Count; k++)
        {
            CompareOne(network.Tasks[k], answer.Final[k], "loss/" + network.Tasks[k].MtiKey);
        }

        var losses = network.Supervise(answer, input.shape, task => truth[task]).Losses;
        var total = new EqualWeighting().Combine(losses);
        report.Relative("loss", "loss/total", total.item<float>(), file.Scalar("loss/total"), Loss);
        if (file.Has("loss/total_weighted"))
        {
            var weighted = losses.Zip(network.SupervisedTasks, (loss, task) => loss.item<float>() * MtiReference.Weight(task)).Sum();
            report.Relative("loss", "loss/total_weighted", weighted, file.Scalar("loss/total_weighted"), Loss);
        }

        total.backward();

        void CompareOne(TaskDescription task, Tensor raw, string name)
        {
            if (file.Has(name))
            {
                var enlarged = nn.functional.interpolate(raw, [input.shape[2], input.shape[3]], mode: InterpolationMode.Bilinear, align_corners: false);
                report.Relative("loss", name, task.Loss(task.Activate(enlarged), truth[task]).item<float>(), file.Scalar(name), Loss);
            }
        }
    }

    // A file of training values may leave its parameters in the file beside it.
    private static GoldenFile ParametersOf(GoldenFile file) => file.Metadata.TryGetValue("parameters_from", out var name)
        ? GoldenFile.Read(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file.Path))!, name))
        : file;

    private static PyramidNetwork Build(GoldenFile file, GoldenFile parameters)
    {
        using var document = JsonDocument.Parse(file.Metadata["config"]);
        var config = document.RootElement;
        var channels = config.GetProperty("num_output");
        var tasks = Names(config, "tasks").Select(name => MtiReference.Named(name, channels.GetProperty(name).GetInt32())).ToArray();
        var options = new Dictionary<string, string>
        {
            ["channels"] = Numbers(config, "channels"),
            ["modules"] = Numbers(config, "modules"),
            ["stage1"] = config.GetProperty("stage1_channels").ToString(),
            ["blocks"] = config.GetProperty("blocks_per_branch").ToString(),
        };
        Add("aux", config.TryGetProperty("aux_tasks", out _) ? string.Join(',', Names(config, "aux_tasks")) : null);
        Add("softmax", config.TryGetProperty("fpm_softmax", out var softmax) ? (softmax.GetString()!.StartsWith("consecutive", StringComparison.Ordinal) ? "channels" : "tasks") : null);
        Add("feature", config.TryGetProperty("pad_channels", out var feature) ? feature.ToString() : null);
        Add("bottleneck", config.TryGetProperty("pad_bottleneck", out var bottleneck) ? bottleneck.ToString() : null);
        var family = HasPart("scale_0.") ? MtiNetFamilies.HrNetFamily
            : HasPart("initial_task_prediction_heads.") ? PadNet.Family
            : HasPart("decoder.") ? HrNetBaseline.SingleFamily
            : HrNetBaseline.SplitFamily;
        return (PyramidNetwork)PerceptionNetwork.Create(new NetworkSpec(family, options), tasks);

        bool HasPart(string prefix) => parameters.Names.Any(name => name.StartsWith("param/" + prefix, StringComparison.Ordinal));

        void Add(string option, string? value)
        {
            if (value is not null)
            {
                options.Add(option, value);
            }
        }
    }

    private static string[] Names(JsonElement config, string key) => [.. config.GetProperty(key).EnumerateArray().Select(name => name.GetString()!)];

    private static string Numbers(JsonElement config, string key) => string.Join(',', config.GetProperty(key).EnumerateArray().Select(number => number.GetInt32()));
}
