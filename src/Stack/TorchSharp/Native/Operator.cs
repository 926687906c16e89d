using System.Runtime.InteropServices;

namespace TorchSharp.Native;

// An operator of libtorch's dispatcher. The schema is looked up once; a call copies its arguments to the stack and allocates
// nothing but the result.
internal sealed unsafe class Operator(string name, string overload = "")
{
    private const int StackWords = 512;

    private nint _handle;

    internal torch.Tensor Call(scoped ReadOnlySpan<Arg> arguments)
    {
        NativeValue result;
        Invoke(arguments, &result, 1);
        return new torch.Tensor((nint)result.Pointer);
    }

    internal (torch.Tensor, torch.Tensor) CallTwo(scoped ReadOnlySpan<Arg> arguments)
    {
        NativeValue* results = stackalloc NativeValue[2];
        Invoke(arguments, results, 2);
        return (new torch.Tensor((nint)results[0].Pointer), new torch.Tensor((nint)results[1].Pointer));
    }

    internal (torch.Tensor, torch.Tensor, torch.Tensor) CallThree(scoped ReadOnlySpan<Arg> arguments)
    {
        NativeValue* results = stackalloc NativeValue[3];
        Invoke(arguments, results, 3);
        return (new torch.Tensor((nint)results[0].Pointer), new torch.Tensor((nint)results[1].Pointer), new torch.Tensor((nint)results[2].Pointer));
    }

    internal torch.Tensor[] CallList(scoped ReadOnlySpan<Arg> arguments)
    {
        NativeValue result;
        Invoke(arguments, &result, 1);
        torch.Tensor[] tensors = new torch.Tensor[result.Count];
        nint* handles = (nint*)result.Pointer;
        for (int i = 0; i < tensors.Length; i++)
        {
            tensors[i] = new torch.Tensor(handles[i]);
        }
        Library.Check(Library.rp_free(handles));
        return tensors;
    }

    internal bool CallBool(scoped ReadOnlySpan<Arg> arguments) => CallValue(arguments).Integer != 0;

    internal NativeValue CallValue(scoped ReadOnlySpan<Arg> arguments)
    {
        NativeValue result;
        Invoke(arguments, &result, 1);
        return result;
    }

    // For in-place operators: their result is the tensor they were called on.
    internal void Run(scoped ReadOnlySpan<Arg> arguments) => Invoke(arguments, null, 0);

    // Throws ExternalException when this libtorch has no such operator.
    internal void Find() => Library.Check(Library.rp_operator(name, overload, out _handle));

    private void Invoke(scoped ReadOnlySpan<Arg> arguments, NativeValue* results, int capacity)
    {
        if (_handle == 0)
        {
            Find();
        }
        int words = 0;
        foreach (ref readonly Arg argument in arguments)
        {
            words += argument.ScratchWords;
        }
        NativeValue* values = stackalloc NativeValue[arguments.Length];
        if (words <= StackWords)
        {
            long* scratch = stackalloc long[words];
            Invoke(arguments, values, scratch, results, capacity);
        }
        else
        {
            long* scratch = (long*)NativeMemory.Alloc((nuint)words, sizeof(long));
            try
            {
                Invoke(arguments, values, scratch, results, capacity);
            }
            finally
            {
                NativeMemory.Free(scratch);
            }
        }
    }

    private void Invoke(scoped ReadOnlySpan<Arg> arguments, NativeValue* values, long* scratch, NativeValue* results, int capacity)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            scratch += arguments[i].Write(values + i, scratch);
        }
        int written;
        int status = Library.rp_call(_handle, values, arguments.Length, results, capacity, &written);
        // A finalizer must not release a tensor while libtorch still reads it.
        foreach (ref readonly Arg argument in arguments)
        {
            GC.KeepAlive(argument.Reference);
        }
        Library.Check(status);
        if (written < capacity)
        {
            throw new InvalidOperationException($"{name} returned {written} results, {capacity} were expected.");
        }
    }
}
