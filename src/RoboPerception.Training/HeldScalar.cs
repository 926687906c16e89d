using TorchSharp;

namespace RoboPerception.Training;

/// <summary>
/// Numbers for libtorch that outlive the call they are for. TorchSharp 0.107 gives a native function the bare address of a <see cref="Scalar"/> and then
/// forgets the object: one that was made on the way, as <c>tensor.mul(0.5)</c> makes one, can be collected and its memory used for another number while
/// libtorch still reads it. Long trainings on busy machines ended with "argument alpha must not be floating point" or "Expected false to be
/// true" by it. Implicit conversions are therefore an error of the build (BannedSymbols.txt).
/// </summary>
internal static class HeldScalar
{
    // Far more than one expression has; a call into libtorch is over long before its thread has made as many again.
    private const int Held = 256;

    [ThreadStatic]
    private static Scalar[]? held;

    [ThreadStatic]
    private static int next;

    /// <summary>A floating-point number, to be passed on at once and not kept.</summary>
    public static Scalar Of(double value) => Hold(value.ToScalar());

    /// <summary>A whole number, likewise.</summary>
    public static Scalar Of(long value) => Hold(value.ToScalar());

    /// <summary>The sum: TorchSharp's makes a number on the way, the factor 1 of the second tensor.</summary>
    public static torch.Tensor Plus(this torch.Tensor left, torch.Tensor right) => left.add(right, Of(1));

    /// <summary>The sum with a number, likewise.</summary>
    public static torch.Tensor Plus(this torch.Tensor left, double right) => left.add(Of(right), Of(1));

    /// <summary>Adds in place, likewise.</summary>
    public static torch.Tensor PlusInPlace(this torch.Tensor left, torch.Tensor right) => left.add_(right, Of(1));

    /// <summary>Adds a number in place, likewise.</summary>
    public static torch.Tensor PlusInPlace(this torch.Tensor left, double right) => left.add_(Of(right), Of(1));

    private static Scalar Hold(Scalar scalar)
    {
        held ??= new Scalar[Held];
        held[next] = scalar;
        next = (next + 1) % Held;
        return scalar;
    }
}
