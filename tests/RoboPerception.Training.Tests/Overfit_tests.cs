using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Every family learns four generated pictures by heart.</summary>
public sealed class Overfit_tests
{
    private const int Size = 32, Pictures = 4;

    [Theory]
    [InlineData("mtan-segnet:widths=8,8,8,8,8")]
    [InlineData("split-segnet:widths=8,8,8,8,8")]
    [InlineData("dense-segnet:widths=8,8,8,8,8")]
    [InlineData("cross-stitch-segnet:mode=paper;widths=8,8,8,8,8")]
    [InlineData("mtan-resnet:depth=18;stem=8;middle=8,12,12,12;head=12;dropout=off")]
    [InlineData("nddr-resnet:depth=18;stem=8;middle=8,12,12,12;head=12;dropout=off")]
    public void Four_pictures_are_learnt_by_heart(string spec)
    {
        random.manual_seed(23);
        using var network = SegNet_family_tests.Create(spec, "seg2,depth,normal");
        using var scope = NewDisposeScope();
        var (input, targets) = Blocks();
        using var optimizer = optim.Adam(network.parameters(), 1e-2);
        float[] first = [], last = [];
        for (var step = 0; step < 60; step++)
        {
            using var stepScope = NewDisposeScope();
            optimizer.zero_grad();
            var outputs = network.forward(input);
            var losses = network.Tasks.Select((task, k) => task.Loss(outputs[k], targets[k])).ToArray();
            losses.Aggregate((sum, loss) => sum + loss).backward();
            optimizer.step();
            last = [.. losses.Select(loss => loss.item<float>())];
            first = step == 0 ? last : first;
        }

        Assert.True(last.Zip(first).All(pair => pair.First < 0.25 * pair.Second), $"{spec}: {string.Join(' ', first)} became {string.Join(' ', last)}");
    }

    /// <summary>A bright block before a dark wall, elsewhere in each picture; the block is class 1, nearer, and faces right.</summary>
    private static (Tensor Input, Tensor[] Targets) Blocks()
    {
        var block = zeros(Pictures, 1, Size, Size);
        for (var i = 0; i < Pictures; i++)
        {
            block[i, 0].narrow(0, 8 * (i / 2), 16).narrow(1, 8 * (i % 2), 16).fill_(1);
        }

        var ramp = linspace(0, 0.2, Size).view(1, 1, 1, -1);
        var input = cat([(block * 0.6) + 0.2 + ramp, (block * -0.3) + 0.5 + ramp, (block * 0.2) + 0.4 + ramp], 1);
        var depth = 3 - (block * 1.5);
        var normals = cat([block, zeros_like(block), block - 1], 1);
        return (input, [block.squeeze(1).to(int64), depth, normals]);
    }
}
