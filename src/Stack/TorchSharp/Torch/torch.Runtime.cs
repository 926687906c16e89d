using System.Runtime.InteropServices;
using TorchSharp.Native;

namespace TorchSharp;

// Modes, scopes, seeds, threads and defaults.
public static partial class torch
{
    private static ScalarType s_defaultType = ScalarType.Float32;
    private static Device s_defaultDevice = CPU;

    public static readonly ScalarType @bool = ScalarType.Bool;
    public static readonly ScalarType uint8 = ScalarType.Byte;
    public static readonly ScalarType int8 = ScalarType.Int8;
    public static readonly ScalarType int16 = ScalarType.Int16;
    public static readonly ScalarType int32 = ScalarType.Int32;
    public static readonly ScalarType int64 = ScalarType.Int64;
    public static readonly ScalarType bfloat16 = ScalarType.BFloat16;
    public static readonly ScalarType float16 = ScalarType.Float16;
    public static readonly ScalarType float32 = ScalarType.Float32;
    public static readonly ScalarType float64 = ScalarType.Float64;
    public static readonly ScalarType @short = ScalarType.Int16;
    public static readonly ScalarType @int = ScalarType.Int32;
    public static readonly ScalarType @long = ScalarType.Int64;
    public static readonly ScalarType half = ScalarType.Float16;
    public static readonly ScalarType @float = ScalarType.Float32;
    public static readonly ScalarType @double = ScalarType.Float64;

    /// <summary>The version of the libtorch that was loaded.</summary>
    public static unsafe string __version__
    {
        get
        {
            Library.Check(Library.rp_version(out byte* text));
            return Marshal.PtrToStringUTF8((nint)text)!;
        }
    }

    public static DisposeScope? CurrentDisposeScope => DisposeScopeManager.Current.Innermost;

    private static ScalarType DefaultType => s_defaultType;

    public static DisposeScope NewDisposeScope() => DisposeScopeManager.Current.Open();

    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using DisposeScope scope = NewDisposeScope();
        return scope.MoveToOuter(expr());
    }

    public static IDisposable no_grad() => new GradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);

    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    public static bool is_grad_enabled()
    {
        Library.Check(Library.rp_grad_mode(-1, out int enabled));
        return enabled != 0;
    }

    public static bool is_inference_mode_enabled()
    {
        Library.Check(Library.rp_inference_mode_enabled(out int enabled));
        return enabled != 0;
    }

    public static Generator manual_seed(long seed)
    {
        Library.Check(Library.rp_manual_seed(seed));
        return Generator.Default;
    }

    public static long initial_seed() => Generator.Default.initial_seed();

    public static Tensor get_rng_state() => Generator.Default.get_state();

    public static void set_rng_state(Tensor new_state) => Generator.Default.set_state(new_state);

    public static int get_num_threads() => Threads(false, -1);

    public static void set_num_threads(int num) => Threads(false, num);

    public static int get_num_interop_threads() => Threads(true, -1);

    public static void set_num_interop_threads(int num) => Threads(true, num);

    public static ScalarType get_default_dtype() => s_defaultType;

    public static void set_default_dtype(ScalarType dtype) => s_defaultType = dtype;

    public static Device get_default_device() => s_defaultDevice;

    public static void set_default_device(Device device) => s_defaultDevice = InitializeDevice(device);

    public static void set_default_device(string device) => set_default_device(new Device(device));

    public static long numel(Tensor input) => input.numel();

    public static bool is_floating_point(Tensor input) => input.is_floating_point();

    internal static bool is_floating_point(ScalarType type) =>
        type is ScalarType.Float16 or ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16;

    internal static bool is_complex(ScalarType type) => type is ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64;

    internal static bool is_integral(ScalarType type) =>
        type is ScalarType.Byte or ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32 or ScalarType.Int64;

    private static int Threads(bool interop, int count)
    {
        Library.Check(Library.rp_threads(interop ? 1 : 0, count, out int current));
        return current;
    }

    private sealed class GradMode : IDisposable
    {
        private int _previous;

        internal GradMode(bool enabled) => Library.Check(Library.rp_grad_mode(enabled ? 1 : 0, out _previous));

        public void Dispose()
        {
            int previous = Interlocked.Exchange(ref _previous, -1);
            if (previous >= 0)
            {
                Library.Check(Library.rp_grad_mode(previous, out _));
            }
        }
    }

    private sealed class InferenceMode : IDisposable
    {
        private nint _guard;

        internal InferenceMode(bool enabled) => Library.Check(Library.rp_inference_mode_enter(enabled ? 1 : 0, out _guard));

        public void Dispose()
        {
            nint guard = Interlocked.Exchange(ref _guard, 0);
            if (guard != 0)
            {
                Library.Check(Library.rp_inference_mode_leave(guard));
            }
        }
    }
}
