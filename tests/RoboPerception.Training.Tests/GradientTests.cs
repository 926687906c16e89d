using RoboPerception.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>
/// Gradients of whole small networks in double precision against central differences. SegNets are in evaluation mode: sparse unpooled maps make
/// batch statistics too curved for differences.
/// </summary>
public sealed class GradientTests
{
    private const double Step = 1e-6;
    private const int Samples = 20;

    [Theory]
    [InlineData("mtan-segnet:widths=3,4,4,4,4", "seg2,depth,normal")]
    [InlineData("split-segnet:type=deep;widths=3,4,4,4,5", "depth,normal")]
    [InlineData("dense-segnet:widths=3,4,4,4,4", "depth,normal")]
    [InlineData("cross-stitch-segnet:widths=3,4,4,4,4", "depth,normal")]
    [InlineData("cross-stitch-segnet:mode=paper;widths=6,6,6,6,6", "depth,normal")]
    [InlineData("mtan-resnet:depth=50;stem=2;blocks=2,2,2,2;middle=1,2,2,2;output=4,4,8,8;head=2;dropout=off", "depth,normal")]
    [InlineData("split-resnet:depth=18;stem=2;middle=2,2,3,4;head=2;dropout=off", "seg2,normal")]
    [InlineData("cross-stitch-resnet:depth=18;stem=2;middle=2,2,3,4;head=2;dropout=off", "depth,normal")]
    [InlineData("nddr-resnet:depth=18;stem=2;middle=2,2,3,4;head=2;dropout=off", "depth,normal")]
    public void Gradients_are_the_slopes_of_the_loss(string spec, string tasks)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(17);
        using var network = SegNetFamilyTests.Create(spec, tasks);
        if (spec.Contains("segnet", StringComparison.Ordinal))
        {
            Exports.Shake(network);
        }

        network.to(float64);
        var input = rand([2, 3, 32, 64], float64);
        var weights = network.Tasks.Select(task => randn([2, task.Channels, 32, 64], float64)).ToArray();
        Check(network, () => network.forward(input).Zip(weights, (output, weight) => (output * weight).mean()).Aggregate((sum, term) => sum + term));
    }

    [Fact]
    public void Gradients_of_the_decathlon_network_are_the_slopes_of_its_loss()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(17);
        using var network = new WideResNetMtan([4, 3], 10, 1);
        network.to(float64);
        var input = rand([2, 3, 72, 72], float64);
        var targets = tensor(new[] { 1L, 2L });
        Check(network, () => WideResNetMtan.Loss(network.forward(input, 1), targets));
    }

    private static void Check(nn.Module network, Func<Tensor> loss)
    {
        loss().backward();
        var random = new Random(3);
        var parameters = network.parameters().Where(parameter => parameter.grad is { } gradient && gradient.abs().max().item<double>() > 0).ToArray();
        double difference = 0, reference = 0;
        using var noGradients = no_grad();
        for (var sample = 0; sample < Samples; sample++)
        {
            using var scope = NewDisposeScope();
            var parameter = parameters[random.Next(parameters.Length)];
            var place = random.NextInt64(parameter.numel());
            var values = parameter.view(-1);
            var value = values[place].item<double>();
            var slope = (At(value + Step) - At(value - Step)) / (2 * Step);
            values[place] = tensor(value);
            var gradient = parameter.grad!.contiguous().view(-1)[place].item<double>();
            difference += Math.Pow(slope - gradient, 2);
            reference += Math.Pow(gradient, 2);

            double At(double changed)
            {
                values[place] = tensor(changed);
                return loss().item<double>();
            }
        }

        Assert.InRange(Math.Sqrt(difference / reference), 0, 1e-6);
    }
}
