using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static bool cuda_is_available() => cuda.is_available();

    /// <summary>The CUDA side of the loaded libtorch.</summary>
    public static class cuda
    {
        public static bool is_available() => Query().Available != 0;

        public static bool is_cudnn_available() => Query().Cudnn != 0;

        public static int device_count() => Query().Devices;

        public static void manual_seed(long seed) => torch.manual_seed(seed);

        public static void manual_seed_all(long seed) => torch.manual_seed(seed);

        public static void synchronize(Device? device = null) => Library.Check(Library.rp_cuda_synchronize(device is null ? -1 : device.index));

        private static (int Available, int Devices, int Cudnn) Query()
        {
            Library.Check(Library.rp_cuda(out int available, out int devices, out int cudnn));
            return (available, devices, cudnn);
        }
    }

    public static class random
    {
        public static Generator manual_seed(long seed) => torch.manual_seed(seed);

        public static long initial_seed() => torch.initial_seed();

        public static Tensor get_rng_state() => torch.get_rng_state();

        public static void set_rng_state(Tensor new_state) => torch.set_rng_state(new_state);
    }

    public static class backends
    {
        public static class cuda
        {
            public static class matmul
            {
                public static bool allow_tf32
                {
                    get => Flag(0, -1);
                    set => Flag(0, value ? 1 : 0);
                }
            }
        }

        public static class cudnn
        {
            public static bool allow_tf32
            {
                get => Flag(1, -1);
                set => Flag(1, value ? 1 : 0);
            }
        }

        private static bool Flag(int what, int value)
        {
            Library.Check(Library.rp_backend_flag(what, value, out int current));
            return current != 0;
        }
    }
}
