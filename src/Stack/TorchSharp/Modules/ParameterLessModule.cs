using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Marks modules without state of their own.</summary>
public interface IParameterLessModule
{
}

/// <summary>A module of one input without state.</summary>
public abstract class ParameterLessModule<T1, TResult> : Module<T1, TResult>, IParameterLessModule
{
    protected ParameterLessModule(string name) : base(name)
    {
    }
}

/// <summary>A module of three inputs without state.</summary>
public abstract class ParameterLessModule<T1, T2, T3, TResult> : Module<T1, T2, T3, TResult>, IParameterLessModule
{
    protected ParameterLessModule(string name) : base(name)
    {
    }
}
