using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Parity;

/// <summary>The meters as MTI-Net's repository feeds them: with outputs of the network, and with what it saved as 8-bit images.</summary>
internal static class MtiMetricParity
{
    private static readonly string[] TaskNames = ["semseg", "normals", "sal"];
    private const double Iou = 1e-5, Depth = 5e-5, Angle = 2e-3, Gain = 1e-6;
    private static readonly TaskDescription Normals = TaskDescription.Normals;

    /// <summary>Whether the file holds predictions in the form of MTI-Net's repository, or relative changes of metrics.</summary>
    public static bool Recognises(GoldenFile file) => TaskNames.Any(task => file.Has($"batch0/{task}_pred")) || file.HasGroup("online/") || file.HasGroup("offline/") || file.HasGroup("delta_m");

    public static void Compare(GoldenFile file, ParityReport report)
    {
        var online = new Meters(file.Has("batch0/semseg_pred") ? (int)file.Shape("batch0/semseg_pred")[1] : 1);
        var offline = new Meters(online.Classes);
        for (var i = 0; file.HasGroup($"batch{i}/"); i++)
        {
            Feed(file, $"batch{i}/", online, offline, report);
        }

        CompareOnline(file, online, report);
        CompareOffline(file, offline, report);
        CompareGain(file, report);
    }

    private static void Feed(GoldenFile file, string prefix, Meters online, Meters offline, ParityReport report)
    {
        foreach (var meters in new[] { online, offline })
        {
            if (Has("semseg"))
            {
                meters.Segmentation.Add(file.Floats(prefix + "semseg_pred"), new Target { Labels = Labels(file, prefix + "semseg_target") }, Size("semseg"));
            }

            if (Has("depth"))
            {
                meters.Depth.Add(file.Floats(prefix + "depth_pred"), new Target { Values = GroundTruth(file, TaskDescription.Depth, prefix + "depth_target") }, Size("depth"));
            }
        }

        if (Has("normals"))
        {
            FeedNormals(file, prefix, Size("normals"), online, offline, report);
        }

        if (Has("sal"))
        {
            FeedSaliency(file, prefix, Size("sal"), online, offline, report);
        }

        bool Has(string task) => file.Has($"{prefix}{task}_pred") && file.Has($"{prefix}{task}_target");

        BatchShape Size(string task)
        {
            var shape = file.Shape($"{prefix}{task}_pred");
            return new BatchShape((int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3]);
        }
    }

    // 255 is no class of any data set here; the meter leaves out what is none.
    private static long[] Labels(GoldenFile file, string name) => [.. file.Integers(name).Select(label => label == (long)(file.Number("ignore_value") ?? 255) ? -1 : label)];

    private static void FeedNormals(GoldenFile file, string prefix, BatchShape size, Meters online, Meters offline, ParityReport report)
    {
        var target = GroundTruth(file, Normals, prefix + "normals_target");
        var unit = Normals.Activate(file.Tensor(prefix + "normals_pred").to(float64));
        online.Normals.Add(Floats(unit), new Target { Values = target }, size);
        if (!file.Has(prefix + "normals_saved_u8"))
        {
            return;
        }

        var saved = file.Bytes(prefix + "normals_saved_u8");
        var own = (unit.permute(0, 2, 3, 1).Plus(1) * HeldScalar.Of(127.5)).clamp(HeldScalar.Of(0), HeldScalar.Of(255)).to(uint8).contiguous().data<byte>().ToArray();
        CompareBytes(own, saved, prefix + "normals_saved_u8", report);
        var decoded = tensor(saved, [size.Count, size.Height, size.Width, 3]).to(float64).mul(HeldScalar.Of(2)).div(HeldScalar.Of(255)).sub(HeldScalar.Of(1)).permute(0, 3, 1, 2);
        offline.Normals.Add(Floats(Normals.Activate(decoded)), new Target { Values = target }, size);
    }

    private static void FeedSaliency(GoldenFile file, string prefix, BatchShape size, Meters online, Meters offline, ParityReport report)
    {
        var target = file.Floats(prefix + "sal_target");
        online.Saliency.Add(file.Floats(prefix + "sal_pred"), new Target { Values = target }, size);
        if (!file.Has(prefix + "sal_saved_u8"))
        {
            return;
        }

        var saved = file.Bytes(prefix + "sal_saved_u8");
        CompareBytes(file.Tensor(prefix + "sal_pred").to(float64).sigmoid().mul(HeldScalar.Of(255)).to(uint8).data<byte>().ToArray(), saved, prefix + "sal_saved_u8", report);
        for (var n = 0; n < size.Count; n++)
        {
            var probabilities = saved.AsSpan(n * size.Pixels, size.Pixels).ToArray().Select(value => value / 255.0).ToArray();
            offline.Saliency.AddImage(probabilities, target.AsSpan(n * size.Pixels, size.Pixels));
        }
    }

    private static void CompareOnline(GoldenFile file, Meters meters, ParityReport report)
    {
        var classIou = meters.Segmentation.ClassIou();
        var expected = file.Has("online/semseg_class_iou") ? file.Floats("online/semseg_class_iou") : [];
        for (var c = 0; c < expected.Length; c++)
        {
            report.Number("semseg IoU", $"online/semseg_class_iou[{c}]", double.IsNaN(classIou[c]) ? 0 : classIou[c], expected[c], Iou);
        }

        CompareSegmentation(file, "online/semseg_miou", meters, report);
        CompareDepth(file, "online/depth_rmse_logrmse", meters, report);
        CompareAngles(file, "online/normals_mean_1125_2250_3000", ["mean_angle", "below_11_25", "below_22_5", "below_30"], meters, report);
        CompareSaliency(file, "online/", meters, report);
    }

    private static void CompareOffline(GoldenFile file, Meters meters, ParityReport report)
    {
        CompareSegmentation(file, "offline/semseg_miou", meters, report);
        CompareDepth(file, "offline/depth_rmse_logrmse", meters, report);
        CompareAngles(file, "offline/normals_mean_median_rmse_1125_2250_3000", ["mean_angle", "median_angle", "rmse_angle", "below_11_25", "below_22_5", "below_30"], meters, report);
        CompareSaliency(file, "offline/", meters, report);
    }

    private static void CompareSegmentation(GoldenFile file, string name, Meters meters, ParityReport report)
    {
        if (file.Has(name))
        {
            report.Number("semseg IoU", name, Value(meters.Segmentation, "segmentation.miou_absent_as_zero"), file.Scalar(name), Iou);
        }
    }

    private static void CompareDepth(GoldenFile file, string name, Meters meters, ParityReport report)
    {
        if (!file.Has(name))
        {
            return;
        }

        var expected = file.Floats(name);
        report.Relative("depth", name + "[0]", Value(meters.Depth, "depth.rmse_pooled"), expected[0], Depth);
        report.Relative("depth", name + "[1]", Value(meters.Depth, "depth.log_rmse_pooled"), expected[1], Depth);
    }

    private static void CompareAngles(GoldenFile file, string name, string[] figures, Meters meters, ParityReport report)
    {
        if (!file.Has(name))
        {
            return;
        }

        var expected = file.Floats(name);
        for (var i = 0; i < figures.Length; i++)
        {
            var value = Value(meters.Normals, $"normals.{figures[i]}_pooled");
            if (figures[i].StartsWith("below", StringComparison.Ordinal))
            {
                // The file has percent; as counts of pixels they must agree exactly.
                report.Number("angle counts", $"{name}[{i}]", Math.Round(value * meters.Normals.Valid), Math.Round(expected[i] / 100 * (double)meters.Normals.Valid), 0);
            }
            else
            {
                report.Number("angles", $"{name}[{i}]", value, expected[i], Angle);
            }
        }
    }

    private static void CompareSaliency(GoldenFile file, string prefix, Meters meters, ParityReport report)
    {
        if (file.Has(prefix + "sal_miou_maxf"))
        {
            var expected = file.Floats(prefix + "sal_miou_maxf");
            report.Number("saliency", prefix + "sal_miou_maxf[0]", Value(meters.Saliency, "saliency.miou"), expected[0], Iou);
            report.Number("saliency", prefix + "sal_miou_maxf[1]", Value(meters.Saliency, "saliency.max_f"), expected[1], Iou);
        }

        var thresholds = file.Has(prefix + "sal_miou_per_threshold") ? file.Floats(prefix + "sal_miou_per_threshold") : [];
        for (var t = 0; t < thresholds.Length; t++)
        {
            report.Number("saliency", $"{prefix}sal_miou_per_threshold[{t}]", meters.Saliency.MeanJaccard[t], thresholds[t], Iou);
        }
    }

    private static void CompareGain(GoldenFile file, ParityReport report)
    {
        if (!file.Has("delta_m/value") || file.List("delta_m_tasks") is not { } names)
        {
            return;
        }

        var tasks = names.Select(name => MtiReference.Named(name, channels: 1)).ToArray();
        float[] single = file.Floats("delta_m/single"), multi = file.Floats("delta_m/multi");
        var gain = MultiTaskGain.OverMetrics(tasks.Select((task, i) => new MetricPair(single[i], multi[i], !task.LowerIsBetter)));
        report.Number("delta m", "delta_m/value", gain, file.Scalar("delta_m/value"), Gain);
    }

    private static void CompareBytes(byte[] own, byte[] saved, string name, ParityReport report) =>
        report.Number("8-bit values", name, own.Length == saved.Length ? own.Zip(saved).Count(pair => pair.First != pair.Second) : double.NaN, 0, 0);

    private static float[] GroundTruth(GoldenFile file, TaskDescription task, string name) => MtiReference.Target(file, task, name).contiguous().data<float>().ToArray();

    private static float[] Floats(Tensor values) => values.to(float32).contiguous().data<float>().ToArray();

    private static double Value(ITaskMeter meter, string name) => meter.Values().First(value => value.Name == name).Value;

    private sealed class Meters(int classes)
    {
        public int Classes => classes;

        public SegmentationMeter Segmentation { get; } = new(classes);

        public DepthMeter Depth { get; } = new();

        public NormalsMeter Normals { get; } = new();

        public SaliencyMeter Saliency { get; } = new();
    }
}
