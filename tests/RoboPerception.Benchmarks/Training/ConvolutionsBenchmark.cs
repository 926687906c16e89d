using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using RoboPerception.Training.Native;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Benchmarks.Training;

/// <summary>
/// Random convolutions (channels, strides, dilations, groups, both orders of memory, transposed ones) and their gradients in float32 against float64, which oneDNN does
/// not do. Says which kernels of oneDNN are right on a processor.
/// </summary>
internal static class ConvolutionsBenchmark
{
    private const double Allowed = 1e-4;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly int[] Channels = [1, 2, 3, 4, 6, 7, 8, 9, 10, 12, 14, 16, 17, 18, 20, 24, 28, 30, 31, 32, 33, 36, 40, 48, 54, 56, 60, 64, 72, 80, 96, 112, 128, 144, 160, 192];
    private static readonly int[] Kernels = [1, 1, 3, 3, 3, 5, 7, 2], Dilations = [2, 3, 6, 12];

    public static int Run(double seconds, int seed)
    {
        TorchLibrary.Use();
        Convolutions.LeaveOutNnPack();
        var (chance, clock) = (new Random(seed), Stopwatch.StartNew());
        var (cases, worst, wrong) = (0, 0.0, new List<string>());
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            var drawn = Draw(chance);
            if (drawn.IsEmpty || Deviation(drawn, chance.Next()) is not { } deviation)
            {
                continue;
            }

            cases++;
            if (deviation > Allowed)
            {
                wrong.Add($"{drawn}: {deviation:0.0e0}");
            }
            else
            {
                worst = Math.Max(worst, deviation);
            }
        }

        Console.WriteLine(JsonSerializer.Serialize(
            new
            {
                kernels = Environment.GetEnvironmentVariable("ONEDNN_MAX_CPU_ISA") ?? "as oneDNN chooses",
                cases,
                wrong = wrong.Count,
                largest_deviation_of_the_others = worst,
                the_first_that_are_wrong = wrong.Take(10),
                environment = BenchmarkEnvironment.Read(),
            },
            Indented));
        return wrong.Count == 0 ? 0 : 1;
    }

    private static Case Draw(Random chance)
    {
        int Some() => chance.Next(3) == 0 ? chance.Next(1, 200) : Channels[chance.Next(Channels.Length)];
        var (kind, from, to, groups) = (chance.Next(10), Some(), Some(), 1);
        if (kind == 0)
        {
            groups = to = from;
        }
        else if (kind == 1)
        {
            groups = chance.Next(2, 5);
            (from, to) = (Math.Max(1, from / groups) * groups, Math.Max(1, to / groups) * groups);
        }

        var kernel = Kernels[chance.Next(Kernels.Length)];
        var dilation = kernel > 1 && chance.Next(4) == 0 ? Dilations[chance.Next(Dilations.Length)] : 1;
        var padding = chance.Next(3) == 0 ? chance.Next(kernel) : dilation * (kernel / 2);
        return new Case(chance.Next(1, 5), from, to, chance.Next(1, 34), chance.Next(1, 42), kernel, chance.Next(3) == 0 ? 2 : 1, padding, dilation, groups, chance.Next(2) == 0, kind == 2);
    }

    /// <summary>The largest relative deviation of values, of the input's gradient and of the weights'; NaN counts as infinite. Null where libtorch refuses the shape.</summary>
    private static double? Deviation(Case drawn, int seed)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(seed);
        var image = rand(drawn.Images, drawn.From, drawn.Height, drawn.Width) - 0.5;
        image = drawn.IsChannelsLast ? image.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : image;
        var weight = (drawn.IsTransposed ? rand(drawn.From, drawn.To / drawn.Groups, drawn.Kernel, drawn.Kernel) : rand(drawn.To, drawn.From / drawn.Groups, drawn.Kernel, drawn.Kernel)) - 0.5;
        try
        {
            return Compute(float32).Zip(Compute(float64)).Max(pair =>
            {
                var error = ((pair.First.to(float64) - pair.Second).abs().max() / pair.Second.abs().max().clamp_min(1e-9)).ToDouble();
                return double.IsNaN(error) ? double.PositiveInfinity : error;
            });
        }
        catch (ExternalException)
        {
            return null;
        }

        Tensor[] Compute(ScalarType type)
        {
            Tensor x = image.to(type).detach().requires_grad_(), w = weight.to(type).detach().requires_grad_();
            long[] strides = [drawn.Stride, drawn.Stride], padding = [drawn.Padding, drawn.Padding], dilation = [drawn.Dilation, drawn.Dilation];
            var y = drawn.IsTransposed
                ? F.conv_transpose2d(x, w, strides: strides, padding: padding, dilation: dilation, groups: drawn.Groups)
                : F.conv2d(x, w, null, strides, padding, dilation, drawn.Groups);
            (y * (arange(y.numel(), dtype: float64) * 0.37).sin().view(y.shape).to(type)).sum().backward();
            return [y.detach(), x.grad!, w.grad!];
        }
    }

    private sealed record Case(int Images, int From, int To, int Height, int Width, int Kernel, int Stride, int Padding, int Dilation, int Groups, bool IsChannelsLast, bool IsTransposed)
    {
        public bool IsEmpty => Height + (2 * Padding) < (Dilation * (Kernel - 1)) + 1 || Width + (2 * Padding) < (Dilation * (Kernel - 1)) + 1;
    }
}
