using System.Runtime.InteropServices;

namespace TorchSharp.Native;

// Same numbers as rp_tag of the native library.
internal enum ArgTag
{
    None, Tensor, Int, Double, Bool, Ints, Doubles, Tensors, OptionalTensors, String, Device, Generator, Complex, Default,
}

// rp_value of the native library.
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal unsafe struct NativeValue
{
    [FieldOffset(0)] internal ArgTag Tag;
    [FieldOffset(4)] internal int Count;
    [FieldOffset(8)] internal long Integer;
    [FieldOffset(8)] internal double Real;
    [FieldOffset(8)] internal void* Pointer;
}

// One argument of an operator call. Conversions make a call a plain list, [this, other, 1.0], that lives on the stack;
// the reference keeps managed owners alive until the native call is over.
internal readonly struct Arg
{
    private Arg(ArgTag tag, object? reference, long bits = 0)
    {
        Tag = tag;
        Reference = reference;
        Bits = bits;
    }

    internal ArgTag Tag { get; }
    internal object? Reference { get; }
    internal long Bits { get; }

    internal static Arg None => default;
    internal static Arg Default => new(ArgTag.Default, null);

    public static implicit operator Arg(torch.Tensor? value) => value is null ? default : new(ArgTag.Tensor, value);
    public static implicit operator Arg(long value) => new(ArgTag.Int, null, value);
    public static implicit operator Arg(long? value) => value is long set ? set : default(Arg);
    public static implicit operator Arg(double value) => new(ArgTag.Double, null, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Arg(double? value) => value is double set ? set : default(Arg);
    public static implicit operator Arg(bool value) => new(ArgTag.Bool, null, value ? 1 : 0);
    public static implicit operator Arg(bool? value) => value is bool set ? set : default(Arg);
    public static implicit operator Arg(torch.ScalarType value) => (long)value;
    public static implicit operator Arg(torch.ScalarType? value) => value is torch.ScalarType set ? (long)set : default(Arg);
    public static implicit operator Arg(torch.Device? value) => value is null ? default : new(ArgTag.Device, value, value.Packed);
    public static implicit operator Arg(torch.Generator? value) => value is null ? default : new(ArgTag.Generator, value);
    public static implicit operator Arg(string? value) => value is null ? default : new(ArgTag.String, value);
    public static implicit operator Arg(long[]? value) => value is null ? default : new(ArgTag.Ints, value);
    public static implicit operator Arg(ReadOnlySpan<long> value) => value.ToArray();
    public static implicit operator Arg(double[]? value) => value is null ? default : new(ArgTag.Doubles, value);
    public static implicit operator Arg(torch.Tensor[] value) => new(ArgTag.Tensors, value);
    public static implicit operator Arg(torch.Size value) => value.Shape;
    public static implicit operator Arg(Scalar? value) => value is null ? default : value.ToArg();

    internal static Arg Ints(params long[] values) => values;
    internal static Arg OptionalInts(long? value) => value is long set ? Ints(set) : default;
    internal static Arg Complex(double real, double imaginary) => new(ArgTag.Complex, new[] { real, imaginary });
    internal static Arg List(IEnumerable<torch.Tensor> tensors) => tensors as torch.Tensor[] ?? tensors.ToArray();
    internal static Arg OptionalTensors(torch.Tensor?[] tensors) => new(ArgTag.OptionalTensors, tensors);

    // 8-byte words this argument needs beside its own struct.
    internal int ScratchWords => Tag switch
    {
        ArgTag.Ints => ((long[])Reference!).Length,
        ArgTag.Doubles or ArgTag.Complex => ((double[])Reference!).Length,
        ArgTag.Tensors or ArgTag.OptionalTensors => ((torch.Tensor?[])Reference!).Length,
        ArgTag.String => (System.Text.Encoding.UTF8.GetMaxByteCount(((string)Reference!).Length) / 8) + 1,
        _ => 0,
    };

    // Writes the native form; scratch is where lists go. Returns the words used.
    internal unsafe int Write(NativeValue* target, long* scratch)
    {
        target->Tag = Tag;
        target->Count = 0;
        switch (Tag)
        {
            case ArgTag.Tensor:
                target->Integer = ((torch.Tensor)Reference!).Handle;
                return 0;
            case ArgTag.Generator:
                target->Integer = ((torch.Generator)Reference!).Handle;
                return 0;
            case ArgTag.Ints:
                long[] integers = (long[])Reference!;
                integers.CopyTo(new Span<long>(scratch, integers.Length));
                return List(target, scratch, integers.Length);
            case ArgTag.Doubles or ArgTag.Complex:
                double[] reals = (double[])Reference!;
                reals.CopyTo(new Span<double>(scratch, reals.Length));
                return List(target, scratch, reals.Length);
            case ArgTag.Tensors or ArgTag.OptionalTensors:
                torch.Tensor?[] tensors = (torch.Tensor?[])Reference!;
                for (int i = 0; i < tensors.Length; i++)
                {
                    scratch[i] = tensors[i] is torch.Tensor tensor ? tensor.Handle : 0;
                }
                return List(target, scratch, tensors.Length);
            case ArgTag.String:
                string text = (string)Reference!;
                int words = ScratchWords;
                target->Pointer = scratch;
                target->Count = System.Text.Encoding.UTF8.GetBytes(text, new Span<byte>(scratch, words * 8));
                return words;
            default:
                target->Integer = Bits;
                return 0;
        }
    }

    private static unsafe int List(NativeValue* target, long* scratch, int length)
    {
        target->Pointer = scratch;
        target->Count = length;
        return length;
    }
}
