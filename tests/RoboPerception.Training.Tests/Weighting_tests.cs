using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using RoboPerception.Training.Weighting;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

public sealed class Weighting_tests
{
    [Fact]
    public void Dynamic_weights_follow_the_ratio_of_the_last_two_epochs()
    {
        var weighting = new DynamicWeightAverage(3);
        weighting.EndEpoch([1, 1, 1]);
        Assert.Equal([1.0, 1, 1], weighting.Weights);
        weighting.EndEpoch([0.9, 1.0, 1.1]);
        Assert.Equal(0.95043723, weighting.Weights[0], 8);
        Assert.Equal(0.99916719, weighting.Weights[1], 8);
        Assert.Equal(1.05039558, weighting.Weights[2], 8);
    }

    [Fact]
    public void Uncertainty_has_the_published_value()
    {
        using var scope = NewDisposeScope();
        var total = new UncertaintyWeighting(full([3], -0.5f)).Combine([tensor(1.5f), tensor(0.6f), tensor(0.2f)]);
        Assert.Equal(1.14602946, total.item<float>(), 1e-6);
    }

    [Fact]
    public void An_unknown_weighting_is_refused_by_name()
    {
        using var network = PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Single, [2, 2, 2, 2, 2]), [TaskDescription.Depth]);
        Assert.Contains("'random'", Assert.Throws<UserErrorException>(() => TaskWeightings.Create("random", network)).Message, StringComparison.Ordinal);
        Assert.Throws<UserErrorException>(() => TaskWeightings.Create("uncertainty", network));
    }

    [Theory]
    [InlineData("constant", 0.7, 150, 1)]
    [InlineData("step", 0.5, 99, 1)]
    [InlineData("step", 0.5, 100, 0.5)]
    [InlineData("step", 1, 200, 0.25)]
    [InlineData("cosine", 0, 0, 1)]
    [InlineData("cosine", 0.5, 0, 0.5)]
    [InlineData("cosine", 1, 0, 0)]
    [InlineData("one-cycle", 0, 0, 0.04)]
    [InlineData("one-cycle", 0.15, 0, 1)]
    [InlineData("one-cycle", 1, 0, 0.001)]
    public void Schedules_have_their_values_at_the_turning_points(string name, double progress, int epoch, double expected) =>
        Assert.Equal(expected, LearningRateSchedule.Factor(name, progress, epoch), 9);
}
