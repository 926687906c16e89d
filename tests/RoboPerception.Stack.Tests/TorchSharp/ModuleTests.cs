using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Stack.Tests.Torch;

public sealed class ModuleTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public ModuleTests() => manual_seed(3);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Components_are_registered_under_their_field_names()
    {
        using Block block = new();

        Assert.Equal(
            ["scale", "conv.weight", "conv.bias", "stages.0.weight", "stages.0.bias", "stages.1.weight", "stages.1.bias", "heads.depth.weight"],
            block.named_parameters().Select(item => item.name));
        Assert.Equal(
            ["offset", "stages.1.running_mean", "stages.1.running_var", "stages.1.num_batches_tracked"],
            block.named_buffers().Select(item => item.name));
        Assert.Equal(["conv", "stages", "heads"], block.named_children().Select(item => item.name));
        Assert.Contains("heads.depth", block.named_modules().Select(item => item.name));
    }

    [Fact]
    public void Parameters_live_outside_the_scope_they_were_made_in()
    {
        Linear layer;
        using (NewDisposeScope())
        {
            layer = Linear(2, 3);
        }

        Assert.Equal([1L, 3], layer.call(ones(1, 2)).shape);
        layer.Dispose();
        Assert.Throws<InvalidOperationException>(() => layer.call(ones(1, 2)));
    }

    [Fact]
    public void Train_and_eval_reach_every_module()
    {
        using Block block = new();
        block.eval();
        Assert.DoesNotContain(block.modules(), module => module.training);
        block.train();
        Assert.All(block.modules(), module => Assert.True(module.training));
    }

    [Fact]
    public void Changing_the_element_type_replaces_parameters_but_not_counters()
    {
        using Block block = new();
        Parameter former = block.conv.weight;

        Assert.Same(block, block.to(ScalarType.Float64));

        Assert.True(former.IsInvalid);
        Assert.Equal(ScalarType.Float64, block.conv.weight.dtype);
        Assert.Same(block.conv.weight, block.get_parameter("conv.weight"));
        Assert.Equal(ScalarType.Int64, block.get_buffer("stages.1.num_batches_tracked")!.dtype);
        Assert.Equal(ScalarType.Float64, block.call(ones([1, 3, 4, 4], ScalarType.Float64)).dtype);
    }

    [Fact]
    public void Batch_normalisation_stores_the_unbiased_variance()
    {
        using BatchNorm2d norm = BatchNorm2d(2);
        Tensor batch = randn(3, 2, 4, 5);

        Tensor output = norm.call(batch);

        Tensor plane = batch.transpose(0, 1).reshape(2, -1);
        Assert.True(norm.running_mean!.allclose(plane.mean([1]) * 0.1, atol: 1e-6));
        Assert.True(norm.running_var!.allclose((plane.var(1) * 0.1) + 0.9, atol: 1e-6));
        Assert.Equal(1, norm.num_batches_tracked!.item<long>());
        Assert.True(output.transpose(0, 1).reshape(2, -1).var(1, unbiased: false).allclose(ones(2), atol: 1e-3));
        norm.eval();
        Tensor expected = (batch - norm.running_mean!.view(1, 2, 1, 1)) / (norm.running_var!.view(1, 2, 1, 1) + 1e-5).sqrt();
        Assert.True(norm.call(batch).allclose(expected, atol: 1e-5));
    }

    [Fact]
    public void Of_equal_maxima_the_first_is_pooled()
    {
        (Tensor values, Tensor indices) = MaxPool2d(2).forward_with_indices(tensor(new float[] { 1, 1, 0, 2, 1, 1, 2, 2 }, [1, 1, 2, 4]));

        Assert.Equal([1f, 2], values.data<float>().ToArray());
        Assert.Equal([0L, 3], indices.data<long>().ToArray());
    }

    [Fact]
    public void Unpooling_restores_the_full_shape_it_is_given()
    {
        Tensor map = rand(1, 2, 5, 7);
        (Tensor pooled, Tensor indices) = MaxPool2d(2).forward_with_indices(map);
        MaxUnpool2d unpool = MaxUnpool2d(2);

        Tensor restored = unpool.forward(pooled, indices, map.shape);

        Assert.Equal(map.shape, restored.shape);
        Assert.True(MaxPool2d(2).call(restored).Equals(pooled));
        Assert.Equal([1L, 2, 4, 6], unpool.forward(pooled, indices).shape);
        Assert.Throws<ArgumentException>(() => unpool.forward(pooled, indices, [5, 7]));
    }

    [Fact]
    public void Default_weights_are_uniform_within_one_over_the_root_of_fan_in()
    {
        using Conv2d layer = Conv2d(16, 32, 3);
        double bound = 1 / Math.Sqrt(16 * 9);

        Assert.InRange(layer.weight.abs().max().item<float>(), bound * 0.95, bound);
        Assert.InRange(layer.bias!.abs().max().item<float>(), bound * 0.7, bound);
        Assert.Equal(bound / Math.Sqrt(3), layer.weight.std().item<float>(), 2);
    }

    [Fact]
    public void Xavier_and_kaiming_have_their_deviations()
    {
        Tensor weight = empty(64, 32, 3, 3);
        Assert.Equal(Math.Sqrt(2.0 / (96 * 9)), init.xavier_normal_(weight).std().item<float>(), 3);
        Assert.Equal(Math.Sqrt(2.0 / (64 * 9)), init.kaiming_normal_(weight, 0, init.FanInOut.FanOut, init.NonlinearityType.ReLU).std().item<float>(), 3);
    }

    [Fact]
    public void Sequential_children_are_numbered_or_named()
    {
        using Sequential numbered = Sequential(Linear(2, 2), ReLU());
        using Sequential named = Sequential(("first", Linear(2, 2)), ("second", ReLU(inplace: true)));

        Assert.Equal(["0.weight", "0.bias"], numbered.state_dict().Keys);
        Assert.Equal(["first.weight", "first.bias"], named.state_dict().Keys);
        Assert.Equal([3L, 2], named.call(ones(3, 2)).shape);
    }

    [Fact]
    public void Hooks_see_and_may_change_a_call()
    {
        using Linear layer = Linear(2, 2);
        var remover = layer.register_forward_hook((_, _, output) => output * 0);
        Assert.Equal(0, layer.call(ones(1, 2)).abs().sum().item<float>());
        remover.remove();
        Assert.NotEqual(0, layer.call(ones(1, 2)).abs().sum().item<float>());
    }

    [Fact]
    public void A_wrong_rank_is_an_argument_error()
    {
        using Conv2d layer = Conv2d(3, 4, 1);
        using BatchNorm2d norm = BatchNorm2d(3);
        Assert.Throws<ArgumentException>(() => layer.call(ones(3, 4)));
        Assert.Throws<ArgumentException>(() => norm.call(ones(3, 4)));
    }

    private sealed class Block : Module<Tensor, Tensor>
    {
        public readonly Conv2d conv = Conv2d(3, 4, 1);
        private readonly ModuleList<Module<Tensor, Tensor>> stages = ModuleList<Module<Tensor, Tensor>>(Conv2d(4, 4, 1), BatchNorm2d(4));
        private readonly ModuleDict<Conv2d> heads = ModuleDict(("depth", Conv2d(4, 1, 1, bias: false)));
        private readonly Parameter scale = Parameter(ones(1));
        private readonly Tensor offset = zeros(1);

        public Block() : base(nameof(Block))
        {
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor current = conv.call(input);
            foreach (Module<Tensor, Tensor> stage in stages)
            {
                current = stage.call(current);
            }
            return scope.MoveToOuter((heads["depth"].call(current) * scale) + offset);
        }
    }
}
