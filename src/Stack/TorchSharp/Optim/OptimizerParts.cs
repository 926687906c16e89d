using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Settings of a parameter group.</summary>
public class OptimizerOptions
{
    public double? LearningRate { get; set; }

    public double InitialLearningRate { get; set; }

    public virtual void SaveStateDict(BinaryWriter writer)
    {
        writer.Write(InitialLearningRate);
        writer.Write(LearningRate!.Value);
    }

    public virtual void LoadStateDict(BinaryReader reader)
    {
        InitialLearningRate = reader.ReadDouble();
        LearningRate = reader.ReadDouble();
    }

    public virtual void LoadStateDict(OptimizerOptions source)
    {
        InitialLearningRate = source.InitialLearningRate;
        LearningRate = source.LearningRate;
    }
}

/// <summary>What an optimizer remembers of one parameter.</summary>
public abstract class OptimizerState
{
    private protected OptimizerState(Parameter parameter) => Parameter = parameter;

    internal Parameter Parameter { get; }

    // Updates so far: parameters are updated together only while they agree on it.
    internal virtual long Step => 0;

    public abstract void SaveStateDict(BinaryWriter writer);

    public abstract void LoadStateDict(BinaryReader reader);

    public abstract void LoadStateDict(OptimizerState source);

    public abstract void Initialize(OptimizerOptions options);

    public virtual void to(Device device)
    {
    }

    private protected static void SaveTensor(BinaryWriter writer, Tensor? tensor)
    {
        writer.Write(tensor is not null);
        if (tensor is not null)
        {
            TensorFile.Write(tensor, writer);
        }
    }

    private protected static void LoadTensor(BinaryReader reader, ref Tensor? target, Device device)
    {
        Tensor? loaded = null;
        if (reader.ReadBoolean())
        {
            using Tensor read = TensorFile.Read(reader);
            loaded = read.to(device).DetachFromDisposeScope();
        }
        target?.Dispose();
        target = loaded;
    }

    private protected static void CopyTensor(Tensor? source, ref Tensor? target, Device device)
    {
        Tensor? copy = source?.To(null, device, true, false, false).DetachFromDisposeScope();
        target?.Dispose();
        target = copy;
    }

    private protected static void MoveTensor(ref Tensor? tensor, Device device)
    {
        Tensor? moved = tensor?.To(null, device, true, false, false).DetachFromDisposeScope();
        tensor?.Dispose();
        tensor = moved;
    }
}

/// <summary>Parameters that share settings.</summary>
public class ParamGroup : optim.ILearningRateController
{
    private IEnumerable<Parameter> _parameters = [];

    public IEnumerable<Parameter> Parameters
    {
        get => _parameters;
        set => _parameters = value as Parameter[] ?? value.ToArray();
    }

    public OptimizerOptions Options { get; set; } = new();

    public double LearningRate
    {
        get => Options.LearningRate!.Value;
        set => Options.LearningRate = value;
    }

    public double InitialLearningRate
    {
        get => Options.InitialLearningRate;
        set => Options.InitialLearningRate = value;
    }

    internal Parameter[] All => (Parameter[])_parameters;
}

/// <summary>A group with an optimizer's own settings.</summary>
public class ParamGroup<TOptions> : ParamGroup where TOptions : OptimizerOptions
{
    public ParamGroup()
    {
    }

    public ParamGroup(IEnumerable<Parameter> parameters, TOptions? options = null)
    {
        Parameters = parameters;
        if (options is not null)
        {
            Options = options;
        }
    }
}
