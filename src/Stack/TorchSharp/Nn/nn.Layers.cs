using TorchSharp.Modules;

namespace TorchSharp;

// Makers of layers with state, and containers.
public static partial class torch
{
    public static partial class nn
    {
        public static Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(
                new ConvolutionSpec(in_channels, out_channels, [kernel_size, kernel_size])
                {
                    Stride = [stride, stride], Padding = [padding, padding], Dilation = [dilation, dilation], PaddingMode = padding_mode, Groups = groups, Bias = bias,
                },
                device, dtype);

        public static Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(
                new ConvolutionSpec(in_channels, out_channels, Pair(kernel_size))
                {
                    Stride = Pair(stride ?? (1, 1)), Padding = Pair(padding ?? (0, 0)), Dilation = Pair(dilation ?? (1, 1)), PaddingMode = padding_mode, Groups = groups, Bias = bias,
                },
                device, dtype);

        public static Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(
                new ConvolutionSpec(in_channels, out_channels, [kernel_size, kernel_size])
                {
                    Stride = [stride, stride], PaddingType = padding, Dilation = [dilation, dilation], PaddingMode = padding_mode, Groups = groups, Bias = bias,
                },
                device, dtype);

        public static ConvTranspose2d ConvTranspose2d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long output_padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(
                new ConvolutionSpec(in_channels, out_channels, [kernel_size, kernel_size])
                {
                    Stride = [stride, stride], Padding = [padding, padding], OutputPadding = [output_padding, output_padding], Dilation = [dilation, dilation],
                    PaddingMode = padding_mode, Groups = groups, Bias = bias, Transposed = true,
                },
                device, dtype);

        public static BatchNorm2d BatchNorm2d(long num_features, double eps = 1E-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true, Device? device = null, ScalarType? dtype = null) =>
            new(num_features, eps, momentum, affine, track_running_stats, device, dtype);

        public static Linear Linear(long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null) =>
            new(inputSize, outputSize, hasBias, device, dtype);

        public static Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);

        public static ModuleList<Module> ModuleList(params Module[] modules) => new(modules);

        public static ModuleList<T> ModuleList<T>(params T[] modules) where T : Module => new(modules);

        public static ModuleDict<Module> ModuleDict(params (string, Module)[] modules) => ModuleDict<Module>(modules);

        public static ModuleDict<T> ModuleDict<T>(params (string, T)[] modules) where T : Module
        {
            ModuleDict<T> dictionary = new();
            foreach ((string key, T module) in modules)
            {
                dictionary.Add(key, module);
            }
            return dictionary;
        }

        public static Sequential Sequential() => new([]);

        public static Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) => new(modules);

        public static Sequential Sequential(params Module<Tensor, Tensor>[] modules) => new(Numbered(modules));

        public static Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules) => new(modules);

        public static Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules) => new(Numbered(modules));

        private static IEnumerable<(string, Module<Tensor, Tensor>)> Numbered(IEnumerable<Module<Tensor, Tensor>> modules) =>
            modules.Select((module, index) => (index.ToString(System.Globalization.CultureInfo.InvariantCulture), module));

        private static long[] Pair((long, long) value) => [value.Item1, value.Item2];

        private static long[]? Pair((long, long)? value) => value is (long first, long second) ? [first, second] : null;

        private static long[] Pair(long value) => [value, value];

        private static long[]? Pair(long? value) => value is long set ? [set, set] : null;
    }
}
