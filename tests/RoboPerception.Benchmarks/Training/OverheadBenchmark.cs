using System.Diagnostics;
using System.Text.Json;
using RoboPerception.Training.Data;
using RoboPerception.Training.Native;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using RoboPerception.Training.Weighting;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Benchmarks.Training;

/// <summary>
/// What a step costs the host, on a network so small that its arithmetic hardly counts: with TorchSharp's optimiser, limit of gradients and averages tensor by
/// tensor, and with all of them over one buffer, as the trainer does it. Rounds alternate; medians and their ratios count. What a GPU would compute costs the host
/// nothing, so the part beside the passes forward and back is what keeps a GPU waiting.
/// </summary>
internal static class OverheadBenchmark
{
    private const string Network = "mtan-mobilenetv2:decoder=8,8,8,8";
    private const int Count = 2, Height = 32, Width = 32, WarmUp = 5, StepsOfARound = 20;
    private const double EmaDecay = 0.99, MaxGradientNorm = 1;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static int Run(int rounds, int threads)
    {
        TorchLibrary.Use();
        Convolutions.EnsureRightOrRestart();
        set_num_threads(threads);
        var batch = TrainingBenchmark.RandomBatch(Count, Height, Width);
        var results = new List<object>();
        foreach (var name in new[] { "adam", "adamw", "nesterov" })
        {
            var options = new TrainingOptions { Network = Network, Height = Height, Width = Width, Optimizer = name, EmaDecay = EmaDecay, MaxGradientNorm = MaxGradientNorm, LearningRate = 1e-4 };
            using var before = new TensorByTensor(Create(), options, batch);
            using var network = Create();
            var holder = Optimizers.Create(network, options);
            using var flat = new FlatNetwork(network, holder.parameters());
            using var optimizer = new FlatOptimizer(holder, flat.Parameters);
            using var averages = new AveragedWeights(flat, EmaDecay);
            var step = new TrainingStep(flat, optimizer, new EqualWeighting(network.Tasks.Count), averages, options, CPU);
            List<double> old = [], now = [], passes = [];
            for (var round = -1; round < rounds; round++)
            {
                double[] times = [Time(before.Step), Time(i => step.Run(batch, i, 1)), Time(_ => before.Passes())];
                if (round >= 0)
                {
                    old.Add(times[0]);
                    now.Add(times[1]);
                    passes.Add(times[2]);
                }
            }

            var (a, b, p) = (TrainingBenchmark.Median(old), TrainingBenchmark.Median(now), TrainingBenchmark.Median(passes));
            results.Add(new
            {
                optimizer = name,
                milliseconds_per_step_tensor_by_tensor = Math.Round(a, 2),
                milliseconds_per_step = Math.Round(b, 2),
                milliseconds_of_the_passes = Math.Round(p, 2),
                ratio_of_steps = Math.Round(b / a, 3),
                ratio_beside_the_passes = Math.Round(Math.Max(b - p, 0) / (a - p), 3),
            });
        }

        using var counted = Create();
        Console.WriteLine(JsonSerializer.Serialize(
            new
            {
                network = counted.Spec.ToString(),
                parameter_tensors = counted.parameters().Count(),
                gmac = Math.Round(MacCounter.Count(counted, Height, Width).GMac, 4),
                batch = $"{Count}x3x{Height}x{Width}",
                threads,
                rounds,
                steps = StepsOfARound,
                results,
                environment = BenchmarkEnvironment.Read(),
            },
            Indented));
        return 0;
    }

    private static PerceptionNetwork Create()
    {
        random.manual_seed(1);
        var network = PerceptionNetwork.Create(NetworkSpec.Parse(Network), TaskDescription.NyuThree);
        network.train();
        return network;
    }

    private static double Time(Action<int> step)
    {
        var clock = new Stopwatch();
        for (var i = 0; i < WarmUp + StepsOfARound; i++)
        {
            if (i == WarmUp)
            {
                clock.Start();
            }

            step(i);
        }

        return clock.Elapsed.TotalMilliseconds / StepsOfARound;
    }

    /// <summary>The step as TorchSharp's own parts make it.</summary>
    private sealed class TensorByTensor(PerceptionNetwork network, TrainingOptions options, Batch batch) : IDisposable
    {
        private readonly OptimizerHelper optimizer = Optimizers.Create(network, options);
        private readonly EqualWeighting weighting = new(network.Tasks.Count);
        private readonly Dictionary<string, Tensor> means = network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone());

        public void Step(int step)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            Learn();
            nn.utils.clip_grad_norm_(network.parameters(), options.MaxGradientNorm);
            optimizer.step();
            var keep = Math.Min(options.EmaDecay, (1.0 + step) / (10 + step));
            using var noGradients = no_grad();
            foreach (var (name, live) in network.state_dict())
            {
                if (means[name].is_floating_point())
                {
                    means[name].mul_(keep).add_(live, 1 - keep);
                }
                else
                {
                    means[name].copy_(live);
                }
            }
        }

        /// <summary>Forward and back alone, the batch's way to tensors included; gradients are left out, which costs least.</summary>
        public void Passes()
        {
            using var scope = NewDisposeScope();
            network.zero_grad();
            Learn();
        }

        public void Dispose()
        {
            optimizer.Dispose();
            foreach (var mean in means.Values)
            {
                mean.Dispose();
            }

            network.Dispose();
        }

        private double[] Learn()
        {
            var images = BatchTensors.Images(batch, CPU);
            var targets = network.SupervisedTasks.ToDictionary(task => task, task => BatchTensors.Target(batch, task, CPU));
            var losses = network.TrainingPass(images, task => targets[task]).Losses;
            double[] values = [.. losses.Select(loss => (double)loss.detach().cpu().item<float>())];
            weighting.Backward(losses, 0);
            return values;
        }
    }
}
