using TorchSharp.Native;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019): w *= 1 - lr * weight_decay before the step.</summary>
public class AdamW : OptimizerHelper, optim.IBetas
{
    public AdamW(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1E-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
        : this([new ParamGroup(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)
    {
    }

    public AdamW(IEnumerable<ParamGroup> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1E-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
    {
        AdamMath.Require(lr, beta1, beta2, eps, weight_decay);
        Options defaults = new()
        {
            LearningRate = lr, InitialLearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize,
        };
        foreach (ParamGroup group in parameters)
        {
            group.Settings.FillFrom(defaults);
            add_param_group(group);
        }
    }

    public (double, double) Betas
    {
        get => ((ParamGroup)_parameter_groups[0]).Betas;
        set
        {
            foreach (Modules.ParamGroup group in _parameter_groups)
            {
                ((ParamGroup)group).Betas = value;
            }
        }
    }

    internal override OptimizerState NewState(Parameter parameter) => new State(parameter);

    internal override void Update(Modules.ParamGroup group, ReadOnlySpan<(OptimizerState State, Tensor Gradient)> batch)
    {
        Options options = ((ParamGroup)group).Settings;
        int count = batch.Length;
        Tensor[] weights = new Tensor[count];
        Tensor[] gradients = new Tensor[count];
        Tensor[] means = new Tensor[count];
        Tensor[] squares = new Tensor[count];
        Tensor[]? peaks = options.amsgrad == true ? new Tensor[count] : null;
        long step = 0;
        for (int i = 0; i < count; i++)
        {
            State state = (State)batch[i].State;
            step = ++state.step;
            weights[i] = state.Parameter;
            gradients[i] = batch[i].Gradient;
            means[i] = state.exp_avg;
            squares[i] = state.exp_avg_sq;
            if (peaks is not null)
            {
                peaks[i] = state.max_exp_avg_sq!;
            }
        }
        if (options.maximize == true)
        {
            gradients = Ops._foreach_neg.CallList([gradients]);
        }
        if (options.weight_decay != 0)
        {
            Ops._foreach_mul__Scalar.Run([weights, 1 - (options.LearningRate * options.weight_decay)]);
        }
        AdamMath.Update(weights, gradients, means, squares, peaks, step, options.LearningRate!.Value, options.beta1!.Value, options.beta2!.Value, options.eps!.Value);
    }

    /// <summary>Settings of a group; what is null follows the optimizer.</summary>
    public class Options : OptimizerOptions
    {
        public double? beta1;
        public double? beta2;
        public double? weight_decay;
        public double? eps;
        public bool? amsgrad;
        public bool? maximize;

        public override void SaveStateDict(BinaryWriter writer)
        {
            base.SaveStateDict(writer);
            writer.Write(beta1!.Value);
            writer.Write(beta2!.Value);
            writer.Write(eps!.Value);
            writer.Write(weight_decay!.Value);
            writer.Write(amsgrad!.Value);
            writer.Write(maximize!.Value);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            base.LoadStateDict(reader);
            beta1 = reader.ReadDouble();
            beta2 = reader.ReadDouble();
            eps = reader.ReadDouble();
            weight_decay = reader.ReadDouble();
            amsgrad = reader.ReadBoolean();
            maximize = reader.ReadBoolean();
        }

        public override void LoadStateDict(OptimizerOptions source)
        {
            base.LoadStateDict(source);
            Options other = (Options)source;
            (beta1, beta2, eps, weight_decay, amsgrad, maximize) = (other.beta1, other.beta2, other.eps, other.weight_decay, other.amsgrad, other.maximize);
        }

        internal void FillFrom(Options defaults)
        {
            LearningRate ??= defaults.LearningRate;
            InitialLearningRate = LearningRate!.Value;
            beta1 ??= defaults.beta1;
            beta2 ??= defaults.beta2;
            eps ??= defaults.eps;
            weight_decay ??= defaults.weight_decay;
            amsgrad ??= defaults.amsgrad;
            maximize ??= defaults.maximize;
        }
    }

    /// <summary>Parameters with settings of their own.</summary>
    public class ParamGroup : ParamGroup<Options>, optim.IBetas
    {
        public ParamGroup() => base.Options = new Options();

        public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options)
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1E-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
            : base(parameters, new Options { LearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize })
        {
        }

        public (double, double) Betas
        {
            get => (Settings.beta1!.Value, Settings.beta2!.Value);
            set => (Settings.beta1, Settings.beta2) = value;
        }

        internal Options Settings => (Options)base.Options;
    }

    /// <summary>The moments of one parameter.</summary>
    public class State : OptimizerState, IDisposable
    {
        public long step;
        public Tensor exp_avg = null!;
        public Tensor exp_avg_sq = null!;
        public Tensor? max_exp_avg_sq;

        public State(Parameter parameter) : base(parameter)
        {
        }

        internal override long Step => step;

        public void Dispose()
        {
            exp_avg?.Dispose();
            exp_avg_sq?.Dispose();
            max_exp_avg_sq?.Dispose();
        }

        public override void to(Device device)
        {
            MoveTensor(ref exp_avg!, device);
            MoveTensor(ref exp_avg_sq!, device);
            MoveTensor(ref max_exp_avg_sq, device);
        }

        public override void SaveStateDict(BinaryWriter writer)
        {
            writer.Write(step);
            SaveTensor(writer, exp_avg);
            SaveTensor(writer, exp_avg_sq);
            SaveTensor(writer, max_exp_avg_sq);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            step = reader.ReadInt64();
            LoadTensor(reader, ref exp_avg!, Parameter.device);
            LoadTensor(reader, ref exp_avg_sq!, Parameter.device);
            LoadTensor(reader, ref max_exp_avg_sq, Parameter.device);
        }

        public override void LoadStateDict(OptimizerState source)
        {
            State other = (State)source;
            step = other.step;
            CopyTensor(other.exp_avg, ref exp_avg!, Parameter.device);
            CopyTensor(other.exp_avg_sq, ref exp_avg_sq!, Parameter.device);
            CopyTensor(other.max_exp_avg_sq, ref max_exp_avg_sq, Parameter.device);
        }

        public override void Initialize(OptimizerOptions options)
        {
            Dispose();
            step = 0;
            exp_avg = Parameter.zeros_like().DetachFromDisposeScope();
            exp_avg_sq = Parameter.zeros_like().DetachFromDisposeScope();
            max_exp_avg_sq = ((Options)options).amsgrad == true ? Parameter.zeros_like().DetachFromDisposeScope() : null;
        }
    }
}
