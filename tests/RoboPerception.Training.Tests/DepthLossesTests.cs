using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

public sealed class DepthLossesTests
{
    [Fact]
    public void Inverse_huber_is_absolute_up_to_a_fifth_of_the_largest_difference_and_quadratic_beyond()
    {
        using var scope = NewDisposeScope();
        var prediction = tensor([1.1f, 0.8f, 2f, 7f], [1, 1, 1, 4]);
        var target = tensor([1f, 1f, 1f, 0f], [1, 1, 1, 4]);

        // c = 0.2 x 1 m: 0.1 and 0.2 count as they are, 1 counts (1 + 0.04) / 0.4; the last pixel has no ground truth.
        Assert.Equal((0.1 + 0.2 + 2.6) / 3, DepthLosses.InverseHuber(prediction, target).item<float>(), 1e-5);
    }

    [Fact]
    public void Inverse_huber_of_logarithms_does_not_depend_on_the_unit()
    {
        using var scope = NewDisposeScope();
        var prediction = tensor([1f, 2f, 3f, 5f], [1, 1, 2, 2]);
        var target = tensor([1.5f, 2f, 2f, 8f], [1, 1, 2, 2]);
        var metres = DepthLosses.InverseHuber(prediction, target, logarithmic: true).item<float>();
        Assert.Equal(metres, DepthLosses.InverseHuber(prediction * 1000, target * 1000, logarithmic: true).item<float>(), 1e-4);
        Assert.NotEqual(metres, DepthLosses.InverseHuber(prediction, target).item<float>());
    }

    [Fact]
    public void A_scale_that_is_off_costs_the_scale_invariant_loss_little_and_one_image_at_a_time()
    {
        using var scope = NewDisposeScope();
        var target = tensor([1f, 2f, 3f, 4f, 1f, 2f, 3f, 4f], [2, 1, 2, 2]);

        // The first image is twice as far as it should be, the second half as far.
        var prediction = target * tensor([2f, 0.5f]).view(2, 1, 1, 1);
        var expected = Math.Log(2) * Math.Sqrt(1 - DepthLosses.VarianceFocus);
        Assert.Equal(expected, DepthLosses.ScaleInvariant(prediction, target).item<float>(), 1e-4);
        Assert.Equal(Math.Log(2), DepthLosses.Absolute(prediction, target, logarithmic: true).item<float>(), 1e-5);
    }

    [Fact]
    public void The_scale_invariant_loss_leaves_out_pixels_and_images_without_ground_truth()
    {
        using var scope = NewDisposeScope();
        var prediction = tensor([1f, 2f, 3f, 5f, 9f, 9f, 9f, 9f], [2, 1, 2, 2]).requires_grad_();
        var target = tensor([2f, 2f, 0f, 0f, 0f, 0f, 0f, 0f], [2, 1, 2, 2]);
        var loss = DepthLosses.ScaleInvariant(prediction, target);
        var mean = -Math.Log(2) / 2;
        Assert.Equal(Math.Sqrt((Math.Log(2) * Math.Log(2) / 2) - (DepthLosses.VarianceFocus * mean * mean)), loss.item<float>(), 1e-4);
        loss.backward();
        var slopes = prediction.grad!.data<float>().ToArray();
        Assert.All(slopes, slope => Assert.True(float.IsFinite(slope)));
        Assert.NotEqual(0, slopes[0]);
        Assert.All(slopes[2..], slope => Assert.Equal(0, slope));
    }

    [Theory]
    [InlineData("mtan-mobilenetv2", "depth-berhu", DepthLossKind.InverseHuber, true)]
    [InlineData("mtinet-mobilenetv2:widths=8,8,16,16;head=8", "depth-silog", DepthLossKind.ScaleInvariant, true)]
    [InlineData("mtan-segnet:widths=4,4,8,8,8", "depth-berhu", DepthLossKind.InverseHuber, false)]
    [InlineData("mtan-segnet:widths=4,4,8,8,8", "depth-silog", DepthLossKind.ScaleInvariant, true)]
    public void A_task_list_can_ask_for_them_and_networks_keep_what_it_asks(string text, string key, object kind, bool logarithmic)
    {
        using var network = PerceptionNetwork.Create(NetworkSpec.Parse(text), TaskList.Parse($"seg,{key}"));
        Assert.Equal("depth", network.Tasks[1].Key);
        Assert.Equal((DepthLossKind)kind, network.Tasks[1].DepthLoss);
        Assert.Equal(logarithmic, network.Tasks[1].Logarithmic);
    }

    [Fact]
    public void Metres_have_no_scale_invariant_loss()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<NotSupportedException>(() => DepthLosses.Of(DepthLossKind.ScaleInvariant, logarithmic: false, ones(1, 1, 2, 2), ones(1, 1, 2, 2)));
    }
}
