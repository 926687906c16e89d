using System.Text;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What the optimizers share: groups, state per parameter, saving and loading.</summary>
public abstract class OptimizerHelper : optim.Optimizer
{
    private readonly Dictionary<Parameter, OptimizerState> _state = new(System.Collections.Generic.ReferenceEqualityComparer.Instance);

    internal OptimizerHelper()
    {
    }

    /// <summary>Name of the optimizer, its groups' settings, then one state per parameter. Read only by the same optimizer over the same parameters.</summary>
    public void save_state_dict(string location)
    {
        using FileStream stream = File.Create(location);
        using BinaryWriter writer = new(stream, Encoding.UTF8);
        save_state_dict(writer);
    }

    public void load_state_dict(string location)
    {
        using FileStream stream = File.OpenRead(location);
        using BinaryReader reader = new(stream, Encoding.UTF8);
        load_state_dict(reader);
    }

    public void save_state_dict(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(GetType().Name);
        TensorFile.WriteNumber(writer, (ulong)_parameter_groups.Count);
        TensorFile.WriteNumber(writer, (ulong)_state.Count);
        foreach (ParamGroup group in _parameter_groups)
        {
            group.Options.SaveStateDict(writer);
            TensorFile.WriteNumber(writer, (ulong)group.All.Length);
            foreach (Parameter parameter in group.All)
            {
                _state[parameter].SaveStateDict(writer);
            }
        }
    }

    public void load_state_dict(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        string name = reader.ReadString();
        if (name != GetType().Name)
        {
            throw new InvalidDataException($"Mismatched optimizer type: expected '{GetType().Name}', but found '{name}' in the loaded state.");
        }
        long groups = TensorFile.ReadNumber(reader);
        long states = TensorFile.ReadNumber(reader);
        if (groups != _parameter_groups.Count || states != _state.Count)
        {
            throw new ArgumentException(
                $"Mismatched optimizer state: {_parameter_groups.Count} groups with {_state.Count} parameters expected, but found {groups} with {states}.");
        }
        using IDisposable mode = no_grad();
        foreach (ParamGroup group in _parameter_groups)
        {
            group.Options.LoadStateDict(reader);
            long count = TensorFile.ReadNumber(reader);
            if (count != group.All.Length)
            {
                throw new ArgumentException($"Mismatched number of parameters in a group: {group.All.Length} expected, but found {count}.");
            }
            foreach (Parameter parameter in group.All)
            {
                _state[parameter].LoadStateDict(reader);
            }
        }
    }

    public virtual void load_state_dict(StateDictionary state_dict)
    {
        ArgumentNullException.ThrowIfNull(state_dict);
        List<OptimizerState> own = InOrder();
        if (state_dict.Options.Count != _parameter_groups.Count || state_dict.State.Count != own.Count)
        {
            throw new ArgumentException("Mismatched optimizer state: the groups or parameters are not as many.");
        }
        using IDisposable mode = no_grad();
        for (int i = 0; i < own.Count; i++)
        {
            own[i].LoadStateDict(state_dict.State[i]);
        }
        for (int i = 0; i < _parameter_groups.Count; i++)
        {
            _parameter_groups[i].Options.LoadStateDict(state_dict.Options[i]);
        }
    }

    public virtual StateDictionary state_dict() => new(_parameter_groups.ConvertAll(group => group.Options), InOrder());

    /// <summary>Moves the state, not the parameters.</summary>
    public void to(Device device)
    {
        foreach (OptimizerState state in _state.Values)
        {
            state.to(device);
        }
    }

    public override void add_param_group(ParamGroup param_group)
    {
        base.add_param_group(param_group);
        using IDisposable mode = no_grad();
        foreach (Parameter parameter in param_group.All)
        {
            if (_state.ContainsKey(parameter))
            {
                throw new ArgumentException("A parameter is in more than one group.", nameof(param_group));
            }
            OptimizerState state = NewState(parameter);
            state.Initialize(param_group.Options);
            _state.Add(parameter, state);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (IDisposable state in _state.Values.OfType<IDisposable>())
            {
                state.Dispose();
            }
            _state.Clear();
        }
        base.Dispose(disposing);
    }

    internal abstract OptimizerState NewState(Parameter parameter);

    // Updates one batch of parameters that have gradients; all tensors made in it are disposed afterwards.
    internal abstract void Update(ParamGroup group, ReadOnlySpan<(OptimizerState State, Tensor Gradient)> batch);

    public override Tensor? step(Func<Tensor>? closure = null)
    {
        Tensor? loss = null;
        if (closure is not null)
        {
            using IDisposable enabled = enable_grad();
            loss = closure();
        }
        using IDisposable mode = no_grad();
        foreach (ParamGroup group in _parameter_groups)
        {
            Tensor?[] gradients;
            using DisposeScope scope = NewDisposeScope();
            gradients = Gradients.Get(group.All);
            List<(OptimizerState, Tensor)> ready = [];
            for (int i = 0; i < gradients.Length; i++)
            {
                if (gradients[i] is Tensor gradient)
                {
                    ready.Add((_state[group.All[i]], gradient));
                }
            }
            foreach (Range batch in Batches(ready))
            {
                using DisposeScope inner = NewDisposeScope();
                Update(group, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ready)[batch]);
            }
        }
        return loss;
    }

    // Small parameters share a call, as long as the batch stays in a processor cache between the operators of an update;
    // on an accelerator, where a launch costs more than memory, a batch is as large as it gets.
    private static IEnumerable<Range> Batches(List<(OptimizerState State, Tensor Gradient)> ready)
    {
        const long CacheElements = 32 * 1024;
        int start = 0;
        long elements = 0;
        for (int i = 0; i < ready.Count; i++)
        {
            long own = ready[i].Gradient.is_cpu() ? ready[i].Gradient.numel() : 0;
            bool changes = i > start && !Together(ready[start], ready[i]);
            if (i > start && (elements + own > CacheElements || changes))
            {
                yield return start..i;
                start = i;
                elements = 0;
            }
            elements += own;
        }
        if (start < ready.Count)
        {
            yield return start..ready.Count;
        }
    }

    private static bool Together((OptimizerState State, Tensor Gradient) first, (OptimizerState State, Tensor Gradient) second) =>
        first.State.Step == second.State.Step && first.Gradient.dtype == second.Gradient.dtype && first.Gradient.device.Matches(second.Gradient.device);

    private List<OptimizerState> InOrder() =>
        _parameter_groups.SelectMany(group => group.All).Select(parameter => _state[parameter]).ToList();
}
