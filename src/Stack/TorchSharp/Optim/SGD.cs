using TorchSharp.Native;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>v = momentum * v + (g + weight_decay * w); w -= lr * v, with nesterov w -= lr * (g + weight_decay * w + momentum * v).</summary>
public class SGD : OptimizerHelper, optim.IMomentum
{
    public SGD(IEnumerable<Parameter> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
        : this([new ParamGroup(parameters, lr, momentum, dampening, weight_decay, nesterov, maximize)], lr, momentum, dampening, weight_decay, nesterov, maximize)
    {
    }

    public SGD(IEnumerable<ParamGroup> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lr);
        ArgumentOutOfRangeException.ThrowIfNegative(momentum);
        ArgumentOutOfRangeException.ThrowIfNegative(dampening);
        ArgumentOutOfRangeException.ThrowIfNegative(weight_decay);
        if (nesterov && (momentum == 0 || dampening != 0))
        {
            throw new ArgumentException("Nesterov momentum requires a momentum and zero dampening.");
        }
        Options defaults = new()
        {
            LearningRate = lr, InitialLearningRate = lr, momentum = momentum, dampening = dampening, weight_decay = weight_decay, nesterov = nesterov, maximize = maximize,
        };
        foreach (ParamGroup group in parameters)
        {
            group.Settings.FillFrom(defaults);
            add_param_group(group);
        }
    }

    public double Momentum
    {
        get => ((ParamGroup)_parameter_groups[0]).Momentum;
        set
        {
            foreach (Modules.ParamGroup group in _parameter_groups)
            {
                ((ParamGroup)group).Momentum = value;
            }
        }
    }

    internal override OptimizerState NewState(Parameter parameter) => new State(parameter);

    internal override void Update(Modules.ParamGroup group, ReadOnlySpan<(OptimizerState State, Tensor Gradient)> batch)
    {
        Options options = ((ParamGroup)group).Settings;
        int count = batch.Length;
        Tensor[] weights = new Tensor[count];
        Tensor[] steps = new Tensor[count];
        Tensor[] buffers = new Tensor[count];
        bool first = false;
        for (int i = 0; i < count; i++)
        {
            weights[i] = batch[i].State.Parameter;
            steps[i] = batch[i].Gradient;
        }
        if (options.maximize == true)
        {
            steps = Ops._foreach_neg.CallList([steps]);
        }
        if (options.weight_decay != 0)
        {
            steps = Ops._foreach_add_List.CallList([steps, weights, options.weight_decay]);
        }
        if (options.momentum != 0)
        {
            for (int i = 0; i < count; i++)
            {
                State state = (State)batch[i].State;
                if (state.momentum_buffer is null)
                {
                    // The first step takes the gradient as it is: dampening applies to later ones.
                    state.momentum_buffer = steps[i].detach().clone().DetachFromDisposeScope();
                    first = true;
                }
                buffers[i] = state.momentum_buffer;
            }
            if (!first)
            {
                Ops._foreach_mul__Scalar.Run([buffers, options.momentum]);
                Ops._foreach_add__List.Run([buffers, steps, 1 - options.dampening]);
            }
            steps = options.nesterov == true ? Ops._foreach_add_List.CallList([steps, buffers, options.momentum]) : buffers;
        }
        Ops._foreach_add__List.Run([weights, steps, -options.LearningRate]);
    }

    /// <summary>Settings of a group; what is null follows the optimizer.</summary>
    public class Options : OptimizerOptions
    {
        public double? momentum;
        public double? dampening;
        public double? weight_decay;
        public bool? nesterov;
        public bool? maximize;

        public override void SaveStateDict(BinaryWriter writer)
        {
            base.SaveStateDict(writer);
            writer.Write(momentum!.Value);
            writer.Write(dampening!.Value);
            writer.Write(weight_decay!.Value);
            writer.Write(nesterov!.Value);
            writer.Write(maximize!.Value);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            base.LoadStateDict(reader);
            momentum = reader.ReadDouble();
            dampening = reader.ReadDouble();
            weight_decay = reader.ReadDouble();
            nesterov = reader.ReadBoolean();
            maximize = reader.ReadBoolean();
        }

        public override void LoadStateDict(OptimizerOptions source)
        {
            base.LoadStateDict(source);
            Options other = (Options)source;
            (momentum, dampening, weight_decay, nesterov, maximize) = (other.momentum, other.dampening, other.weight_decay, other.nesterov, other.maximize);
        }

        internal void FillFrom(Options defaults)
        {
            LearningRate ??= defaults.LearningRate;
            InitialLearningRate = LearningRate!.Value;
            momentum ??= defaults.momentum;
            dampening ??= defaults.dampening;
            weight_decay ??= defaults.weight_decay;
            nesterov ??= defaults.nesterov;
            maximize ??= defaults.maximize;
        }
    }

    /// <summary>Parameters with settings of their own.</summary>
    public class ParamGroup : ParamGroup<Options>, optim.IMomentum
    {
        public ParamGroup() => base.Options = new Options();

        public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options)
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, double lr = 0.001, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
            : base(parameters, new Options { LearningRate = lr, momentum = momentum, dampening = dampening, weight_decay = weight_decay, nesterov = nesterov, maximize = maximize })
        {
        }

        public double Momentum
        {
            get => Settings.momentum!.Value;
            set => Settings.momentum = value;
        }

        internal Options Settings => (Options)base.Options;
    }

    /// <summary>The velocity of one parameter.</summary>
    public class State : OptimizerState, IDisposable
    {
        public Tensor? momentum_buffer;

        public State(Parameter parameter) : base(parameter)
        {
        }

        // A parameter without a velocity takes its first step apart from the others.
        internal override long Step => momentum_buffer is null ? 0 : 1;

        public void Dispose() => momentum_buffer?.Dispose();

        public override void to(Device device) => MoveTensor(ref momentum_buffer, device);

        public override void SaveStateDict(BinaryWriter writer) => SaveTensor(writer, momentum_buffer);

        public override void LoadStateDict(BinaryReader reader) => LoadTensor(reader, ref momentum_buffer, Parameter.device);

        public override void LoadStateDict(OptimizerState source) => CopyTensor(((State)source).momentum_buffer, ref momentum_buffer, Parameter.device);

        public override void Initialize(OptimizerOptions options)
        {
            momentum_buffer?.Dispose();
            momentum_buffer = null;
        }
    }
}
