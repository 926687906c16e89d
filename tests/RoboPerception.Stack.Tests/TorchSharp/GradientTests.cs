using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Stack.Tests.Torch;

/// <summary>Gradients against central differences in double precision.</summary>
public sealed class GradientTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public GradientTests() => manual_seed(11);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Of_a_convolution() =>
        Check([Random(2, 3, 5, 6), Random(4, 3, 3, 3), Random(4)], x => F.conv2d(x[0], x[1], x[2], strides: [2, 1], padding: [1, 1]));

    [Fact]
    public void Of_batch_normalisation() =>
        Check([Random(3, 2, 4, 4), Random(2), Random(2)], x => F.batch_norm(x[0], null, null, x[1], x[2], training: true));

    [Fact]
    public void Of_pooling_and_unpooling() =>
        Check([Distinct(1, 2, 4, 6)], x =>
        {
            (Tensor pooled, Tensor indices) = F.max_pool2d_with_indices(x[0], [2, 2]);
            return F.max_unpool2d(pooled * pooled, indices, [2, 2], output_size: x[0].shape);
        });

    [Fact]
    public void Of_average_pooling() => Check([Random(1, 2, 5, 5)], x => F.avg_pool2d(x[0], 3, stride: 2, padding: 1));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_bilinear_interpolation(bool corners) =>
        Check([Random(1, 2, 3, 4)], x => F.interpolate(x[0], size: [7, 5], mode: InterpolationMode.Bilinear, align_corners: corners));

    [Fact]
    public void Of_grid_sampling() =>
        Check([Random(1, 2, 5, 5), Random(1, 3, 3, 2) * 0.4], x => F.grid_sample(x[0], x[1], align_corners: true));

    [Fact]
    public void Of_log_softmax_and_the_losses()
    {
        Tensor classes = tensor(new long[] { 2, 0, 1 });
        Check([Random(3, 4)], x => F.nll_loss(F.log_softmax(x[0], 1), classes));
        Check([Random(3, 4)], x => F.cross_entropy(x[0], classes, ignore_index: 0));
        Check([Random(3, 4), Random(3, 4)], x => F.binary_cross_entropy_with_logits(x[0], x[1].sigmoid()));
        Check([Random(3, 4), Random(3, 4)], x => F.smooth_l1_loss(x[0], x[1], beta: 0.3) + F.mse_loss(x[0], x[1]) + F.huber_loss(x[0], x[1], delta: 0.7));
    }

    [Fact]
    public void Of_unit_length_normals() => Check([Random(2, 3, 4, 4)], x => F.normalize(x[0], dim: 1));

    [Fact]
    public void Of_division_of_a_number_by_a_tensor() => Check([Random(4).abs() + 1], x => 2.0 / x[0] - (1 - x[0]));

    [Fact]
    public void A_gradient_of_a_gradient()
    {
        Tensor x = tensor(3.0, requires_grad: true);
        Tensor first = autograd.grad([x.pow(3)], [x], create_graph: true)[0];

        first.backward();

        Assert.Equal(27, first.item<double>(), 9);
        Assert.Equal(18, x.grad!.item<double>(), 9);
    }

    [Fact]
    public void No_grad_and_inference_mode_record_nothing()
    {
        Tensor x = ones(1, requires_grad: true);
        using (no_grad())
        {
            Assert.False((x * 2).requires_grad);
            using (enable_grad())
            {
                Assert.True((x * 2).requires_grad);
            }
        }
        using (inference_mode())
        {
            Assert.True(is_inference_mode_enabled());
            Assert.False((x * 2).requires_grad);
        }
        Assert.True((x * 2).requires_grad);
        Assert.Null(x.grad);
    }

    private static Tensor Random(params long[] size) => randn(size, ScalarType.Float64);

    // Values far enough apart that a small step changes no maximum.
    private static Tensor Distinct(params long[] size) =>
        (randperm(size.Aggregate(1L, (a, b) => a * b)).@double() / 7).reshape(size);

    private static void Check(Tensor[] inputs, Func<Tensor[], Tensor> function)
    {
        const double Step = 1e-5;
        Tensor[] leaves = Array.ConvertAll(inputs, input => input.detach().clone().requires_grad_());
        Tensor result = function(leaves);
        Tensor weights = randn(result.shape, ScalarType.Float64);
        (result * weights).sum().backward();

        foreach (Tensor leaf in leaves)
        {
            double[] expected = leaf.grad!.contiguous().data<double>().ToArray();
            using IDisposable mode = no_grad();
            for (int i = 0; i < expected.Length; i++)
            {
                double slope = (At(leaf, i, Step) - At(leaf, i, -Step)) / (2 * Step);
                Assert.True(Math.Abs(slope - expected[i]) < 1e-5 * Math.Max(1, Math.Abs(slope)), $"element {i}: {expected[i]}, by differences {slope}");
            }
        }

        double At(Tensor leaf, int element, double step)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor cell = leaf.view(-1)[element];
            double former = cell.item<double>();
            cell.fill_(former + step);
            double value = (function(leaves) * weights).sum().item<double>();
            cell.fill_(former);
            return value;
        }
    }
}
