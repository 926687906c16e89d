using System.Globalization;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Parity;

/// <summary>NDDR-CNN and cross-stitch networks of MTI-Net's repository: one residual network per task.</summary>
internal static class ParallelParity
{
    /// <summary>Whether the parameters are those of such a network.</summary>
    public static bool Recognises(GoldenFile file) => IsNddr(file) || file.Parameters.Any(name => name.Contains("stitch", StringComparison.OrdinalIgnoreCase));

    public static void Compare(GoldenFile file, ParityReport report)
    {
        var tasks = GoldenTasks.Of(file);
        string[] names = [.. tasks.Select(task => task.MtiKey)];
        using var network = Build(file, tasks, Rename);
        NetworkParity.Compare(file, network, report, Rename);

        string Rename(string key) => ParallelKeys.Canonical(key, file.HasParameter(key) ? file.ParameterShape(key) : [], names);
    }

    private static ParallelResNet Build(GoldenFile file, TaskDescription[] tasks, Func<string, string> rename)
    {
        var shapes = file.Parameters.ToDictionary(rename, file.ParameterShape);
        var first = $"backbone.{tasks[0].MtiKey}.";
        var options = GoldenNetworks.ResNetOptions(name => shapes.TryGetValue(first + name, out var shape) ? shape[0] : null, "", "conv1.weight");
        options["head"] = shapes.TryGetValue($"heads.{tasks[0].MtiKey}.1.weight", out var head) ? head[0].ToString(CultureInfo.InvariantCulture) : "256";
        return (ParallelResNet)PerceptionNetwork.Create(new NetworkSpec(IsNddr(file) ? NddrResNet.Family : CrossStitchResNet.Family, options), tasks);
    }

    private static bool IsNddr(GoldenFile file) => file.Parameters.Any(name => name.Contains("nddr", StringComparison.OrdinalIgnoreCase));
}
