using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using RoboPerception.Training.Weighting;
using static TorchSharp.torch;

namespace RoboPerception.Benchmarks.Training;

/// <summary>
/// Steps per second of our trainer beside those of the same network and batch in Python on the same libtorch. Rounds alternate, so that other
/// work on the machine meets both sides alike; the ratio of the medians counts.
/// </summary>
internal static class TrainingBenchmark
{
    private const string Widths = "16,32,64,128,128";
    private const int Count = 4, Height = 96, Width = 128, WarmUp = 3;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static int Run(int rounds, int steps, int threads)
    {
        set_num_threads(threads);
        random.manual_seed(1);
        using var network = PerceptionNetwork.Create(NetworkSpec.Parse($"split-segnet:widths={Widths}"), TaskDescription.NyuThree);
        using var python = Python(threads);
        var parameters = long.Parse(Answer(python), CultureInfo.InvariantCulture);
        if (parameters != network.ParameterCount)
        {
            throw new UserErrorException(ExitCode.Failed, $"Python trains {parameters} parameters, we {network.ParameterCount}: not the same network.");
        }

        var options = new TrainingOptions { Network = network.Spec.ToString(), Height = Height, Width = Width };
        using var optimizer = Optimizers.Create(network, options);
        var step = new TrainingStep(network, optimizer, new EqualWeighting(network.Tasks.Count), averages: null, options, CPU);
        network.train();
        var batch = RandomBatch();
        var (ours, theirs) = (new List<double>(), new List<double>());
        Ours(step, batch, WarmUp);
        Theirs(python, WarmUp);
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(Ours(step, batch, steps) / steps);
            theirs.Add(Theirs(python, steps) / steps);
        }

        python.StandardInput.Close();
        python.WaitForExit();
        var (mine, other) = (Median(ours), Median(theirs));
        Console.WriteLine(JsonSerializer.Serialize(
            new
            {
                network = network.Spec.ToString(),
                batch = $"{Count}x3x{Height}x{Width}",
                threads,
                rounds,
                steps,
                milliseconds_per_step = Math.Round(1000 * mine, 1),
                milliseconds_per_step_python = Math.Round(1000 * other, 1),
                throughput_ratio = Math.Round(other / mine, 3),
                environment = BenchmarkEnvironment.Read(),
            },
            Indented));
        return 0;
    }

    private static double Ours(TrainingStep step, Batch batch, int steps)
    {
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < steps; i++)
        {
            step.Run(batch, i, rateFactor: 1);
        }

        return clock.Elapsed.TotalSeconds;
    }

    private static double Theirs(Process python, int steps)
    {
        python.StandardInput.WriteLine(steps);
        return double.Parse(Answer(python), CultureInfo.InvariantCulture);
    }

    private static Process Python(int threads)
    {
        // The system's Python has the system's PyTorch.
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in new object[] { Path.Combine(AppContext.BaseDirectory, "split_segnet.py"), Widths, Count, Height, Width, threads })
        {
            start.ArgumentList.Add(Convert.ToString(argument, CultureInfo.InvariantCulture)!);
        }

        return Process.Start(start)!;
    }

    private static string Answer(Process python) => python.StandardOutput.ReadLine()
        ?? throw new UserErrorException(ExitCode.Failed, "The Python side ended early; is python3-torch installed? (apt-get install python3-torch)");

    private static Batch RandomBatch()
    {
        var chance = new Random(1);
        var batch = new Batch(Count, Height, Width);
        for (var i = 0; i < batch.Images.Length; i++)
        {
            batch.Images[i] = chance.NextSingle();
            batch.Normals[i] = (chance.NextSingle() - 0.5f) * 0.5f;
        }

        for (var i = 0; i < batch.Labels.Length; i++)
        {
            (batch.Labels[i], batch.Depth[i]) = (chance.Next(13), chance.NextSingle() + 0.5f);
        }

        return batch;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
