using RoboPerception.Core;
using static TorchSharp.torch;

namespace RoboPerception.Training.Parity;

/// <summary>What came of a comparison.</summary>
/// <param name="Deviations">The largest deviation of every group of values.</param>
/// <param name="LeftOut">Names of values in the file that were compared with nothing.</param>
internal sealed record ParityResult(IReadOnlyList<Deviation> Deviations, IReadOnlyList<string> LeftOut);

/// <summary>Compares this program with files of reference values.</summary>
internal static class ParityChecks
{
    /// <summary>What can be compared. Networks are recognised by their parameters, everything else by the names of its values.</summary>
    public static IReadOnlyList<string> Models { get; } = ["SegNet (single, STAN, MTAN, split, dense, cross-stitch)", "ResNet (single, split, MTAN, cross-stitch, NDDR-CNN)", "HRNet (single, multi-task, PAD-Net, MTI-Net)", "MTI-Net on a ResNet pyramid", "MTAN of the Visual Decathlon", "losses", "metrics", "weightings"];

    /// <summary>Largest deviation of every group of values in the file.</summary>
    /// <exception cref="UserErrorException">The file is damaged or belongs to a model that this program does not have.</exception>
    public static IReadOnlyList<Deviation> Compare(string path) => Examine(path).Deviations;

    /// <summary>The same, and what the file holds beside it.</summary>
    /// <exception cref="UserErrorException">The file is damaged or belongs to a model that this program does not have.</exception>
    public static ParityResult Examine(string path)
    {
        var file = GoldenFile.Read(path);
        var report = new ParityReport();
        try
        {
            using var scope = NewDisposeScope();
            Compare(file, report);
        }
        catch (Exception error) when (error is not (UserErrorException or OperationCanceledException or OutOfMemoryException))
        {
            // Names, shapes and metadata of a file may contradict each other in more ways than are worth a check each.
            throw new UserErrorException(ExitCode.Usage, $"'{path}' cannot be compared: its values do not fit together ({error.Message.Split('\n')[0]}).", error);
        }

        string[] leftOut = [.. file.Unread.Where(name => !name.StartsWith("param/", StringComparison.Ordinal) && name != "input").Order(StringComparer.Ordinal)];
        return report.Deviations.Count > 0
            ? new ParityResult(report.Deviations, leftOut)
            : throw new UserErrorException(ExitCode.Usage, $"'{path}' ('{file.Model}') holds nothing that could be compared: it has {(leftOut.Length == 0 ? "no values" : string.Join(", ", leftOut.Take(5)))}.");
    }

    private static void Compare(GoldenFile file, ParityReport report)
    {
        switch (file)
        {
            case var _ when LossParity.Recognises(file):
                LossParity.Compare(file, report);
                break;
            case var _ when MtiMetricParity.Recognises(file):
                MtiMetricParity.Compare(file, report);
                break;
            case var _ when MetricParity.Recognises(file):
                MetricParity.Compare(file, report);
                break;
            case var _ when WeightingParity.Recognises(file):
                WeightingParity.Compare(file, report);
                break;
            case var _ when GoldenNetworks.IsSegNet(file):
                Network(GoldenNetworks.SegNet(file));
                break;
            case var _ when ParallelParity.Recognises(file):
                ParallelParity.Compare(file, report);
                break;
            case var _ when GoldenPyramids.Recognises(file):
                PyramidParity.Compare(file, report);
                break;
            case var _ when GoldenNetworks.IsResNet(file):
                var (network, rename) = GoldenNetworks.ResNet(file);
                Network(network, rename);
                break;
            case var _ when GoldenNetworks.IsWideResNet(file):
                WideResNetParity.Compare(file, report);
                break;
            default:
                throw new UserErrorException(ExitCode.Usage, $"'{file.Path}' holds reference values of '{file.Model}', which this program does not have; it has {string.Join(", ", Models)}.");
        }

        void Network(Networks.PerceptionNetwork network, Func<string, string>? rename = null)
        {
            using (network)
            {
                NetworkParity.Compare(file, network, report, rename);
            }
        }
    }
}
