using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Stack.Tests.Torch;

public sealed class OptimizerTests : IDisposable
{
    private static readonly double[] s_gradients = [0.5, -1.5, 0.25, 2];

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0.0, false)]
    [InlineData(0.1, false)]
    [InlineData(0.1, true)]
    public void Adam_follows_its_formula(double decay, bool decoupled)
    {
        Parameter weight = Weight();
        using OptimizerHelper optimizer = decoupled
            ? optim.AdamW([weight], lr: 0.1, weight_decay: decay)
            : optim.Adam([weight], lr: 0.1, weight_decay: decay);
        double value = 1;
        double mean = 0;
        double square = 0;
        for (int step = 1; step <= s_gradients.Length; step++)
        {
            Step(optimizer, weight, s_gradients[step - 1]);

            double gradient = s_gradients[step - 1] + (decoupled ? 0 : decay * value);
            value *= decoupled ? 1 - (0.1 * decay) : 1;
            mean = (0.9 * mean) + (0.1 * gradient);
            square = (0.999 * square) + (0.001 * gradient * gradient);
            value -= 0.1 * (mean / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(square / (1 - Math.Pow(0.999, step))) + 1e-8);
            Assert.Equal(value, weight.item<double>(), 12);
        }
    }

    [Theory]
    [InlineData(0.0, false)]
    [InlineData(0.9, false)]
    [InlineData(0.9, true)]
    public void Sgd_follows_its_formula(double momentum, bool nesterov)
    {
        Parameter weight = Weight();
        using SGD optimizer = optim.SGD([weight], learningRate: 0.1, momentum: momentum, weight_decay: 0.01, nesterov: nesterov);
        double value = 1;
        double velocity = 0;
        foreach (double given in s_gradients)
        {
            Step(optimizer, weight, given);

            double gradient = given + (0.01 * value);
            velocity = (momentum * velocity) + gradient;
            value -= 0.1 * (nesterov ? gradient + (momentum * velocity) : velocity);
            Assert.Equal(value, weight.item<double>(), 12);
        }
    }

    [Fact]
    public void A_parameter_without_a_gradient_stays()
    {
        Parameter used = Weight();
        Parameter unused = Weight();
        using Adam optimizer = optim.Adam([used, unused], lr: 0.1);

        Step(optimizer, used, 1);

        Assert.Equal(0.9, used.item<double>(), 6);
        Assert.Equal(1, unused.item<double>());
        // Each parameter counts its own steps: the bias correction of the late one starts now.
        Step(optimizer, unused, 5);
        Assert.Equal(0.9, unused.item<double>(), 6);
        Assert.Equal(0.9, used.item<double>(), 6);
    }

    [Fact]
    public void Groups_have_rates_of_their_own()
    {
        Parameter slow = Weight();
        Parameter fast = Weight();
        using SGD optimizer = optim.SGD([new SGD.ParamGroup([slow], lr: 0.1), new SGD.ParamGroup([fast], lr: 0.5)], learningRate: 1);
        slow.grad = tensor(1.0);
        fast.grad = tensor(1.0);

        optimizer.step();

        Assert.Equal(0.9, slow.item<double>(), 12);
        Assert.Equal(0.5, fast.item<double>(), 12);
        Assert.Equal([0.1, 0.5], optimizer.ParamGroups.Select(group => group.LearningRate));
    }

    [Theory]
    [InlineData("adam")]
    [InlineData("sgd")]
    public void A_resumed_run_continues_exactly(string kind)
    {
        (Sequential model, OptimizerHelper optimizer) = Make(kind);
        Train(model, optimizer, 3);
        using MemoryStream weights = new();
        using MemoryStream state = new();
        model.save(weights);
        using (BinaryWriter writer = new(state, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            optimizer.save_state_dict(writer);
        }
        Train(model, optimizer, 3);

        (Sequential resumed, OptimizerHelper other) = Make(kind);
        weights.Position = state.Position = 0;
        resumed.load(weights);
        using BinaryReader reader = new(state);
        other.load_state_dict(reader);
        Train(resumed, other, 3);

        foreach ((string name, Tensor value) in model.state_dict())
        {
            Assert.True(resumed.state_dict()[name].Equals(value), name);
        }
    }

    [Fact]
    public void State_of_another_optimizer_is_refused()
    {
        (_, OptimizerHelper adam) = Make("adam");
        (_, OptimizerHelper sgd) = Make("sgd");
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        adam.save_state_dict(writer);
        stream.Position = 0;
        using BinaryReader reader = new(stream);

        Assert.Throws<InvalidDataException>(() => sgd.load_state_dict(reader));
    }

    [Fact]
    public void Zero_grad_drops_the_gradients()
    {
        Parameter weight = Weight();
        using SGD optimizer = optim.SGD([weight], learningRate: 1);
        weight.grad = tensor(1.0);

        optimizer.zero_grad();

        Assert.Null(weight.grad);
    }

    [Fact]
    public void Clipping_scales_to_the_common_norm()
    {
        Parameter[] weights = [Weight(), Weight()];
        weights[0].grad = tensor(3.0);
        weights[1].grad = tensor(4.0);

        Assert.Equal(5, utils.clip_grad_norm_(weights, 1), 9);

        Assert.Equal(0.6, weights[0].grad!.item<double>(), 6);
        utils.clip_grad_value_(weights, 0.7);
        Assert.Equal(0.7, weights[1].grad!.item<double>(), 6);
    }

    [Fact]
    public void Schedules_follow_their_formulas()
    {
        Assert.Equal([1, 1, 0.5, 0.5, 0.25], Rates(optimizer => optim.lr_scheduler.StepLR(optimizer, 2, 0.5), 5));
        Assert.Equal([1, 0.5, 0.25, 0.125], Rates(optimizer => optim.lr_scheduler.LambdaLR(optimizer, epoch => Math.Pow(2, -epoch)), 4));
        Assert.Equal([1, 0.1, 0.1, 0.01], Rates(optimizer => optim.lr_scheduler.MultiStepLR(optimizer, [1, 3]), 4), new Near());
        Assert.Equal([1, 0.75, 0.25, 0, 0.25], Rates(optimizer => optim.lr_scheduler.CosineAnnealingLR(optimizer, 3), 5), new Near());
        Assert.Equal(
            Enumerable.Range(0, 6).Select(epoch => Math.Pow(1 - (Math.Min(epoch, 4) / 4.0), 0.9)),
            Rates(optimizer => optim.lr_scheduler.PolynomialLR(optimizer, 4, 0.9), 6), new Near());
    }

    [Fact]
    public void One_cycle_rises_and_falls()
    {
        double[] rates = Rates(optimizer => optim.lr_scheduler.OneCycleLR(optimizer, 1, total_steps: 10, cycle_momentum: false), 10);

        Assert.Equal(1.0 / 25, rates[0], 9);
        Assert.Equal(1, rates.Max(), 9);
        Assert.Equal(2, Array.IndexOf(rates, rates.Max()));
        Assert.Equal(1.0 / 25 / 10000, rates[^1], 9);
    }

    private static double[] Rates(Func<optim.Optimizer, optim.lr_scheduler.LRScheduler> make, int epochs)
    {
        using SGD optimizer = optim.SGD([Weight()], learningRate: 1);
        optim.lr_scheduler.LRScheduler schedule = make(optimizer);
        double[] rates = new double[epochs];
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            rates[epoch] = schedule.get_last_lr().Single();
            if (epoch < epochs - 1)
            {
                schedule.step();
            }
        }
        return rates;
    }

    private static Parameter Weight() => new(tensor(1.0));

    private static void Step(optim.Optimizer optimizer, Parameter weight, double gradient)
    {
        optimizer.zero_grad();
        weight.grad = tensor(gradient);
        optimizer.step();
    }

    private static (Sequential Model, OptimizerHelper Optimizer) Make(string kind)
    {
        Sequential model = Sequential(Linear(3, 4), ReLU(), Linear(4, 1));
        OptimizerHelper optimizer = kind == "adam"
            ? optim.Adam(model.parameters(), lr: 0.01, amsgrad: true)
            : optim.SGD(model.parameters(), learningRate: 0.01, momentum: 0.9);
        return (model, optimizer);
    }

    private static void Train(Sequential model, optim.Optimizer optimizer, int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            optimizer.zero_grad();
            Tensor loss = (model.call(arange(6).@float().view(2, 3)) - 1).square().sum();
            loss.backward();
            optimizer.step();
        }
    }

    private sealed class Near : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) < 1e-9;

        public int GetHashCode(double obj) => 0;
    }
}
