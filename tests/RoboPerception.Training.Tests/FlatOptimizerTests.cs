using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Promise: parameters in one buffer are moved as TorchSharp moves them one by one, to the last bit, and their state is written as it was.</summary>
public sealed class FlatOptimizerTests
{
    private const string Network = "split-segnet:widths=2,3,4,5,5", Tasks = "seg2,depth,normal";
    private const int Steps = 6, LateTask = 2, TaskJoins = 2;

    [Theory]
    [InlineData("adam", 0)]
    [InlineData("adam", 0.01)]
    [InlineData("adamw", 0.01)]
    [InlineData("sgd", 0)]
    [InlineData("sgd", 0.01)]
    [InlineData("nesterov", 0.01)]
    public void Every_step_is_TorchSharps_to_the_last_bit(string optimizer, double decay)
    {
        using var one = new Side(optimizer, decay, isFlat: false);
        using var flat = new Side(optimizer, decay, isFlat: true);
        for (var step = 0; step < Steps; step++)
        {
            one.Learn(step);
            flat.Learn(step);
            Assert.All(one.Parameters().Zip(flat.Parameters()), pair => Assert.Equal(pair.First.Values, pair.Second.Values));
            Assert.Equal(one.State(), flat.State());
        }

        // A head that no step had used yet was left alone, and then learnt.
        Assert.Contains(one.Parameters(), pair => pair.Name.StartsWith("pred_task3", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("adam")]
    [InlineData("adamw")]
    [InlineData("nesterov")]
    public void A_state_that_TorchSharp_wrote_is_gone_on_from(string optimizer)
    {
        using var one = new Side(optimizer, 0.01, isFlat: false);
        for (var step = 0; step < Steps; step++)
        {
            if (step == Steps / 2)
            {
                using var flat = new Side(optimizer, 0.01, isFlat: true);
                flat.TakeOver(one);
                for (var later = step; later < Steps; later++)
                {
                    one.Learn(later);
                    flat.Learn(later);
                }

                Assert.All(one.Parameters().Zip(flat.Parameters()), pair => Assert.Equal(pair.First.Values, pair.Second.Values));
                Assert.Equal(one.State(), flat.State());
                return;
            }

            one.Learn(step);
        }
    }

    [Fact]
    public void Gradients_are_shortened_to_the_limit_and_no_further()
    {
        using var side = new Side("sgd", 0, isFlat: true);
        var before = side.Parameters();
        side.Learn(0, longest: 0.25);
        Assert.Equal(0.25, Distance(before, side.Parameters()) / Side.Rate, 1e-4);
        before = side.Parameters();
        side.Learn(0, longest: 1e6);
        var free = Distance(before, side.Parameters()) / Side.Rate;
        Assert.True(free is > 0.25 and < 1e5, $"{free}");

        static double Distance(List<(string Name, float[] Values)> from, List<(string Name, float[] Values)> to) =>
            Math.Sqrt(from.Zip(to).Sum(pair => pair.First.Values.Zip(pair.Second.Values, (a, b) => Math.Pow((double)b - a, 2)).Sum()));
    }

    [Fact]
    public void Every_tensor_begins_where_a_GPU_can_read_it_in_one_go()
    {
        Tensor[] tensors = [.. new long[] { 3, 1, 17, 16, 5 }.Select(count => ones(count))];
        using var flat = new FlatTensors(tensors);
        Assert.All(tensors, tensor => Assert.Equal(0, tensor.storage_offset() * sizeof(float) % 64));
        Assert.Equal(42, flat.Buffer.sum().item<float>());
        Assert.Equal([17], flat.View(flat.Buffer, 2).shape);
        Array.ForEach(tensors, tensor => tensor.Dispose());
    }

    [Fact]
    public void Averages_are_those_of_every_tensor_alone()
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        random.manual_seed(4);
        using var network = SegNetFamilyTests.Create(Network, Tasks);
        var means = network.state_dict().Where(pair => is_floating_point(pair.Value)).ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        using var averages = new AveragedWeights(network, 0.9);
        for (var step = 0; step < 20; step++)
        {
            var keep = Math.Min(0.9, (1.0 + step) / (10 + step));
            foreach (var (name, live) in network.state_dict().Where(pair => is_floating_point(pair.Value)))
            {
                live.add_(randn_like(live) * 0.1);
                means[name].mul_(keep).add_(live, 1 - keep);
            }

            averages.Update(step);
        }

        var exact = network.state_dict().Values.First().data<float>().ToArray();
        using (averages.InUse())
        {
            var used = network.state_dict();
            Assert.All(means, pair => Assert.Equal(pair.Value.data<float>().ToArray(), used[pair.Key].data<float>().ToArray()));
        }

        Assert.Equal(exact, network.state_dict().Values.First().data<float>().ToArray());
    }

    /// <summary>A backbone's stem stands in the network under two names.</summary>
    [Fact]
    public void Averages_are_read_as_they_were_written()
    {
        using var network = SegNetFamilyTests.Create("mtan-mobilenetv2:decoder=4,4,4,4", Tasks);
        using var averages = new AveragedWeights(network, 0.5);
        using (no_grad())
        {
            foreach (var parameter in network.parameters())
            {
                parameter.PlusInPlace(1.0);
            }
        }

        averages.Update(1000);
        using var written = new MemoryStream();
        averages.Save(new BinaryWriter(written));
        using (averages.InUse())
        {
            var means = network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
            NetworkBlock.Load(network, written.ToArray(), "averages");
            Assert.All(network.state_dict(), pair => Assert.True(pair.Value.equal(means[pair.Key]).all().item<bool>(), pair.Key));
        }
    }

    /// <summary>A network with an optimiser, the same for the same seed; one of its tasks is not learnt in the first steps.</summary>
    private sealed class Side : IDisposable
    {
        public const double Rate = 1e-2;
        private readonly PerceptionNetwork network;
        private readonly OptimizerHelper holder;
        private readonly FlatNetwork? flat;
        private readonly FlatOptimizer? optimizer;

        public Side(string name, double decay, bool isFlat)
        {
            random.manual_seed(8);
            network = SegNetFamilyTests.Create(Network, Tasks);
            holder = Optimizers.Create(network, new TrainingOptions { Network = Network, Height = 32, Width = 32, Optimizer = name, LearningRate = Rate, L2Penalty = decay, WeightDecay = decay, Momentum = name == "sgd" && decay == 0 ? 0 : 0.9 });
            if (isFlat)
            {
                flat = new FlatNetwork(network, holder.parameters());
                optimizer = new FlatOptimizer(holder, flat.Parameters);
            }
        }

        public void Learn(int step, double? longest = null)
        {
            using var scope = NewDisposeScope();
            random.manual_seed(100 + step);
            if (optimizer is null)
            {
                holder.zero_grad();
            }
            else
            {
                optimizer.Clear();
            }

            network.forward(rand(2, 3, 32, 32)).Where((_, task) => task != LateTask || step >= TaskJoins).Select(output => output.square().mean()).Aggregate((sum, loss) => sum + loss).backward();
            if (optimizer is null)
            {
                holder.step();
                return;
            }

            var gathered = optimizer.Gather(replaced: false);
            Assert.True(gathered);
            if (longest is { } length)
            {
                optimizer.Limit(length);
            }

            optimizer.Step(gathered);
        }

        public void TakeOver(Side other)
        {
            holder.load_state_dict(new BinaryReader(new MemoryStream(other.State())));
            using var noGradients = no_grad();
            foreach (var (name, value) in other.network.state_dict())
            {
                network.state_dict()[name].copy_(value);
            }
        }

        public List<(string Name, float[] Values)> Parameters() => [.. network.named_parameters().Select(pair => (pair.name, pair.parameter.data<float>().ToArray()))];

        public byte[] State()
        {
            using var written = new MemoryStream();
            holder.save_state_dict(new BinaryWriter(written));
            return written.ToArray();
        }

        public void Dispose()
        {
            if (optimizer is null)
            {
                holder.Dispose();
            }
            else
            {
                optimizer.Dispose();
            }

            network.Dispose();
            flat?.Dispose();
        }
    }
}
