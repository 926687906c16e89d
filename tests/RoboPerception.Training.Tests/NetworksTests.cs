using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

public sealed class NetworksTests
{
    private static readonly IReadOnlyList<int> Edge = [16, 32, 64, 128, 128];
    private static readonly IReadOnlyList<int> Tiny = [4, 4, 4, 4, 4];
    private static readonly TaskDescription Segmentation = TaskDescription.NyuThree[0];

    [Theory]
    [InlineData(NetworkSpec.Split, 3, 1_570_564)]
    [InlineData(NetworkSpec.Single, 1, 1_565_853)]
    public void The_edge_size_has_the_computed_number_of_parameters(string family, int tasks, long expected) =>
        Assert.Equal(expected, Count(family, Edge, tasks));

    [Fact]
    public void Every_block_has_its_share_of_the_parameters()
    {
        using var network = PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Mtan, NetworkSpec.PaperWidths), TaskDescription.NyuThree);
        (string Prefix, long Count)[] expected =
        [
            ("encoder_att.0.", 1_835_648), ("decoder_att.2.", 1_148_928), ("encoder_block_att.", 6_272_640), ("decoder_block_att.", 3_947_520),
            ("encoder_block.", 3_913_728), ("conv_block_enc.", 10_809_408), ("decoder_block.", 3_947_520), ("conv_block_dec.", 6_272_640),
        ];
        Assert.Equal(expected, expected.Select(part => (part.Prefix, network.named_parameters()
            .Where(pair => pair.name.StartsWith(part.Prefix, StringComparison.Ordinal)).Sum(pair => pair.parameter.numel()))));
    }

    [Theory]
    [InlineData(NetworkSpec.Mtan)]
    [InlineData(NetworkSpec.Split)]
    public void Every_task_predicts_at_the_size_of_the_image(string family)
    {
        using var scope = NewDisposeScope();
        using var network = PerceptionNetwork.Create(new NetworkSpec(family, Tiny), TaskDescription.NyuThree);
        using (no_grad())
        {
            // Without a bias some vectors of a fresh network are so short that the epsilon shows.
            network.named_parameters().First(pair => pair.name == "pred_task3.1.bias").parameter.fill_(1);
        }

        network.eval();
        var outputs = network.forward(rand(2, 3, 64, 96));
        Assert.Equal([[2L, 13, 64, 96], [2L, 1, 64, 96], [2L, 3, 64, 96]], outputs.Select(output => output.shape));
        Assert.True(outputs[0].exp().sum([1L]).allclose(ones(2, 64, 96), 1e-4, 1e-4), "class probabilities sum to one");
        Assert.True(outputs[2].pow(2).sum([1L]).allclose(ones(2, 64, 96), 1e-4, 1e-4), "normals have unit length");
    }

    [Fact]
    public void Convolutions_start_with_xavier_normal_weights_and_no_bias()
    {
        using var scope = NewDisposeScope();
        using var network = PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Mtan, Edge), TaskDescription.NyuThree);
        var parameters = network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        var weight = parameters["conv_block_enc.4.1.0.weight"];
        Assert.Equal(Math.Sqrt(2.0 / (9 * (128 + 128))), weight.std().item<float>(), 0.002);
        Assert.All(parameters.Where(pair => pair.Key.EndsWith(".0.bias", StringComparison.Ordinal)), pair => Assert.Equal(0, pair.Value.abs().sum().item<float>()));
        Assert.All(parameters["logsigma"].data<float>().ToArray(), value => Assert.Equal(-0.5f, value));
    }

    [Fact]
    public void One_task_of_a_pair_with_equal_parameters_predicts_as_the_other()
    {
        using var scope = NewDisposeScope();
        using var network = PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Mtan, Tiny), [TaskDescription.Depth, TaskDescription.Depth]);
        CopyTask(network, network, "0.", "1.");
        network.eval();
        var outputs = network.forward(rand(1, 3, 64, 64));
        Assert.True(outputs[0].allclose(outputs[1], 0, 0));
    }

    [Fact]
    public void Stan_is_the_attention_network_with_one_task()
    {
        using var scope = NewDisposeScope();
        using var three = PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Mtan, Tiny), TaskDescription.NyuThree);
        using var one = PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Mtan, Tiny), [Segmentation]);
        Assert.Null(one.LogVariances);
        var names = one.state_dict().Keys.ToHashSet();
        one.load_state_dict(three.state_dict().Where(pair => names.Contains(pair.Key)).ToDictionary());
        three.eval();
        one.eval();
        var image = rand(1, 3, 64, 64);
        Assert.True(one.forward(image)[0].allclose(three.forward(image)[0], 0, 1e-6));
    }

    [Fact]
    public void With_every_mask_shut_the_prediction_is_the_same_everywhere()
    {
        using var scope = NewDisposeScope();
        using var network = PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Mtan, Tiny), [TaskDescription.Depth]);
        SaturateMasks(network, "decoder_att.", -200);
        network.eval();
        var inner = network.forward(rand(1, 3, 64, 64))[0][TensorIndex.Ellipsis, 2..62, 2..62];
        Assert.Equal(0, (inner.max() - inner.min()).item<float>(), 1e-6);
    }

    [Fact]
    public void With_every_decoder_mask_open_the_attended_map_is_the_shared_one()
    {
        using var scope = NewDisposeScope();
        using var attended = PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Mtan, Tiny), [TaskDescription.Depth]);
        using var plain = PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Single, Tiny), [TaskDescription.Depth]);
        SaturateMasks(attended, "decoder_att.", 200);
        var state = attended.state_dict();
        plain.load_state_dict(plain.state_dict().Keys.ToDictionary(name => name, name => state[name.Replace("pred_task.", "pred_task1.", StringComparison.Ordinal)]));
        attended.eval();
        plain.eval();
        var image = rand(1, 3, 64, 64);
        Assert.True(attended.forward(image)[0].allclose(plain.forward(image)[0], 1e-5, 1e-5));
    }

    [Theory]
    [InlineData("mtan-segnet:widths=16,32,64,128,128")]
    [InlineData("single-segnet:widths=8,8,8,8,8")]
    public void A_specification_is_read_as_it_was_written(string text) => Assert.Equal(text, NetworkSpec.Parse(text).ToString());

    [Theory]
    [InlineData("resnet", "'resnet'")]
    [InlineData("mtan-segnet:depth=3", "'depth=3'")]
    [InlineData("mtan-segnet:widths=1,2,3", "needs 5")]
    [InlineData("mtan-segnet:widths=1,2,3,4,0", "'0'")]
    public void A_wrong_specification_is_refused_by_name(string text, string named)
    {
        var error = Assert.Throws<UserErrorException>(() => PerceptionNetwork.Create(NetworkSpec.Parse(text), TaskDescription.NyuThree));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, error.ExitCode);
    }

    [Fact]
    public void A_single_network_refuses_several_tasks() =>
        Assert.Throws<UserErrorException>(() => PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Single, Tiny), TaskDescription.NyuThree));

    private static long Count(string family, IReadOnlyList<int> widths, int tasks)
    {
        using var network = PerceptionNetwork.Create(new NetworkSpec(family, widths), [.. TaskDescription.NyuThree.Take(tasks)]);
        return network.ParameterCount;
    }

    private static void CopyTask(PerceptionNetwork from, PerceptionNetwork to, string fromTask, string toTask)
    {
        var source = from.state_dict();
        using var noGradients = no_grad();
        foreach (var (name, target) in to.state_dict())
        {
            foreach (var (prefix, other) in new[] { ("encoder_att." + toTask, "encoder_att." + fromTask), ("decoder_att." + toTask, "decoder_att." + fromTask), ("pred_task2", "pred_task1") })
            {
                if (name.StartsWith(prefix, StringComparison.Ordinal))
                {
                    target.copy_(source[other + name[prefix.Length..]]);
                }
            }
        }
    }

    /// <summary>Sets the last batch norm of every mask so that the sigmoid gives 0 or 1.</summary>
    private static void SaturateMasks(PerceptionNetwork network, string prefix, double shift)
    {
        using var noGradients = no_grad();
        foreach (var (name, parameter) in network.named_parameters().Where(pair => pair.name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            if (name.EndsWith(".4.weight", StringComparison.Ordinal) && name.Count(c => c == '.') == 4)
            {
                parameter.zero_();
            }
            else if (name.EndsWith(".4.bias", StringComparison.Ordinal) && name.Count(c => c == '.') == 4)
            {
                parameter.fill_(shift);
            }
        }
    }
}
