using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>An n-dimensional array of libtorch. Owns one native reference; use after Dispose throws.</summary>
    public partial class Tensor : IDisposable
    {
        private static long s_total;
        private static long s_peak;

        private nint _handle;

        internal Tensor(nint handle)
        {
            _handle = handle;
            if (handle == 0)
            {
                GC.SuppressFinalize(this);
                return;
            }
            long total = Interlocked.Increment(ref s_total);
            if (total > s_peak)
            {
                s_peak = total;
            }
            DisposeScopeManager.Register(this);
        }

        ~Tensor() => Dispose(false);

        /// <summary>Tensors alive in the process.</summary>
        public static long TotalCount => Interlocked.Read(ref s_total);

        public static long PeakCount => Interlocked.Read(ref s_peak);

        public IntPtr Handle => _handle != 0 ? _handle : throw new InvalidOperationException("Tensor invalid -- empty handle.");

        public bool IsInvalid => _handle == 0;

        internal DisposeScope? Scope { get; set; }

        internal int ScopeSlot { get; set; }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            nint handle = Interlocked.Exchange(ref _handle, 0);
            if (handle == 0)
            {
                return;
            }
            Interlocked.Decrement(ref s_total);
            _ = Library.rp_tensor_release(handle);
            if (disposing)
            {
                LeaveScope(disposed: true);
            }
        }

        /// <summary>Hands the native reference to the caller: this object is empty afterwards.</summary>
        public IntPtr DecoupleFromNativeHandle()
        {
            GC.SuppressFinalize(this);
            nint handle = Interlocked.Exchange(ref _handle, 0);
            if (handle != 0)
            {
                Interlocked.Decrement(ref s_total);
                LeaveScope(disposed: true);
            }
            return handle;
        }

        private void LeaveScope(bool disposed)
        {
            if (Scope is DisposeScope scope)
            {
                scope.MarkAsDisposed(this);
            }
            else if (disposed)
            {
                DisposeScopeManager.Statistics.TensorStatistics.OnDisposed(inScope: false, outsideCounted: false);
            }
        }

        public Tensor MoveToOuterDisposeScope()
        {
            Scope?.MoveToOuter(this);
            return this;
        }

        public Tensor DetachFromDisposeScope()
        {
            Scope?.Detach(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.Scope);

        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            if (Scope is DisposeScope scope)
            {
                scope.MoveToOther(other, this);
            }
            else
            {
                other?.Attach(this);
            }
            return this;
        }

        /// <summary>Wraps a native reference that the caller owns and gives up.</summary>
        public static Tensor UnsafeCreateTensor(IntPtr handle) => new(handle);

        public long Dimensions => Get(0);

        public long ndim => Get(0);

        public long dim() => Get(0);

        public long NumberOfElements => Get(1);

        public long numel() => Get(1);

        public ScalarType dtype => (ScalarType)Get(2);

        public Device device => Device.FromPacked(Get(3));

        public DeviceType device_type => device.type;

        public int device_index => device.index;

        public bool is_cuda => device_type == DeviceType.CUDA;

        public bool is_meta => device_type == DeviceType.META;

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_leaf => Get(5) != 0;

        public bool is_contiguous() => Get(6) != 0;

        public bool is_pinned() => Get(10) != 0;

        public long ElementSize => Get(7);

        public long element_size() => Get(7);

        public long storage_offset() => Get(8);

        public bool is_integral() => torch.is_integral(dtype);

        public bool is_floating_point() => torch.is_floating_point(dtype);

        public bool is_complex() => torch.is_complex(dtype);

        public long[] shape => Sizes(strides: false);

        public long[] size() => Sizes(strides: false);

        public long size(int dim) => Sizes(strides: false)[Wrap(dim)];

        public long[] stride() => Sizes(strides: true);

        public long stride(int dim) => Sizes(strides: true)[Wrap(dim)];

        public override bool Equals(object? obj) => obj is Tensor other && Equals(other);

        public bool Equals(Tensor target) => target is not null && Ops.equal.CallBool([this, target]);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

        internal unsafe void* DataPointer()
        {
            Library.Check(Library.rp_tensor_data(Handle, out void* data));
            return data;
        }

        private Tensor InPlace(Operator operation, scoped ReadOnlySpan<Arg> arguments)
        {
            operation.Run(arguments);
            return this;
        }

        private static Tensor Converted(Tensor result, ScalarType? type)
        {
            if (type is not ScalarType wanted || result.dtype == wanted)
            {
                return result;
            }
            using (result)
            {
                return result.to_type(wanted);
            }
        }

        private static Tensor Like(Operator operation, scoped ReadOnlySpan<Arg> arguments, bool requiresGrad)
        {
            Tensor result = operation.Call(arguments);
            return requiresGrad ? result.requires_grad_() : result;
        }

        private static Tensor Reciprocal(Tensor divisor, Arg dividend)
        {
            using Tensor inverse = divisor.reciprocal();
            return Ops.mul_Scalar.Call([inverse, dividend]);
        }

        private static string? Rounding(RoundingMode mode) => mode == RoundingMode.None ? null : mode.ToString();

        private unsafe long Get(int property)
        {
            long value;
            Library.Check(Library.rp_tensor_get(Handle, property, &value));
            GC.KeepAlive(this);
            return value;
        }

        private unsafe long[] Sizes(bool strides)
        {
            int count = (int)Get(0);
            if (count == 0)
            {
                return [];
            }
            long[] values = new long[count];
            fixed (long* target = values)
            {
                Library.Check(Library.rp_tensor_sizes(Handle, strides ? null : target, strides ? target : null, count));
            }
            GC.KeepAlive(this);
            return values;
        }

        private int Wrap(int dimension) => dimension < 0 ? dimension + (int)Get(0) : dimension;
    }
}
