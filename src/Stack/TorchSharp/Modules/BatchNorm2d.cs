using TorchSharp.Native;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>State of a normalisation over channels: weight, bias and running statistics.</summary>
public abstract class NormBase : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private Parameter? _weight;
    [ComponentName(Name = "bias")]
    private Parameter? _bias;
    [ComponentName(Name = "running_mean")]
    private Tensor? _runningMean;
    [ComponentName(Name = "running_var")]
    private Tensor? _runningVar;
    [ComponentName(Name = "num_batches_tracked")]
    private Tensor? _batches;

    internal NormBase(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name)
        : base(name)
    {
        this.num_features = num_features;
        this.eps = eps;
        this.momentum = momentum;
        this.affine = affine;
        this.track_running_stats = track_running_stats;
        if (affine)
        {
            _weight = new Parameter(ones([num_features], dtype, device));
            _bias = new Parameter(zeros([num_features], dtype, device));
        }
        if (track_running_stats)
        {
            _runningMean = zeros([num_features], dtype, device);
            _runningVar = ones([num_features], dtype, device);
            _batches = tensor(0L, ScalarType.Int64, device);
        }
        RegisterComponents();
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

    public Parameter? weight
    {
        get => _weight;
        set
        {
            ConditionallyRegisterParameter(nameof(weight), value);
            _weight = value;
        }
    }

    public Tensor? running_mean
    {
        get => _runningMean;
        set
        {
            ConditionallyRegisterBuffer(nameof(running_mean), value);
            _runningMean = value;
        }
    }

    public Tensor? running_var
    {
        get => _runningVar;
        set
        {
            ConditionallyRegisterBuffer(nameof(running_var), value);
            _runningVar = value;
        }
    }

    public Tensor? num_batches_tracked
    {
        get => _batches;
        set
        {
            ConditionallyRegisterBuffer(nameof(num_batches_tracked), value);
            _batches = value;
        }
    }

    public long num_features { get; }

    public double eps { get; set; }

    /// <summary>Weight of the newest batch in the running statistics; null averages all batches.</summary>
    public double? momentum { get; set; }

    public bool affine { get; }

    public bool track_running_stats { get; }

    public void reset_running_stats()
    {
        using IDisposable mode = no_grad();
        _runningMean?.zero_();
        _runningVar?.fill_(1);
        _batches?.zero_();
    }

    public void reset_parameters()
    {
        reset_running_stats();
        using IDisposable mode = no_grad();
        _weight?.fill_(1);
        _bias?.zero_();
    }

    protected abstract void ValidateInputDimensions(Tensor input);
}

/// <summary>Batch normalisation: biased variance normalises, unbiased variance enters the running statistics.</summary>
public abstract class BatchNorm : NormBase
{
    internal BatchNorm(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name)
        : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, name)
    {
    }

    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ValidateInputDimensions(input);
        double factor = momentum ?? 0;
        bool batch = training || running_mean is null;
        if (training && num_batches_tracked is Tensor batches)
        {
            Ops.add__Scalar.Run([batches, 1L]);
            if (momentum is null)
            {
                factor = 1.0 / batches.item<long>();
            }
        }
        return Ops.batch_norm.Call([input, weight, bias, running_mean, running_var, batch, factor, eps, true]);
    }
}

/// <summary>Batch normalisation of (N,C,H,W) maps.</summary>
public sealed class BatchNorm2d : BatchNorm
{
    internal BatchNorm2d(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
        : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(BatchNorm2d))
    {
    }

    protected override void ValidateInputDimensions(Tensor input)
    {
        if (input.dim() != 4)
        {
            throw new ArgumentException($"expected 4D input, but got {input.dim()}D input.");
        }
    }
}
