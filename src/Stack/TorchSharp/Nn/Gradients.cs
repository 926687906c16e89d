using TorchSharp.Modules;
using TorchSharp.Native;

namespace TorchSharp;

// Gradients of many parameters with one native call.
internal static unsafe class Gradients
{
    internal static void Clear(IEnumerable<Parameter> parameters, bool setToNone)
    {
        Parameter[] all = parameters as Parameter[] ?? parameters.ToArray();
        nint[] handles = Handles(all);
        fixed (nint* at = handles)
        {
            Library.Check(Library.rp_tensors_zero_grad(at, handles.Length, setToNone ? 1 : 0));
        }
        GC.KeepAlive(all);
    }

    // Null where a parameter has none. The tensors are the caller's to dispose.
    internal static torch.Tensor?[] Get(Parameter[] parameters)
    {
        nint[] handles = Handles(parameters);
        nint[] found = new nint[handles.Length];
        fixed (nint* at = handles, foundAt = found)
        {
            Library.Check(Library.rp_tensors_grads(at, handles.Length, foundAt));
        }
        GC.KeepAlive(parameters);
        return Array.ConvertAll(found, handle => handle == 0 ? null : new torch.Tensor(handle));
    }

    private static nint[] Handles(Parameter[] parameters) => Array.ConvertAll(parameters, parameter => (nint)parameter.Handle);
}
