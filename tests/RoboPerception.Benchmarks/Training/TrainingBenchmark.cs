using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Native;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using RoboPerception.Training.Weighting;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Benchmarks.Training;

/// <summary>
/// Steps per second of our trainer beside those of the same network and batch in Python on the same libtorch. Rounds alternate, so that other
/// work on the machine meets both sides alike; the ratio of the medians counts.
/// </summary>
internal static class TrainingBenchmark
{
    /// <summary>Widths of the network that is compared.</summary>
    public const string Widths = "16,32,64,128,128";

    private const int Count = 4, Height = 96, Width = 128, WarmUp = 3;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Measures.</summary>
    /// <param name="rounds">Rounds, alternating.</param>
    /// <param name="steps">Steps of a round.</param>
    /// <param name="threads">Threads of libtorch on both sides.</param>
    /// <param name="deviceName"><c>cpu</c> or <c>cuda</c>.</param>
    /// <param name="interpreter">The Python that has a torch.</param>
    /// <param name="mayBeAlone">Whether our side alone is measured where that Python has none.</param>
    /// <param name="widths">Channels of the levels.</param>
    public static int Run(int rounds, int steps, int threads, string deviceName, string interpreter, bool mayBeAlone, string widths = Widths)
    {
        TorchLibrary.Use();
        Convolutions.EnsureRightOrRestart();
        var device = Device(deviceName);
        set_num_threads(threads);
        random.manual_seed(1);
        using var network = PerceptionNetwork.Create(NetworkSpec.Parse($"split-segnet:widths={widths}"), TaskDescription.NyuThree);
        network.to(device);
        using var python = Python(interpreter, widths, threads, deviceName);
        var told = python?.StandardOutput.ReadLine();
        if (told is null && !mayBeAlone)
        {
            throw new UserErrorException(ExitCode.Failed, $"'{interpreter}' has no torch that computes on {deviceName}: apt-get install python3-torch, or name another with --python.");
        }

        if (told is not null && long.Parse(told, CultureInfo.InvariantCulture) is var parameters && parameters != network.ParameterCount)
        {
            throw new UserErrorException(ExitCode.Failed, $"Python trains {parameters} parameters, we {network.ParameterCount}: not the same network.");
        }

        var options = new TrainingOptions { Network = network.Spec.ToString(), Height = Height, Width = Width };
        var holder = Optimizers.Create(network, options);
        using var flat = new FlatNetwork(network, holder.parameters());
        using var optimizer = new FlatOptimizer(holder, flat.Parameters);
        var step = new TrainingStep(flat, optimizer, new EqualWeighting(network.Tasks.Count), averages: null, options, device);
        network.train();
        var batch = RandomBatch(Count, Height, Width);
        var (ours, theirs) = (new List<double>(), new List<double>());
        Ours(step, batch, WarmUp);
        var compares = told is not null;
        if (compares)
        {
            Theirs(python!, WarmUp);
        }

        for (var round = 0; round < rounds; round++)
        {
            ours.Add(Ours(step, batch, steps) / steps);
            if (compares)
            {
                theirs.Add(Theirs(python!, steps) / steps);
            }
        }

        python?.StandardInput.Close();
        python?.WaitForExit();
        var mine = Median(ours);
        double? other = compares ? Median(theirs) : null;
        Console.WriteLine(JsonSerializer.Serialize(
            new
            {
                network = network.Spec.ToString(),
                batch = $"{Count}x3x{Height}x{Width}",
                device = deviceName,
                threads,
                rounds,
                steps,
                milliseconds_per_step = Math.Round(1000 * mine, 1),
                images_per_second = Math.Round(Count / mine, 1),
                milliseconds_per_step_python = other is { } each ? Math.Round(1000 * each, 1) : (double?)null,
                throughput_ratio = other / mine is { } ratio ? Math.Round(ratio, 3) : (double?)null,
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

    private static Device Device(string name) => name switch
    {
        "cpu" => CPU,
        "cuda" => cuda.is_available() ? CUDA : throw new UserErrorException(ExitCode.Usage, "libtorch here computes on no GPU: build with the CUDA variant (launch/setup.sh train --torch cuda), or name a libtorch in ROBOPERCEPTION_LIBTORCH."),
        _ => throw new UserErrorException(ExitCode.Usage, $"--device '{name}' is unknown; choose cpu or cuda."),
    };

    /// <summary>The other side; null without such an interpreter.</summary>
    private static Process? Python(string interpreter, string widths, int threads, string device)
    {
        var start = new ProcessStartInfo(interpreter) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in new object[] { Path.Combine(AppContext.BaseDirectory, "split_segnet.py"), widths, Count, Height, Width, threads, device })
        {
            start.ArgumentList.Add(Convert.ToString(argument, CultureInfo.InvariantCulture)!);
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string Answer(Process python) => python.StandardOutput.ReadLine()
        ?? throw new UserErrorException(ExitCode.Failed, "The Python side ended early; is python3-torch installed? (apt-get install python3-torch)");

    internal static Batch RandomBatch(int count, int height, int width)
    {
        var chance = new Random(1);
        var batch = new Batch(count, height, width);
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

    internal static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
