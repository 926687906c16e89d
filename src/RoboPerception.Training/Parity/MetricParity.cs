using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Parity;

/// <summary>The meters on stored predictions: per batch and over the epoch.</summary>
internal static class MetricParity
{
    private const double Iou = 1e-5, Depth = 5e-5, Angle = 2e-3;
    private static readonly string[] AngleNames = ["mean_angle", "median_angle", "below_11_25", "below_22_5", "below_30"];

    public static void Compare(GoldenFile file, ParityReport report)
    {
        var epoch = new Meters((int)file.Shape("epoch/confusion")[0]);
        for (var i = 0; file.Has($"batch{i}/seg_pred"); i++)
        {
            var prefix = $"batch{i}/";
            var batch = new Meters(epoch.Classes);
            Feed(file, prefix, epoch);
            Feed(file, prefix, batch);
            CompareLegacy(file, prefix, batch, report);
            report.Number("valid count", prefix + "depth_valid", batch.Depth.Valid, file.Integers(prefix + "depth_valid")[0], 0);
            report.Number("valid count", prefix + "normal_valid", batch.Normals.Valid, file.Integers(prefix + "normal_valid")[0], 0);
            CompareShares(file, prefix, batch, batch.Normals.Valid, report);
        }

        CompareLegacy(file, "epoch/", epoch, report);
        ComparePooled(file, epoch.Segmentation, report);
    }

    private static void Feed(GoldenFile file, string prefix, Meters meters)
    {
        var shape = file.Shape(prefix + "seg_pred");
        int count = (int)shape[0], height = (int)shape[2], width = (int)shape[3];
        meters.Segmentation.Add(file.Floats(prefix + "seg_pred"), new Target { Labels = file.Integers(prefix + "seg_target") }, new BatchShape(count, meters.Classes, height, width));
        meters.Depth.Add(file.Floats(prefix + "depth_pred"), new Target { Values = file.Floats(prefix + "depth_target") }, new BatchShape(count, 1, height, width));
        meters.Normals.Add(file.Floats(prefix + "normal_pred"), new Target { Values = file.Floats(prefix + "normal_target") }, new BatchShape(count, 3, height, width));
    }

    private static void CompareLegacy(GoldenFile file, string prefix, Meters meters, ParityReport report)
    {
        var segmentation = Named(meters.Segmentation);
        report.Number("legacy IoU", prefix + "legacy_miou", segmentation["segmentation.miou_legacy"], file.Scalar(prefix + "legacy_miou"), Iou);
        report.Number("legacy IoU", prefix + "legacy_pixacc", segmentation["segmentation.pixel_accuracy_legacy"], file.Scalar(prefix + "legacy_pixacc"), Iou);
        var depth = Named(meters.Depth);
        var expected = file.Floats(prefix + "depth_abs_rel");
        report.Relative("depth", prefix + "depth_abs_rel[0]", depth["depth.absolute_error_legacy"], expected[0], Depth);
        report.Relative("depth", prefix + "depth_abs_rel[1]", depth["depth.relative_error_legacy"], expected[1], Depth);
        var normals = Named(meters.Normals);
        expected = file.Floats(prefix + "normal_mean_median_1125_2250_3000");
        for (var i = 0; i < 2; i++)
        {
            report.Number("angles", $"{prefix}normal[{i}]", normals[$"normals.{AngleNames[i]}_legacy"], expected[i], Angle);
        }
    }

    private static void CompareShares(GoldenFile file, string prefix, Meters meters, long valid, ParityReport report)
    {
        var normals = Named(meters.Normals);
        var expected = file.Floats(prefix + "normal_mean_median_1125_2250_3000");
        for (var i = 2; i < AngleNames.Length; i++)
        {
            var count = normals[$"normals.{AngleNames[i]}_legacy"] * valid;
            report.Number("angle counts", $"{prefix}normal[{i}]", Math.Round(count), Math.Round(expected[i] * (double)valid), 0);
        }
    }

    private static void ComparePooled(GoldenFile file, SegmentationMeter meter, ParityReport report)
    {
        var expected = file.Integers("epoch/confusion");
        var confusion = meter.Confusion.Cast<long>().ToArray();
        for (var i = 0; i < expected.Length; i++)
        {
            report.Number("confusion", $"epoch/confusion[{i}]", confusion[i], expected[i], 0);
        }

        var classIou = meter.ClassIou();
        var expectedIou = file.Floats("epoch/class_iou");
        for (var c = 0; c < expectedIou.Length; c++)
        {
            report.Number("pooled IoU", $"epoch/class_iou[{c}]", classIou[c], expectedIou[c], Iou);
        }

        // The reference mean is NaN when a class is absent; our figure leaves the class out, so the plain mean is compared.
        report.Number("pooled IoU", "epoch/miou", classIou.Average(), file.Scalar("epoch/miou"), Iou);
        report.Number("pooled IoU", "epoch/pixacc", Named(meter)["segmentation.pixel_accuracy_pooled"], file.Scalar("epoch/pixacc"), Iou);
    }

    private static Dictionary<string, double> Named(ITaskMeter meter) => meter.Values().ToDictionary(value => value.Name, value => value.Value);

    private sealed class Meters(int classes)
    {
        public int Classes => classes;

        public SegmentationMeter Segmentation { get; } = new(classes);

        public DepthMeter Depth { get; } = new();

        public NormalsMeter Normals { get; } = new();
    }
}
