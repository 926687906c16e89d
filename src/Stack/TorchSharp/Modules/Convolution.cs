using TorchSharp.Native;
using TorchSharp.Utils;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Modules;

/// <summary>What all convolutions share. weight is (out, in/groups, kh, kw), for transposed ones (in, out/groups, kh, kw).</summary>
public abstract class Convolution : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private Parameter _weight;
    [ComponentName(Name = "bias")]
    private Parameter? _bias;

    private protected Convolution(string name, ConvolutionSpec spec, Device? device, ScalarType? dtype) : base(name)
    {
        if (spec.InChannels % spec.Groups != 0)
        {
            throw new ArgumentException($"in_channels {spec.InChannels} must be divisible by groups {spec.Groups}.");
        }
        if (spec.OutChannels % spec.Groups != 0)
        {
            throw new ArgumentException($"out_channels {spec.OutChannels} must be divisible by groups {spec.Groups}.");
        }
        in_channels = spec.InChannels;
        out_channels = spec.OutChannels;
        kernel_size = spec.KernelSize;
        stride = spec.Stride;
        padding = spec.Padding;
        padding_type = spec.PaddingType;
        dilation = spec.Dilation;
        transposed = spec.Transposed;
        output_padding = spec.OutputPadding;
        groups = spec.Groups;
        padding_mode = spec.PaddingMode;
        long[] shape = transposed
            ? [in_channels, out_channels / groups, .. kernel_size]
            : [out_channels, in_channels / groups, .. kernel_size];
        _weight = new Parameter(empty(shape, dtype, device));
        _bias = spec.Bias ? new Parameter(empty([out_channels], dtype, device)) : null;
        RegisterComponents();
        reset_parameters();
    }

    public Parameter? bias
    {
        get => _bias;
        set
        {
            ConditionallyRegisterParameter(nameof(bias), value);
            _bias = value;
        }
    }

    public Parameter weight
    {
        get => _weight;
        set
        {
            ConditionallyRegisterParameter(nameof(weight), value);
            _weight = value;
        }
    }

    public long in_channels { get; }

    public long out_channels { get; }

    public bool transposed { get; }

    public Padding? padding_type { get; }

    public long[] padding { get; }

    public PaddingModes padding_mode { get; set; }

    public long groups { get; set; }

    public long[] kernel_size { get; set; }

    public long[] stride { get; set; }

    public long[] dilation { get; set; }

    public long[] output_padding { get; set; }

    /// <summary>weight and bias uniform in +-1/sqrt(fan_in).</summary>
    public void reset_parameters()
    {
        nn.init.kaiming_uniform_(_weight, Math.Sqrt(5));
        if (_bias is not null)
        {
            (long fanIn, _) = nn.init.CalculateFanInAndFanOut(_weight);
            double bound = fanIn > 0 ? 1 / Math.Sqrt(fanIn) : 0;
            nn.init.uniform_(_bias, -bound, bound);
        }
    }

    protected bool ValidateShape(Tensor input, long dimensions)
    {
        ArgumentNullException.ThrowIfNull(input);
        long rank = input.dim();
        return rank == dimensions + 1 || rank == dimensions + 2;
    }
}

// The settings of a convolution, per spatial dimension where they are arrays.
internal sealed record ConvolutionSpec(long InChannels, long OutChannels, long[] KernelSize)
{
    internal long[] Stride { get; init; } = [1, 1];
    internal long[] Padding { get; init; } = [0, 0];
    internal Padding? PaddingType { get; init; }
    internal long[] Dilation { get; init; } = [1, 1];
    internal long[] OutputPadding { get; init; } = [0, 0];
    internal long Groups { get; init; } = 1;
    internal bool Bias { get; init; } = true;
    internal bool Transposed { get; init; }
    internal PaddingModes PaddingMode { get; init; } = PaddingModes.Zeros;
}

/// <summary>Convolution of (N,C,H,W) maps.</summary>
public sealed class Conv2d : Convolution
{
    internal Conv2d(ConvolutionSpec spec, Device? device, ScalarType? dtype) : base(nameof(Conv2d), spec, device, dtype)
    {
    }

    public override Tensor forward(Tensor input)
    {
        if (!ValidateShape(input, 2))
        {
            throw new ArgumentException($"Expected 3D (unbatched) or 4D (batched) input with {in_channels} channels to Conv2d.");
        }
        if (padding_type is Padding type)
        {
            return F.conv2d_padding(input, weight, bias, stride, type, dilation, groups);
        }
        if (padding_mode is PaddingModes.Zeros or PaddingModes.Constant)
        {
            return Ops.conv2d.Call([input, weight, bias, stride, padding, dilation, groups]);
        }
        using Tensor padded = F.pad(input, [padding[1], padding[1], padding[0], padding[0]], padding_mode);
        return F.conv2d(padded, weight, bias, stride, [0, 0], dilation, groups);
    }
}

/// <summary>What transposed convolutions share.</summary>
public abstract class ConvolutionTranspose : Convolution
{
    private protected ConvolutionTranspose(string name, ConvolutionSpec spec, Device? device, ScalarType? dtype) : base(name, spec, device, dtype)
    {
    }

    public override Tensor forward(Tensor input) =>
        F.conv_transpose2d(input, weight, bias, stride, padding, output_padding, dilation, groups);
}

/// <summary>Transposed convolution of (N,C,H,W) maps.</summary>
public sealed class ConvTranspose2d : ConvolutionTranspose
{
    internal ConvTranspose2d(ConvolutionSpec spec, Device? device, ScalarType? dtype) : base(nameof(ConvTranspose2d), spec, device, dtype)
    {
    }
}
