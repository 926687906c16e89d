using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A source of random numbers with its own state.</summary>
    public class Generator : IDisposable
    {
        private nint _handle;

        public Generator(ulong seed = 0, Device? device = null)
        {
            this.device = InitializeDevice(device ?? CPU);
            Library.Check(Library.rp_generator(this.device.Packed, 1, seed, out _handle));
        }

        private Generator(Device device)
        {
            this.device = device;
            Library.Check(Library.rp_generator(device.Packed, 0, 0, out _handle));
        }

        ~Generator() => Dispose(false);

        /// <summary>libtorch's own CPU generator.</summary>
        public static Generator Default { get; } = new(CPU);

        public IntPtr Handle => _handle != 0 ? _handle : throw new InvalidOperationException("Generator invalid -- empty handle.");

        public Device device { get; }

        public Tensor get_state()
        {
            Library.Check(Library.rp_generator_state(Handle, out nint state));
            GC.KeepAlive(this);
            return new Tensor(state);
        }

        public void set_state(Tensor value)
        {
            Library.Check(Library.rp_generator_set_state(Handle, value.Handle));
            GC.KeepAlive(this);
            GC.KeepAlive(value);
        }

        public Generator manual_seed(long seed)
        {
            Seed(1, seed);
            return this;
        }

        public long seed() => Seed(2, 0);

        public long initial_seed() => Seed(0, 0);

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            nint handle = Interlocked.Exchange(ref _handle, 0);
            if (handle != 0)
            {
                _ = Library.rp_generator_release(handle);
            }
        }

        private long Seed(int action, long seed)
        {
            Library.Check(Library.rp_generator_seed(Handle, action, ref seed));
            GC.KeepAlive(this);
            return seed;
        }
    }
}
