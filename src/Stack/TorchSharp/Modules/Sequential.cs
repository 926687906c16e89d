using System.Runtime.CompilerServices;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Modules one after another, named "0", "1", ... or as given.</summary>
public sealed class Sequential : Module<Tensor, Tensor>
{
    private readonly List<(string Name, IModule<Tensor, Tensor> Module)> _stages = [];

    internal Sequential(IEnumerable<(string Name, Module<Tensor, Tensor> Module)> modules) : base(nameof(Sequential))
    {
        foreach ((string key, Module<Tensor, Tensor> module) in modules)
        {
            append(key, module);
        }
    }

    public int Count => _stages.Count;

    [IndexerName("SequentialItems")]
    public IModule<Tensor, Tensor> this[int index] => _stages[index].Module;

    public Sequential append(string name, IModule<Tensor, Tensor> module)
    {
        if (module is not nn.Module component)
        {
            throw new ArgumentException($"'{name}' is not a module.", nameof(module));
        }
        register_module(name, component);
        _stages.Add((name, module));
        return this;
    }

    public Sequential append(IModule<Tensor, Tensor> module) => append(Count.ToString(System.Globalization.CultureInfo.InvariantCulture), module);

    public override Tensor forward(Tensor tensor)
    {
        if (_stages.Count == 0)
        {
            return tensor.alias();
        }
        Tensor current = tensor;
        foreach ((_, IModule<Tensor, Tensor> stage) in _stages)
        {
            Tensor next = stage.call(current);
            if (!ReferenceEquals(current, tensor) && !ReferenceEquals(current, next))
            {
                // libtorch keeps what backward needs.
                current.Dispose();
            }
            current = next;
        }
        return current;
    }
}
