using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

public sealed class LossesTests
{
    [Fact]
    public void Depth_loss_is_the_mean_absolute_error_over_valid_pixels()
    {
        using var scope = NewDisposeScope();
        var target = tensor([1f, 0, 2], [1, 1, 1, 3]);
        var prediction = tensor([2f, 5, 4], [1, 1, 1, 3]);
        Assert.Equal(1.5, DepthLosses.Absolute(prediction, target).item<float>(), 1e-6);
    }

    [Fact]
    public void Normal_loss_is_one_minus_the_mean_cosine()
    {
        using var scope = NewDisposeScope();
        // Three pixels: equal, opposite, invalid. Channels are the outer axis.
        var target = tensor([0f, 0, 0, 0, 0, 0, -1, -1, 0], [1, 3, 1, 3]);
        var prediction = tensor([0f, 0, 1, 0, 0, 0, -1, 1, 0], [1, 3, 1, 3]);
        Assert.Equal(1, TaskLosses.Normals(prediction, target).item<float>(), 1e-6);
    }

    [Fact]
    public void A_normal_whose_components_sum_to_zero_still_counts()
    {
        using var scope = NewDisposeScope();
        var target = tensor([0.70710677f, -0.70710677f, 0], [1, 3, 1, 1]);
        Assert.Equal(2, TaskLosses.Normals(-target, target).item<float>(), 1e-6);
    }

    [Fact]
    public void Segmentation_loss_leaves_void_pixels_out()
    {
        using var scope = NewDisposeScope();
        var scores = log(tensor([0.5f, 0.25f, 0.9f, 0.5f, 0.75f, 0.1f], [1, 2, 1, 3]));
        var target = tensor([0L, 1, -1], [1, 1, 3]);
        Assert.Equal(-(Math.Log(0.5) + Math.Log(0.75)) / 2, TaskLosses.Segmentation(scores, target).item<float>(), 1e-6);
    }

    [Fact]
    public void Without_a_valid_pixel_every_loss_is_zero_and_so_is_its_gradient()
    {
        using var scope = NewDisposeScope();
        foreach (var task in TaskDescription.NyuThree)
        {
            var raw = rand(1, task.Channels, 2, 2).requires_grad_();
            var target = task.Channels == 13 ? full([1, 2, 2], -1L, dtype: int64) : zeros(1, task.Channels, 2, 2);
            var loss = task.Loss(task.Activate(raw), target);
            loss.backward();
            Assert.Equal(0, loss.item<float>());
            Assert.Equal(0, raw.grad!.abs().sum().item<float>());
        }
    }

    [Fact]
    public void A_zero_vector_has_a_finite_gradient()
    {
        using var scope = NewDisposeScope();
        var raw = zeros(1, 3, 1, 1).requires_grad_();
        TaskDescription.Normals.Loss(TaskDescription.Normals.Activate(raw), tensor([0f, 0, -1], [1, 3, 1, 1])).backward();
        Assert.True(raw.grad!.isfinite().all().item<bool>());
    }
}
