using System.Runtime.CompilerServices;
using TorchSharp.Utils;

namespace TorchSharp;

// Reading and writing elements from managed code: CPU tensors only.
public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The element memory of a contiguous CPU tensor, valid while the tensor lives.</summary>
        public unsafe Span<byte> bytes
        {
            get
            {
                RequireMemory();
                return new Span<byte>(DataPointer(), checked((int)(numel() * element_size())));
            }

            set
            {
                Span<byte> own = bytes;
                if (value.Length != own.Length)
                {
                    throw new ArgumentException($"The tensor holds {own.Length} bytes, {value.Length} were given.");
                }
                value.CopyTo(own);
            }
        }

        /// <summary>Typed access to a CPU tensor's elements; T must be the tensor's element type.</summary>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            RequireType<T>();
            if (device_type != DeviceType.CPU)
            {
                throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
            }
            return new TensorAccessor<T>(this);
        }

        /// <summary>The only element of a one-element tensor; T must be the tensor's element type.</summary>
        public unsafe T item<T>() where T : unmanaged
        {
            if (numel() != 1)
            {
                throw new ArgumentException($"Number of elements in the tensor must be 1, it is {numel()}.");
            }
            RequireType<T>();
            if (device_type == DeviceType.CPU)
            {
                T own = Unsafe.ReadUnaligned<T>(DataPointer());
                GC.KeepAlive(this);
                return own;
            }
            using Tensor near = cpu();
            return Unsafe.ReadUnaligned<T>(near.DataPointer());
        }

        public Scalar ToScalar() => dtype switch
        {
            ScalarType.Float32 => item<float>(),
            ScalarType.Float64 => item<double>(),
            ScalarType.Float16 => item<Half>(),
            ScalarType.BFloat16 => Widened().item<float>(),
            ScalarType.Int64 => item<long>(),
            ScalarType.Int32 => item<int>(),
            ScalarType.Int16 => item<short>(),
            ScalarType.Int8 => item<sbyte>(),
            ScalarType.Byte => item<byte>(),
            ScalarType.Bool => item<bool>(),
            _ => throw new NotSupportedException($"A scalar of type {dtype} is not supported."),
        };

        public static explicit operator float(Tensor value) => value.ToSingle();

        public static explicit operator double(Tensor value) => value.ToDouble();

        public static explicit operator int(Tensor value) => value.ToInt32();

        public static explicit operator long(Tensor value) => value.ToInt64();

        public static explicit operator bool(Tensor value) => value.ToBoolean();

        public static implicit operator Tensor(double value) => tensor(value);

        public static implicit operator Tensor(float value) => tensor(value);

        public static implicit operator Tensor(long value) => tensor(value);

        public static implicit operator Tensor(int value) => tensor(value);

        public static implicit operator Tensor(Scalar scalar) => full([], scalar, scalar.Type);

        public void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            using Tensor near = detach().To(null, CPU, false, true, false);
            using Tensor dense = near.contiguous();
            foreach ((long offset, int length) in Pieces(dense.numel() * dense.element_size()))
            {
                unsafe
                {
                    stream.Write(new ReadOnlySpan<byte>((byte*)dense.DataPointer() + offset, length));
                }
            }
        }

        /// <summary>Fills the tensor, wherever it lives, with raw little-endian elements in row-major order.</summary>
        public unsafe void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            bool direct = device_type == DeviceType.CPU && is_contiguous();
            using Tensor dense = direct ? detach() : empty(shape, dtype, CPU);
            foreach ((long offset, int length) in Pieces(dense.numel() * dense.element_size()))
            {
                stream.ReadExactly(new Span<byte>((byte*)dense.DataPointer() + offset, length));
            }
            if (!direct)
            {
                using IDisposable mode = no_grad();
                copy_(dense);
            }
        }

        private static IEnumerable<(long Offset, int Length)> Pieces(long total)
        {
            const int Piece = 1 << 24;
            for (long offset = 0; offset < total; offset += Piece)
            {
                yield return (offset, (int)Math.Min(Piece, total - offset));
            }
        }

        private Tensor Widened() => to_type(ScalarType.Float32);

        private void RequireType<T>()
        {
            if (!Holds(typeof(T), dtype))
            {
                throw new ArgumentException($"{typeof(T).Name} cannot be used with a tensor of element type {dtype}.");
            }
        }

        private static bool Holds(Type type, ScalarType dtype) => dtype switch
        {
            ScalarType.Byte => type == typeof(byte),
            ScalarType.Int8 => type == typeof(sbyte),
            ScalarType.Int16 => type == typeof(short),
            ScalarType.Int32 => type == typeof(int),
            ScalarType.Int64 => type == typeof(long),
            ScalarType.Float16 => type == typeof(Half),
            ScalarType.Float32 => type == typeof(float),
            ScalarType.Float64 => type == typeof(double),
            ScalarType.Bool => type == typeof(bool),
            ScalarType.ComplexFloat64 => type == typeof(System.Numerics.Complex),
            ScalarType.ComplexFloat32 => type == typeof((float, float)),
            _ => false,
        };

        private void RequireMemory()
        {
            if (device_type != DeviceType.CPU)
            {
                throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
            }
            if (!is_contiguous())
            {
                throw new InvalidOperationException("The bytes of a tensor that is not contiguous are not available: call contiguous() first.");
            }
        }
    }
}
