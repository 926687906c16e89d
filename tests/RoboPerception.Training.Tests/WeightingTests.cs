using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using RoboPerception.Training.Weighting;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

public sealed class WeightingTests
{
    private static readonly double[] Losses = [1.5, 0.6, 0.2];

    // Inner products of (1,0,0), (-0.5,1,0) and (0,0.3,2): the first two oppose each other.
    private static readonly double[,] Opposed = { { 1, -0.5, 0 }, { -0.5, 1.25, 0.3 }, { 0, 0.3, 4.09 } };

    private static PerceptionNetwork Small() => PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Split, [2, 2, 2, 2, 2]), TaskDescription.NyuThree);

    [Theory]
    [InlineData(new[] { 0.9, 1.0, 1.1 }, new[] { 0.95043723, 0.99916719, 1.05039558 })]
    [InlineData(new[] { 0.9, 1.1 }, new[] { 0.95004163, 1.04995837 })]
    public void Dynamic_weights_follow_the_ratio_of_the_last_two_epochs(double[] ratios, double[] expected)
    {
        var weighting = new DynamicWeightAverage(ratios.Length);
        weighting.EndEpoch([.. ratios.Select(_ => 1.0)]);
        Assert.All(weighting.Weights, weight => Assert.Equal(1, weight));
        weighting.EndEpoch(ratios);
        Assert.All(expected.Zip(weighting.Weights), pair => Assert.Equal(pair.First, pair.Second, 8));
    }

    [Fact]
    public void The_worked_example_of_dynamic_weights_is_right()
    {
        var weighting = new DynamicWeightAverage(3);
        weighting.EndEpoch([2.0, 0.50, 0.20]);
        weighting.EndEpoch([1.8, 0.50, 0.22]);
        Assert.Equal([0.95044, 0.99917, 1.05040], weighting.Weights.Select(weight => Math.Round(weight, 5)));
    }

    [Fact]
    public void Uncertainty_has_the_published_value()
    {
        using var scope = NewDisposeScope();
        Tensor[] losses = [tensor(1.5f), tensor(0.6f), tensor(0.2f)];
        var weighting = new UncertaintyWeighting(full([3], -0.5f));
        Assert.Equal(1.14602946, weighting.Combine(losses).item<float>(), 1e-6);
        Assert.Equal(1.14602946, new LearntUncertainty(3, 1e-3).Combine(losses).item<float>(), 1e-6);
        Assert.All(weighting.Weights, weight => Assert.Equal(0.82436064, weight, 6));
    }

    [Fact]
    public void Uncertainty_with_numbers_of_its_own_finds_the_log_of_the_loss()
    {
        // At the optimum L/(2 exp(s)) = 1/2, so every weighted loss is a half.
        var weighting = new LearntUncertainty(3, 0.02);
        for (var i = 0; i < 1000; i++)
        {
            Step(weighting, i);
        }

        Assert.All(weighting.Weights.Zip(Losses), pair => Assert.Equal(0.5, pair.First * pair.Second, 2));
    }

    [Theory]
    [InlineData("random")]
    [InlineData("dwa:-1")]
    [InlineData("cagrad:much")]
    [InlineData("fixed:1,2")]
    public void An_unknown_weighting_is_refused_by_name(string text)
    {
        using var network = Small();
        Assert.Contains($"'{text}'", Assert.Throws<UserErrorException>(() => TaskWeightings.Create(text, network)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("uncertainty")]
    [InlineData("pcgrad")]
    public void A_single_task_cannot_be_weighed(string text)
    {
        using var network = PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Single, [2, 2, 2, 2, 2]), [TaskDescription.Depth]);
        Assert.Contains("one task", Assert.Throws<UserErrorException>(() => TaskWeightings.Create(text, network)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_weights_are_drawn_anew_at_every_step_and_again_the_same_for_the_same_step()
    {
        var weighting = new RandomWeighting(3, seed: 5);
        Step(weighting, 7);
        var first = weighting.Weights;
        Step(weighting, 8);
        Assert.NotEqual(first, weighting.Weights);
        Assert.Equal(1, weighting.Weights.Sum(), 12);
        Step(weighting, 7);
        Assert.Equal(first, weighting.Weights);
    }

    [Fact]
    public void A_task_done_badly_gets_the_focal_weight()
    {
        var weighting = new TaskPrioritisation(2, gamma: 2);
        weighting.Observe([0.2, 0.8]);
        Assert.Equal(-0.64 * Math.Log(0.2), weighting.Weights[0], 12);
        Assert.Equal(-0.04 * Math.Log(0.8), weighting.Weights[1], 12);
        weighting.Observe([1, 0]);
        Assert.All(weighting.Weights, weight => Assert.True(double.IsFinite(weight) && weight > 0));
    }

    [Fact]
    public void Indicators_count_the_pixels_that_are_good_enough()
    {
        using var scope = NewDisposeScope();
        var depth = TaskIndicators.Measure(TaskDescription.Depth, tensor([1.0f, 1.3f, 0.79f, 5], [1, 1, 2, 2]), tensor([1.0f, 1, 1, 0], [1, 1, 2, 2]));
        Assert.Equal(1.0 / 3, depth, 9);
        var angle = (float)(20 * Math.PI / 180);
        var normals = TaskIndicators.Measure(
            TaskDescription.Normals,
            tensor([MathF.Sin(angle), 1, 0, 0, MathF.Cos(angle), 0], [1, 3, 1, 2]),
            tensor([0f, 0, 0, 0, 1, 1], [1, 3, 1, 2]));
        Assert.Equal(0.5, normals, 9);
    }

    [Fact]
    public void Famo_gives_weight_to_the_task_that_fell_least()
    {
        using var scope = NewDisposeScope();
        var weighting = new Famo(2);
        Tensor[] losses = [tensor(2f, requires_grad: true), tensor(1f, requires_grad: true)];
        var combined = weighting.Combine(losses);
        combined.backward();

        // sum z log L / sum z/L with z = 1/2: the gradient of L is (z/L) over sum z/L.
        Assert.Equal(0.25 / 0.75, losses[0].grad!.item<float>(), 1e-6);
        weighting.AfterStep(() => [1.0, 0.99]);
        Assert.True(weighting.Weights[1] > weighting.Weights[0]);
    }

    [Fact]
    public void Projection_removes_the_conflict_of_two_tasks()
    {
        using var network = Small();
        double[,] two = { { 1, -0.5 }, { -0.5, 1.25 } };
        var shared = new PcGrad(network, 1).Factors(two, [1, 1], 0).Shared;

        // g1 + 0.4 g2 and g2 + 0.5 g1.
        Assert.Equal(1.5, shared[0], 9);
        Assert.Equal(1.4, shared[1], 9);
        Assert.Equal([1.0, 1], new PcGrad(network, 1).Factors(new[,] { { 1, 0.5 }, { 0.5, 2 } }, [1, 1], 0).Shared);
    }

    [Fact]
    public void The_conflict_averse_direction_is_the_best_of_a_fine_grid()
    {
        using var network = Small();
        const double c = 0.5;
        var factors = new CaGrad(network, c).Factors(Opposed, Losses, 0).Shared;
        double[] mean = [1.0 / 3, 1.0 / 3, 1.0 / 3];
        var reach = c * Math.Sqrt(SmallMath.Dot(mean, SmallMath.Multiply(Opposed, mean)));
        var (lowest, best) = (double.PositiveInfinity, mean);
        for (var i = 0; i <= 400; i++)
        {
            for (var j = 0; j <= 400 - i; j++)
            {
                double[] w = [i / 400.0, j / 400.0, (400 - i - j) / 400.0];
                var value = SmallMath.Dot(w, SmallMath.Multiply(Opposed, mean)) + (reach * Math.Sqrt(SmallMath.Dot(w, SmallMath.Multiply(Opposed, w))));
                (lowest, best) = value < lowest ? (value, w) : (lowest, best);
            }
        }

        var pull = reach / Math.Sqrt(SmallMath.Dot(best, SmallMath.Multiply(Opposed, best)));
        Assert.All(factors.Zip(best), pair => Assert.Equal(((1.0 / 3) + (pull * pair.Second)) / (1 + (c * c)), pair.First, 0.01));
    }

    [Fact]
    public void The_impartial_direction_projects_equally_on_every_task()
    {
        var alpha = Imtl.Impartial(Opposed);
        Assert.Equal(1, alpha.Sum(), 9);
        var along = SmallMath.Multiply(Opposed, alpha);
        double[] projections = [.. along.Select((value, k) => value / Math.Sqrt(Opposed[k, k]))];
        Assert.All(projections, projection => Assert.Equal(projections[0], projection, 9));
    }

    [Fact]
    public void The_bargain_satisfies_its_equation()
    {
        var a = NashMtl.Bargain(Opposed);
        Assert.All(SmallMath.Multiply(Opposed, a).Zip(a), pair => Assert.Equal(1 / pair.Second, pair.First, 1e-6));
    }

    [Fact]
    public void Aligned_gradients_are_orthogonal_and_as_long_as_the_smallest_singular_value()
    {
        // For orthogonal gradients of lengths 1 and 3 the longer is cut to 1.
        Assert.All(AlignedMtl.Align(new[,] { { 1.0, 0 }, { 0, 9 } }).Zip([1.0, 1.0 / 3]), pair => Assert.Equal(pair.Second, pair.First, 9));
        var (values, _) = SmallMath.Eigen(Opposed);
        var factors = AlignedMtl.Align(Opposed);
        Assert.Equal(3 * values.Min(), SmallMath.Dot(factors, SmallMath.Multiply(Opposed, factors)), 6);
    }

    [Fact]
    public void Gradient_norms_grow_for_the_task_that_learns_slowly()
    {
        using var network = Small();
        var weighting = new GradNorm(network, 0.05);
        double[,] even = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };
        Assert.Equal([1.0, 1, 1], weighting.Factors(even, [1, 1, 1], 0).Shared);
        weighting.EndEpoch([1, 1, 1]);
        for (var i = 0; i < 20; i++)
        {
            weighting.Factors(even, [0.2, 0.5, 0.9], i);
        }

        var weights = weighting.Factors(even, [0.2, 0.5, 0.9], 20).Shared;
        Assert.Equal(3, weights.Sum(), 9);
        Assert.True(weights[0] < weights[1] && weights[1] < weights[2], string.Join(", ", weights));
    }

    [Theory]
    [InlineData("gradnorm")]
    [InlineData("aligned")]
    [InlineData("pcgrad")]
    public void Gradient_schemes_with_equal_factors_give_the_gradient_of_the_sum(string name)
    {
        using var network = Small();
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var image = rand(1, 3, 32, 32);
        network.eval();
        var weighting = TaskWeightings.Create(name, network);

        // Three times the same loss: no scheme has a reason to prefer a task.
        Tensor[] Same() => [.. Enumerable.Repeat(0, 3).Select(_ => network.forward(image).Select(output => output.square().mean()).Aggregate((sum, loss) => sum + loss))];
        weighting.Backward(Same(), 0);
        var factor = weighting.Weights.Sum();
        Tensor[] actual = [.. network.parameters().Where(parameter => parameter.grad is not null).Select(parameter => parameter.grad!.clone())];
        network.zero_grad();
        Same()[0].backward();
        Tensor[] expected = [.. network.parameters().Where(parameter => parameter.grad is not null).Select(parameter => parameter.grad! * factor)];
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.True(pair.First.allclose(pair.Second, 1e-4, 1e-6)));
    }

    [Fact]
    public void What_a_scheme_has_learnt_can_be_taken_up_by_another()
    {
        foreach (var name in new[] { "gradnorm", "imtl", "famo", "dtp", "uncertainty" })
        {
            using var network = Small();
            ITaskWeighting first = name == "uncertainty" ? new LearntUncertainty(3, 0.1) : TaskWeightings.Create(name, network, 0.1);
            ITaskWeighting second = name == "uncertainty" ? new LearntUncertainty(3, 0.1) : TaskWeightings.Create(name, network, 0.1);
            first.EndEpoch(Losses);
            second.EndEpoch(Losses);
            Learn(first, [0.9, 0.5, 0.2]);
            second.State = [.. first.State];
            Learn(first, [0.5, 0.4, 0.1]);
            Learn(second, [0.5, 0.4, 0.1]);
            Assert.NotEmpty(first.State);
            Assert.Equal(first.State, second.State);
        }

        static void Learn(ITaskWeighting weighting, double[] losses)
        {
            (weighting as IIndicatorWeighting)?.Observe(losses);
            (weighting as GradientWeighting)?.Factors(Opposed, losses, 0);
            if (weighting is SummedWeighting)
            {
                using var scope = NewDisposeScope();
                weighting.Backward([.. losses.Select(loss => tensor((float)loss, requires_grad: true))], 0);
            }

            weighting.AfterStep(() => [0.4, 0.4, 0.4]);
        }
    }

    [Theory]
    [InlineData("constant", 0.7, 150, 1)]
    [InlineData("step", 0.5, 99, 1)]
    [InlineData("step", 0.5, 100, 0.5)]
    [InlineData("step", 1, 200, 0.25)]
    [InlineData("poly", 0, 0, 1)]
    [InlineData("poly", 0.01, 1, 0.9909955)]
    [InlineData("poly", 0.5, 50, 0.5358867)]
    [InlineData("poly", 1, 100, 0)]
    [InlineData("cosine", 0, 0, 1)]
    [InlineData("cosine", 0.5, 0, 0.5)]
    [InlineData("cosine", 1, 0, 0)]
    [InlineData("one-cycle", 0, 0, 0.04)]
    [InlineData("one-cycle", 0.15, 0, 1)]
    [InlineData("one-cycle", 1, 0, 0.001)]
    public void Schedules_have_their_values_at_the_turning_points(string name, double progress, int epoch, double expected) =>
        Assert.Equal(expected, LearningRateSchedule.Factor(name, progress, epoch), 7);

    [Fact]
    public void Warm_up_rises_evenly_to_the_schedule()
    {
        Assert.Equal([0.25, 0.5, 0.75, 1, 1], Enumerable.Range(0, 5).Select(step => LearningRateSchedule.WarmUp(step, 4)));
        Assert.Equal(1, LearningRateSchedule.WarmUp(0, 0));
    }

    private static void Step(ITaskWeighting weighting, long step)
    {
        using var scope = NewDisposeScope();
        weighting.Backward([.. Losses.Select(loss => tensor((float)loss, requires_grad: true))], step);
    }
}
