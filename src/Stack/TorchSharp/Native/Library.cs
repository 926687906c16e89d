using System.Reflection;
using System.Runtime.InteropServices;

namespace TorchSharp.Native;

// The C ABI of src/Stack/native/torch. Every call gives a status; Check turns a failure into the official exception.
internal static unsafe partial class Library
{
    private const string Name = "rp_torch";

    static Library() => NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, Resolve);

    [LibraryImport(Name)] private static partial byte* rp_last_error();
    [LibraryImport(Name)] internal static partial int rp_version(out byte* text);
    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)] internal static partial int rp_operator(string name, string overload, out nint handle);
    [LibraryImport(Name)] internal static partial int rp_call(nint handle, NativeValue* arguments, int count, NativeValue* results, int capacity, int* written);
    [LibraryImport(Name)] internal static partial int rp_free(void* array);
    [LibraryImport(Name)] internal static partial int rp_tensor_retain(nint handle, out nint copy);
    [LibraryImport(Name)] internal static partial int rp_tensor_release(nint handle);
    [LibraryImport(Name)] internal static partial int rp_tensor_get(nint handle, int kind, long* value);
    [LibraryImport(Name)] internal static partial int rp_tensor_sizes(nint handle, long* sizes, long* strides, int capacity);
    [LibraryImport(Name)] internal static partial int rp_tensor_data(nint handle, out void* data);
    [LibraryImport(Name)] internal static partial int rp_tensor_from_memory(void* data, delegate* unmanaged<nint, void> release, nint context, long* sizes, int dimensions, int dtype, out nint handle);
    [LibraryImport(Name)] internal static partial int rp_tensor_set_requires_grad(nint handle, int value);
    [LibraryImport(Name)] internal static partial int rp_tensor_grad(nint handle, out nint gradient);
    [LibraryImport(Name)] internal static partial int rp_tensor_set_grad(nint handle, nint gradient);
    [LibraryImport(Name)] internal static partial int rp_tensors_zero_grad(nint* handles, int count, int setToNone);
    [LibraryImport(Name)] internal static partial int rp_tensors_grads(nint* handles, int count, nint* gradients);
    [LibraryImport(Name)] internal static partial int rp_tensor_retain_grad(nint handle);
    [LibraryImport(Name)] internal static partial int rp_backward(nint* tensors, int count, nint* gradients, int gradientCount, int retainGraph, int createGraph, nint* inputs, int inputCount);
    [LibraryImport(Name)] internal static partial int rp_grad(nint* outputs, int count, nint* inputs, int inputCount, nint* gradients, int gradientCount, int retainGraph, int createGraph, int allowUnused, nint* results);
    [LibraryImport(Name)] internal static partial int rp_grad_mode(int enabled, out int previous);
    [LibraryImport(Name)] internal static partial int rp_inference_mode_enter(int enabled, out nint guard);
    [LibraryImport(Name)] internal static partial int rp_inference_mode_leave(nint guard);
    [LibraryImport(Name)] internal static partial int rp_inference_mode_enabled(out int enabled);
    [LibraryImport(Name)] internal static partial int rp_manual_seed(long seed);
    [LibraryImport(Name)] internal static partial int rp_generator(long device, int fresh, ulong seed, out nint handle);
    [LibraryImport(Name)] internal static partial int rp_generator_release(nint handle);
    [LibraryImport(Name)] internal static partial int rp_generator_seed(nint handle, int action, ref long seed);
    [LibraryImport(Name)] internal static partial int rp_generator_state(nint handle, out nint state);
    [LibraryImport(Name)] internal static partial int rp_generator_set_state(nint handle, nint state);
    [LibraryImport(Name)] internal static partial int rp_threads(int interop, int count, out int current);
    [LibraryImport(Name)] internal static partial int rp_cuda(out int available, out int devices, out int cudnn);
    [LibraryImport(Name)] internal static partial int rp_cuda_synchronize(long index);
    [LibraryImport(Name)] internal static partial int rp_backend_flag(int what, int value, out int current);

    internal static void Check(int status)
    {
        if (status != 0)
        {
            throw new ExternalException(Marshal.PtrToStringUTF8((nint)rp_last_error()));
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Name)
        {
            return 0;
        }
        string file = $"lib{Name}.so";
        string[] places = [Path.Combine(AppContext.BaseDirectory, file), Path.Combine(Path.GetDirectoryName(assembly.Location) ?? "", file)];
        foreach (string place in places)
        {
            if (File.Exists(place))
            {
                return NativeLibrary.Load(place);
            }
        }
        return NativeLibrary.TryLoad(file, assembly, path, out nint handle)
            ? handle
            : throw new DllNotFoundException($"{file} is not beside the program ({AppContext.BaseDirectory}): run launch/setup.sh train");
    }
}
