using RoboPerception.Core;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

public sealed class TasksTests
{
    private static readonly TaskDescription[] All =
    [
        .. TaskDescription.NyuThree, TaskDescription.LogDepth, TaskDescription.Normals with { NormalsLoss = NormalsLossKind.Absolute },
        TaskDescription.Normals with { NormalsLoss = NormalsLossKind.Chord },
        TaskDescription.Depth with { DepthLoss = DepthLossKind.InverseHuber }, TaskDescription.LogDepth with { DepthLoss = DepthLossKind.InverseHuber },
        TaskDescription.LogDepth with { DepthLoss = DepthLossKind.ScaleInvariant },
        TaskDescription.Edges, TaskDescription.Saliency, TaskDescription.HumanParts,
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(90)]
    [InlineData(180)]
    public void The_chord_between_normals_follows_their_angle(double degrees)
    {
        using var scope = NewDisposeScope();
        var angle = degrees * Math.PI / 180;
        var prediction = tensor([(float)Math.Sin(angle), 0f, -(float)Math.Cos(angle)]).view(1, 3, 1, 1).expand(1, 3, 1, 2).contiguous().requires_grad_();

        // The second pixel has no ground truth.
        var target = tensor([0f, 0f, 0f, 0f, -1f, 0f]).view(1, 3, 1, 2);
        var loss = TaskLosses.NormalsChord(prediction, target);
        Assert.Equal(2 * Math.Sin(angle / 2), loss.item<float>(), 2e-3);
        loss.backward();
        Assert.All(prediction.grad!.data<float>().ToArray(), slope => Assert.True(float.IsFinite(slope)));
        Assert.Equal(0, prediction.grad![0, 0, 0, 1].item<float>());
    }

    [Fact]
    public void A_task_list_can_ask_for_the_chord_and_mti_net_keeps_it()
    {
        var tasks = RoboPerception.Training.Optimisation.TaskList.Parse("seg,depth,normal-chord");
        Assert.Equal("normal", tasks[2].Key);
        using var network = RoboPerception.Training.Networks.PerceptionNetwork.Create(RoboPerception.Training.Networks.NetworkSpec.Parse("mtinet-mobilenetv2:widths=8,8,16,16;head=8"), tasks);
        Assert.Equal(NormalsLossKind.Chord, network.Tasks[2].NormalsLoss);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(13)]
    [InlineData(19)]
    [InlineData(21)]
    [InlineData(40)]
    public void Every_class_set_of_the_papers_is_there(int count)
    {
        var task = TaskDescription.Segmentation(TaskClasses.Of(count));
        Assert.Equal(count, task.Channels);
        Assert.Equal(count, task.Classes!.Classes.Select(info => info.Colour).Distinct().Count());
    }

    [Fact]
    public void A_class_set_that_is_not_there_is_refused() =>
        Assert.Contains("12 classes", Assert.Throws<UserErrorException>(() => TaskClasses.Of(12)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_logarithmic_head_that_is_far_off_at_a_pixel_has_a_finite_loss_and_is_pulled_back()
    {
        using var scope = NewDisposeScope();
        foreach (var kind in Enum.GetValues<DepthLossKind>())
        {
            var task = TaskDescription.LogDepth with { DepthLoss = kind };
            var raw = tensor([-500f, 500f, -79.5f, 1.25f]).view(1, 1, 2, 2).requires_grad_();
            var prediction = task.Activate(raw);
            Assert.Equal(MathF.Exp(1.25f), prediction[0, 0, 1, 1].item<float>());
            var loss = task.Loss(prediction, full([1, 1, 2, 2], 3));
            Assert.True(float.IsFinite(loss.item<float>()));
            loss.backward();
            var slopes = raw.grad!.data<float>().ToArray();
            Assert.True(slopes[0] < 0 && slopes[1] > 0 && slopes.All(float.IsFinite), $"{kind}: {string.Join(' ', slopes)}");
        }
    }

    [Fact]
    public void No_loss_is_NaN_without_a_valid_pixel_or_for_a_zero_vector()
    {
        using var scope = NewDisposeScope();
        foreach (var task in All)
        {
            var raw = zeros(1, task.Channels, 4, 4).requires_grad_();
            var target = task.Classes is null ? zeros(1, task.Channels, 4, 4) : full([1, 4, 4], TaskLosses.VoidLabel, dtype: int64);
            var loss = task.Loss(task.Activate(raw), target);
            loss.backward();
            Assert.True(float.IsFinite(loss.item<float>()), task.Key);
            Assert.True(raw.grad!.isfinite().all().item<bool>(), task.Key);
        }
    }

    [Fact]
    public void Absolute_normals_loss_counts_three_components_a_valid_pixel()
    {
        using var scope = NewDisposeScope();
        var prediction = tensor([0f, 0, 1, 0, 0, 1], [1, 3, 1, 2]);
        var target = tensor([0f, 0, 0, 0, -1, 0], [1, 3, 1, 2]);

        // Pixel 0: (0,1,0) against (0,0,-1) differs by 2; pixel 1 has no ground truth.
        Assert.Equal(2.0 / 3, TaskLosses.NormalsAbsolute(prediction, target).item<float>(), 1e-6);
    }

    [Fact]
    public void Edge_loss_weighs_edges_nineteen_times_as_much()
    {
        using var scope = NewDisposeScope();
        var zero = zeros(1, 1, 1, 2);
        Assert.Equal(Math.Log(2) / 2, TaskLosses.Edges(zero, tensor([1f, 0], [1, 1, 1, 2])).item<float>(), 1e-6);
        Assert.Equal(0.95 * Math.Log(2), TaskLosses.Edges(zero, ones(1, 1, 1, 2)).item<float>(), 1e-6);
    }

    [Fact]
    public void Saliency_loss_gives_both_sides_the_same_weight()
    {
        using var scope = NewDisposeScope();
        var target = tensor([1f, 0, 0, 0], [1, 1, 1, 4]);

        // One positive of weight 3/4 and three negatives of weight 1/4: 1.5 log 2 over four pixels.
        Assert.Equal(1.5 * Math.Log(2) / 4, TaskLosses.Saliency(zeros(1, 1, 1, 4), target).item<float>(), 1e-6);
    }

    [Fact]
    public void Perfect_saliency_scores_one_and_an_empty_image_counts_as_right()
    {
        var meter = new SaliencyMeter();
        meter.AddImage([1, 1, 0, 0], [1, 1, 0, 0]);
        meter.AddImage([0, 0, 0, 0], [0, 0, 0, 0]);
        Assert.Equal(1, meter.Values()[0].Value);
    }

    [Fact]
    public void Saliency_takes_the_best_threshold()
    {
        var meter = new SaliencyMeter();
        meter.AddImage([0.95, 0.5, 0.5, 0.1], [1, 0, 0, 0]);
        Assert.Equal(1, meter.Values()[0].Value);
        Assert.Equal(1, meter.Values()[1].Value, 1e-9);
        Assert.Equal(1.0 / 3, meter.MeanJaccard[0], 1e-12);
    }

    [Fact]
    public void An_edge_within_the_tolerance_is_found_and_one_beyond_is_not()
    {
        Assert.Equal(1, OdsF(shift: 1), 1e-9);
        Assert.Equal(0, OdsF(shift: 10), 1e-9);
    }

    [Fact]
    public void A_thick_edge_is_thinned_to_its_ridge()
    {
        float[] map = [0, 0.5f, 0.9f, 0.5f, 0, 0, 0.5f, 0.9f, 0.5f, 0, 0, 0.5f, 0.9f, 0.5f, 0];
        Assert.Equal([0, 0, 0.9f, 0, 0, 0, 0, 0.9f, 0, 0, 0, 0, 0.9f, 0, 0], EdgeThinning.KeepRidges(map, 3, 5));
    }

    [Fact]
    public void Images_without_people_do_not_count_for_human_parts()
    {
        var meter = SegmentationMeter.OfHumanParts();
        meter.AddImage([1, 1], [0, TaskLosses.VoidLabel]);
        Assert.True(double.IsNaN(meter.Values()[0].Value));
        meter.AddImage([1, 0], [1, 0]);
        Assert.Equal(1, meter.Values()[0].Value);
        Assert.Equal("human_parts.miou_pooled", meter.Values()[0].Name);
    }

    [Fact]
    public void Depth_figures_follow_their_definitions()
    {
        var meter = new DepthMeter();
        meter.Add([2, 5, 4], new Target { Values = new float[] { 1, 0, 2 } }, new BatchShape(1, 1, 1, 3));
        var values = meter.Values().ToDictionary(value => value.Name, value => value.Value);
        Assert.Equal(1.5, values["depth.absolute_error_pooled"]);
        Assert.Equal(1, values["depth.relative_error_pooled"]);
        Assert.Equal(Math.Sqrt(2.5), values["depth.rmse_pooled"], 1e-12);
        Assert.Equal(Math.Log(2), values["depth.log_rmse_pooled"], 1e-12);
        Assert.Equal(1.5, values["depth.squared_relative_error_pooled"], 1e-12);
        Assert.Equal(0, values["depth.within_factor_1_25_cubed"]);
    }

    // A vertical edge in column 16 of 40x40, predicted some columns aside; the tolerance is 2 pixels.
    private static double OdsF(int shift)
    {
        const int size = 40;
        float[] logits = new float[size * size], groundTruth = new float[size * size];
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                logits[(y * size) + x] = x == 16 + shift ? 3 : -10;
                groundTruth[(y * size) + x] = x == 16 ? 1 : 0;
            }
        }

        var meter = new EdgeMeter(2 / (size * Math.Sqrt(2)));
        meter.Add(logits, new Target { Values = groundTruth }, new BatchShape(1, 1, size, size));
        return meter.Values()[0].Value;
    }
}
