using System.Globalization;
using RoboPerception.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Training.Commands;

/// <summary>Option values that several commands read the same way.</summary>
internal static class Arguments
{
    /// <summary>Reads <c>288x384</c> as rows x columns, both multiples of <paramref name="multiple"/>.</summary>
    /// <exception cref="UserErrorException">It is no size, or none of those: the nearest that are get named.</exception>
    public static (int Height, int Width) Size(string text, string option, int multiple)
    {
        var parts = text.Split('x');
        if (parts.Length != 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            || height <= 0 || width <= 0)
        {
            throw new UserErrorException(ExitCode.Usage, $"{option} '{text}' is not HEIGHTxWIDTH with multiples of {multiple}, such as 288x384.");
        }

        return height % multiple == 0 && width % multiple == 0 ? (height, width) : throw new UserErrorException(
            ExitCode.Usage, $"{option} '{text}' is not HEIGHTxWIDTH with multiples of {multiple}: the nearest are {Smaller(height)}x{Smaller(width)} and {Larger(height)}x{Larger(width)}.");

        int Smaller(int side) => Math.Max(side / multiple, 1) * multiple;
        int Larger(int side) => (int)(((long)side + multiple - 1) / multiple) * multiple;
    }

    /// <summary>A value of <c>--downscale</c>.</summary>
    public static int Downscale(int value) =>
        value is >= 1 and <= 8 ? value : throw new UserErrorException(ExitCode.Usage, $"--downscale {value} must be from 1 to 8.");

    /// <summary>A number of things, at least 1.</summary>
    public static int Positive(int value, string option) =>
        value > 0 ? value : throw new UserErrorException(ExitCode.Usage, $"{option} {value} must be at least 1.");

    /// <summary>The device of a name; asks before it touches CUDA, because TorchSharp throws without it.</summary>
    public static Device Device(string name) => name switch
    {
        "cpu" => CPU,
        "cuda" when cuda.is_available() => CUDA,
        "cuda" => throw new UserErrorException(ExitCode.Usage, "--device cuda: this libtorch sees no CUDA device; use --device cpu or install a CUDA build."),
        _ => throw new UserErrorException(ExitCode.Usage, $"--device '{name}' is unknown; choose cpu or cuda."),
    };
}
