using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Tests;

public sealed class MetersTests
{
    [Fact]
    public void Depth_errors_are_told_by_distance_and_normals_by_degree()
    {
        var depth = new DepthMeter();
        depth.Add([1.5f, 1.1f, 8, 5], new Target { Values = [1, 1, 4, 0] }, new BatchShape(1, 1, 1, 4));
        var distances = depth.ByDistance();
        Assert.Equal(2, distances.Count);
        Assert.Equal((2.0 / 3, 0.3, 0.3), (distances[0].Share, Math.Round(distances[0].Absolute, 6), Math.Round(distances[0].Relative, 6)));
        Assert.Equal((4, 1), (distances[1].Absolute, distances[1].Relative));
        Assert.InRange(distances[0].Distance, 1 / 1.2, 1.2);
        Assert.InRange(distances[1].Distance, 4 / 1.2, 4 * 1.2);

        // Two pixels: equal, and at a right angle.
        var normals = new NormalsMeter();
        normals.Add([0, 1, 0, 0, -1, 0], new Target { Values = [0, 0, 0, 0, -1, -1] }, new BatchShape(1, 3, 1, 2));
        Assert.Equal((0.5, 0.5), (normals.ByDegree()[0], normals.ByDegree()[90]));
        Assert.Empty(new NormalsMeter().ByDegree());
    }

    [Fact]
    public void Segmentation_by_hand_with_a_void_pixel()
    {
        var meter = new SegmentationMeter(2);
        meter.AddImage([0, 1, 1, 0], [0, 0, 1, -1]);
        Assert.Equal(new long[,] { { 1, 1 }, { 0, 1 } }, meter.Confusion);
        Assert.Equal(0.5, Value(meter, "segmentation.miou_pooled"), 12);
        Assert.Equal(2.0 / 3, Value(meter, "segmentation.pixel_accuracy_pooled"), 12);
    }

    [Fact]
    public void Scores_are_turned_into_the_first_best_class()
    {
        var meter = new SegmentationMeter(2);
        meter.Add([0.5f, 0.1f, 0.5f, 0.9f], new Target { Labels = [0, 1] }, new BatchShape(1, 2, 1, 2));
        Assert.Equal(1, Value(meter, "segmentation.pixel_accuracy_pooled"));
    }

    [Fact]
    public void Pooled_and_legacy_segmentation_weigh_images_differently()
    {
        var meter = new SegmentationMeter(2);
        meter.AddImage([0, 0, 0, 0], [0, 0, 0, 0]);
        meter.AddImage([1], [0]);
        Assert.Equal(0.4, Value(meter, "segmentation.miou_pooled"), 12);
        Assert.Equal(0.5, Value(meter, "segmentation.miou_legacy"), 12);
    }

    [Fact]
    public void A_class_that_never_occurs_is_left_out_of_the_mean()
    {
        var meter = new SegmentationMeter(3);
        meter.AddImage([0, 1], [0, 1]);
        Assert.True(double.IsNaN(meter.ClassIou()[2]));
        Assert.Equal(1, Value(meter, "segmentation.miou_pooled"));
    }

    [Fact]
    public void An_image_without_labels_says_nothing()
    {
        var meter = new SegmentationMeter(2);
        meter.AddImage([0], [0]);
        meter.AddImage([1], [-1]);
        Assert.Equal(1, Value(meter, "segmentation.miou_legacy"));
    }

    [Fact]
    public void Depth_by_hand()
    {
        var meter = new DepthMeter();
        meter.Add([2, 5, 4], new Target { Values = [1, 0, 2] }, new BatchShape(1, 1, 1, 3));
        Assert.Equal(2, meter.Valid);
        Assert.Equal(1.5, Value(meter, "depth.absolute_error_pooled"), 12);
        Assert.Equal(1, Value(meter, "depth.relative_error_pooled"), 12);
        Assert.Equal(Math.Sqrt(2.5), Value(meter, "depth.rmse_pooled"), 12);
        Assert.Equal(0, Value(meter, "depth.within_factor_1_25"), 12);
    }

    [Fact]
    public void Angles_below_a_threshold_are_counted_strictly_and_the_median_of_an_even_count_is_the_mean_of_the_middle_two()
    {
        var meter = new NormalsMeter();
        float[] angles = [0, 10, 20, 90];
        float[] prediction = new float[12], target = new float[12];
        for (var i = 0; i < 4; i++)
        {
            target[8 + i] = -1;
            prediction[i] = MathF.Sin(float.DegreesToRadians(angles[i]));
            prediction[8 + i] = -MathF.Cos(float.DegreesToRadians(angles[i]));
        }

        meter.Add(prediction, new Target { Values = target }, new BatchShape(1, 3, 1, 4));
        Assert.Equal(30, Value(meter, "normals.mean_angle_pooled"), 0.01);
        Assert.Equal(15, Value(meter, "normals.median_angle_pooled"), 0.01);
        Assert.Equal(0.5, Value(meter, "normals.below_11_25_pooled"), 12);
        Assert.Equal(0.75, Value(meter, "normals.below_22_5_pooled"), 12);
    }

    [Fact]
    public void Pooled_figures_do_not_depend_on_how_pixels_fall_into_batches()
    {
        var random = new Random(3);
        float[] groundTruth = [.. Enumerable.Range(0, 24).Select(_ => 1 + random.NextSingle())], guess = [.. groundTruth.Select(value => value + random.NextSingle())];
        DepthMeter whole = new(), split = new();
        whole.Add(guess, new Target { Values = groundTruth }, new BatchShape(1, 1, 4, 6));
        split.Add(guess.AsSpan(0, 6), new Target { Values = groundTruth.AsSpan(0, 6) }, new BatchShape(1, 1, 1, 6));
        split.Add(guess.AsSpan(6), new Target { Values = groundTruth.AsSpan(6) }, new BatchShape(1, 1, 3, 6));
        Assert.Equal(Value(whole, "depth.relative_error_pooled"), Value(split, "depth.relative_error_pooled"), 12);
        Assert.NotEqual(Value(whole, "depth.relative_error_legacy"), Value(split, "depth.relative_error_legacy"), 6);
    }

    private static double Value(ITaskMeter meter, string name) => meter.Values().Single(value => value.Name == name).Value;
}
