using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Native;

/// <summary>
/// Checks once per process that libtorch convolves rightly. The oneDNN in libtorch 2.10 (3.7.1) was seen to reorder maps and weights wrongly on some
/// processors where channels do not fill a vector (neither 8 nor 16 divides them): 3x3 convolutions of 18 or 24 channels, and gradients of 8, were off by
/// tens of percent or NaN, without an error (an AMD EPYC with AVX-512; those for AVX and AVX2 are wrong there, too). Its kernels for SSE 4.1 are right: in two thousand
/// convolutions of all kinds (launch/bench.sh convolutions) no value, gradient of the input or of the weights was off. A program that trains begins anew with those, as
/// oneDNN reads the limit once; elsewhere oneDNN is switched off, and libtorch's other kernels are right, too, and slower where convolutions are deep or depthwise.
/// </summary>
/// <remarks>
/// Comparisons with reference files switch it off: wrn_mtan's has a rectifier within rounding of its kink, on whose other side one gradient differs by 3 %
/// (in float64, moving the input by a millionth does the same), and that is where the narrow kernels' rounding falls.
/// </remarks>
internal static class Convolutions
{
    private const double Allowed = 1e-4;
    private const string IsaVariable = "ONEDNN_MAX_CPU_ISA", RightIsa = "SSE41";
    private static readonly int[] Channels = [8, 18, 24];
    private static readonly Lazy<double> Found = new(Measure);

    // A program at its start may begin anew, a test host may not.
    private static bool mayRestart;

    /// <summary>Largest relative error that oneDNN made in the check.</summary>
    public static double Deviation => Found.Value;

    /// <summary>Whether oneDNN is in use: it passed.</summary>
    public static bool OneDnnIsRight => Deviation <= Allowed;

    /// <summary>Makes sure that convolutions are right from here on. Cheap after the first call.</summary>
    public static void EnsureRight() => _ = Found.Value;

    /// <summary>The same at a program's start, where it may begin anew with other kernels.</summary>
    public static void EnsureRightOrRestart()
    {
        mayRestart = true;
        EnsureRight();
        mayRestart = false;
    }

    private static double Measure()
    {
        using var scope = NewDisposeScope();

        LeaveOutNnPack();
        var worst = Channels.Max(Deviates);
        if (worst > Allowed && mayRestart && Environment.GetEnvironmentVariable(IsaVariable) is null)
        {
            Console.Error.WriteLine($"roboperception-train: the oneDNN in this libtorch convolves wrongly on this processor; beginning anew with {IsaVariable}={RightIsa}, right but slower.");
            Restart.With(IsaVariable, RightIsa);
        }

        if (worst <= Allowed || !Switch("_ZN2at7Context20setUserEnabledMkldnnEb", on: false))
        {
            return worst;
        }

        Console.Error.WriteLine("roboperception-train: the oneDNN in this libtorch convolves wrongly on this processor; training goes on without it, right but slower.");
        return worst;
    }

    /// <summary>Largest relative error of a 3x3 convolution of some channels and of its gradient, against float64, which oneDNN does not do.</summary>
    internal static double Deviates(int channels)
    {
        using var scope = NewDisposeScope();

        // Numbers of a formula: the generator of random numbers must not notice.
        var weight = Wave(channels * channels * 9, 0.7).view(channels, channels, 3, 3);

        // Two of them: libtorch gives a small convolution of one image to something else than oneDNN.
        var image = Wave(2 * channels * 6 * 7, 0.3).view(2, channels, 6, 7);
        var (single, singleGradient) = Run(image.to(float32), weight.to(float32));
        var (exact, exactGradient) = Run(image, weight);
        return Math.Max(Relative(single, exact), Relative(singleGradient, exactGradient));

        static Tensor Wave(int count, double step) => (arange(HeldScalar.Of(count), dtype: float64) * HeldScalar.Of(step)).sin();
    }

    private static (Tensor Prediction, Tensor Gradient) Run(Tensor image, Tensor weight)
    {
        using var gradients = enable_grad();
        image = image.detach().requires_grad_();
        var prediction = F.conv2d(image, weight, padding: [1L, 1L]);
        prediction.pow(HeldScalar.Of(2)).sum().backward();
        return (prediction.detach(), image.grad!);
    }

    // NaN counts as infinitely far.
    private static double Relative(Tensor actual, Tensor exact)
    {
        var error = ((actual.to(float64) - exact).abs().max() / exact.abs().max()).ToDouble();
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }

    /// <summary>What libtorch tries where oneDNN is not asked. On processors that it does not know it says so at every convolution.</summary>
    internal static void LeaveOutNnPack() => Switch("_ZN2at7Context20setUserEnabledNNPACKEb", on: false);

    /// <summary>TorchSharp has no functions for libtorch's switches <c>torch.backends.*.enabled</c>: they are called by their names in the library.</summary>
    private static unsafe bool Switch(string function, bool on)
    {
        var path = File.Exists("/proc/self/maps")
            ? File.ReadLines("/proc/self/maps").Select(line => line[(line.LastIndexOf(' ') + 1)..]).FirstOrDefault(file => file.EndsWith("/libtorch_cpu.so", StringComparison.Ordinal))
            : null;
        if (path is null || !NativeLibrary.TryLoad(path, out var library)
            || !NativeLibrary.TryGetExport(library, "_ZN2at13globalContextEv", out var context)
            || !NativeLibrary.TryGetExport(library, function, out var set))
        {
            return false;
        }

        ((delegate* unmanaged<nint, byte, void>)set)(((delegate* unmanaged<nint>)context)(), on ? (byte)1 : (byte)0);
        return true;
    }
}
