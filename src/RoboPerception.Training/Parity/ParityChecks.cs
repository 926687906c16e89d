using RoboPerception.Core;

namespace RoboPerception.Training.Parity;

/// <summary>Compares this program with files of reference values.</summary>
internal static class ParityChecks
{
    /// <summary>The models that can be compared; networks are recognised by their parameters, the others by the name in a file's metadata.</summary>
    public static IReadOnlyList<string> Models { get; } = ["mtan", "stan", "single", "split", "dense", "cross_stitch", "resnet_mtan", "nddr_cnn", "wrn_mtan", "losses_mtan", "metrics_mtan", "metrics_mtan_absent_class", "loss_weighting", "losses_mtinet", "metrics_mtinet", "mti_net", "pad_net", "single_task", "multi_task"];

    /// <summary>Largest deviation of every group of values in the file.</summary>
    /// <exception cref="UserErrorException">The file is damaged or belongs to a model that this program does not have.</exception>
    public static IReadOnlyList<Deviation> Compare(string path)
    {
        var file = GoldenFile.Read(path);
        var report = new ParityReport();
        switch (file.Model)
        {
            case "losses_mtan":
                LossParity.CompareMtan(file, report);
                break;
            case "metrics_mtan" or "metrics_mtan_absent_class":
                MetricParity.Compare(file, report);
                break;
            case "losses_mtinet":
                LossParity.CompareMtiNet(file, report);
                break;
            case "metrics_mtinet":
                MtiMetricParity.Compare(file, report);
                break;
            case "loss_weighting":
                WeightingParity.Compare(file, report);
                break;
            case var _ when GoldenNetworks.IsSegNet(file):
                NetworkParity.Compare(file, GoldenNetworks.SegNet, report);
                break;
            case var _ when GoldenNetworks.IsMtanResNet(file):
                NetworkParity.Compare(file, GoldenNetworks.MtanResNet, report);
                break;
            case var _ when ParallelParity.Recognises(file):
                ParallelParity.Compare(file, report);
                break;
            case var _ when PyramidParity.Recognises(file):
                PyramidParity.Compare(file, report);
                break;
            case var _ when GoldenNetworks.IsWideResNet(file):
                WideResNetParity.Compare(file, report);
                break;
            default:
                throw new UserErrorException(ExitCode.Usage, $"'{path}' holds reference values of '{file.Model}', which this program does not have; it has {string.Join(", ", Models)}.");
        }

        return report.Deviations;
    }
}
