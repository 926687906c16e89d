using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Parity;

/// <summary>The meters on stored predictions: per batch and over the epoch.</summary>
internal static class MetricParity
{
    private static readonly string[] TaskNames = ["seg", "depth", "normal"];
    private const double Iou = 1e-5, Depth = 5e-5, Angle = 2e-3, Share = 1e-6;
    private const string AngleGroup = "normal_mean_median_1125_2250_3000";
    private static readonly string[] AngleNames = ["mean_angle", "median_angle", "below_11_25", "below_22_5", "below_30"];

    /// <summary>Whether the file holds predictions in the form of MTAN's repository.</summary>
    public static bool Recognises(GoldenFile file) => TaskNames.Any(task => file.Has($"batch0/{task}_pred"));

    public static void Compare(GoldenFile file, ParityReport report)
    {
        var classes = file.Has("batch0/seg_pred") ? (int)file.Shape("batch0/seg_pred")[1] : 1;
        var epoch = new Meters(classes);
        for (var i = 0; file.HasGroup($"batch{i}/"); i++)
        {
            var prefix = $"batch{i}/";
            var batch = new Meters(classes);
            Feed(file, prefix, epoch);
            Feed(file, prefix, batch);
            CompareLegacy(file, prefix, batch, report);
            Count(prefix + "depth_valid", batch.Depth.Valid);
            Count(prefix + "normal_valid", batch.Normals.Valid);
            CompareShares(file, prefix, batch, report);
        }

        CompareLegacy(file, "epoch/", epoch, report);
        ComparePooled(file, epoch.Segmentation, report);
        CompareMeanShares(file, epoch, report);

        void Count(string name, long valid)
        {
            if (file.Has(name))
            {
                report.Number("valid count", name, valid, file.Integers(name)[0], 0);
            }
        }
    }

    private static void Feed(GoldenFile file, string prefix, Meters meters)
    {
        if (Has("seg"))
        {
            meters.Segmentation.Add(file.Floats(prefix + "seg_pred"), new Target { Labels = file.Integers(prefix + "seg_target") }, Shape("seg"));
        }

        if (Has("depth"))
        {
            meters.Depth.Add(file.Floats(prefix + "depth_pred"), new Target { Values = file.Floats(prefix + "depth_target") }, Shape("depth"));
        }

        if (Has("normal"))
        {
            meters.Normals.Add(file.Floats(prefix + "normal_pred"), new Target { Values = file.Floats(prefix + "normal_target") }, Shape("normal"));
        }

        bool Has(string task) => file.Has($"{prefix}{task}_pred") && file.Has($"{prefix}{task}_target");

        BatchShape Shape(string task)
        {
            var shape = file.Shape($"{prefix}{task}_pred");
            return new BatchShape((int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3]);
        }
    }

    private static void CompareLegacy(GoldenFile file, string prefix, Meters meters, ParityReport report)
    {
        One("legacy_miou", meters.Segmentation, "segmentation.miou_legacy");
        One("legacy_pixacc", meters.Segmentation, "segmentation.pixel_accuracy_legacy");
        if (file.Has(prefix + "depth_abs_rel"))
        {
            var (depth, expected) = (Named(meters.Depth), file.Floats(prefix + "depth_abs_rel"));
            report.Relative("depth", prefix + "depth_abs_rel[0]", depth["depth.absolute_error_legacy"], expected[0], Depth);
            report.Relative("depth", prefix + "depth_abs_rel[1]", depth["depth.relative_error_legacy"], expected[1], Depth);
        }

        if (file.Has(prefix + AngleGroup))
        {
            var (normals, expected) = (Named(meters.Normals), file.Floats(prefix + AngleGroup));
            for (var i = 0; i < 2; i++)
            {
                report.Number("angles", $"{prefix}normal[{i}]", normals[$"normals.{AngleNames[i]}_legacy"], expected[i], Angle);
            }
        }

        void One(string name, ITaskMeter meter, string figure)
        {
            if (file.Has(prefix + name))
            {
                report.Number("legacy IoU", prefix + name, Named(meter)[figure], file.Scalar(prefix + name), Iou);
            }
        }
    }

    private static void CompareShares(GoldenFile file, string prefix, Meters meters, ParityReport report)
    {
        if (!file.Has(prefix + AngleGroup))
        {
            return;
        }

        var (normals, expected, valid) = (Named(meters.Normals), file.Floats(prefix + AngleGroup), meters.Normals.Valid);
        for (var i = 2; i < AngleNames.Length; i++)
        {
            var count = normals[$"normals.{AngleNames[i]}_legacy"] * valid;
            report.Number("angle counts", $"{prefix}normal[{i}]", Math.Round(count), Math.Round(expected[i] * (double)valid), 0);
        }
    }

    // Means of shares of batches are no counts; the precision of a float is what is left.
    private static void CompareMeanShares(GoldenFile file, Meters meters, ParityReport report)
    {
        if (!file.Has("epoch/" + AngleGroup))
        {
            return;
        }

        var (normals, expected) = (Named(meters.Normals), file.Floats("epoch/" + AngleGroup));
        for (var i = 2; i < AngleNames.Length; i++)
        {
            report.Number("mean shares", $"epoch/normal[{i}]", normals[$"normals.{AngleNames[i]}_legacy"], expected[i], Share);
        }
    }

    private static void ComparePooled(GoldenFile file, SegmentationMeter meter, ParityReport report)
    {
        if (file.Has("epoch/confusion"))
        {
            var (expected, confusion) = (file.Integers("epoch/confusion"), meter.Confusion.Cast<long>().ToArray());
            for (var i = 0; i < Math.Max(expected.Length, confusion.Length); i++)
            {
                report.Number("confusion", $"epoch/confusion[{i}]", i < confusion.Length ? confusion[i] : double.NaN, i < expected.Length ? expected[i] : -1, 0);
            }
        }

        var classIou = meter.ClassIou();
        if (file.Has("epoch/class_iou"))
        {
            foreach (var (c, expected) in file.Floats("epoch/class_iou").Index())
            {
                report.Number("pooled IoU", $"epoch/class_iou[{c}]", classIou[c], expected, Iou);
            }
        }

        // The reference mean is NaN when a class is absent; our figure leaves the class out, so the plain mean is compared.
        if (file.Has("epoch/miou"))
        {
            report.Number("pooled IoU", "epoch/miou", classIou.Average(), file.Scalar("epoch/miou"), Iou);
        }

        if (file.Has("epoch/pixacc"))
        {
            report.Number("pooled IoU", "epoch/pixacc", Named(meter)["segmentation.pixel_accuracy_pooled"], file.Scalar("epoch/pixacc"), Iou);
        }
    }

    private static Dictionary<string, double> Named(ITaskMeter meter) => meter.Values().ToDictionary(value => value.Name, value => value.Value);

    private sealed class Meters(int classes)
    {
        public SegmentationMeter Segmentation { get; } = new(classes);

        public DepthMeter Depth { get; } = new();

        public NormalsMeter Normals { get; } = new();
    }
}
