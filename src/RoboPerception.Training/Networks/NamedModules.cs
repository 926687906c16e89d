using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks;

/// <summary>
/// Modules by name, in the order in which they were given; names of a state dictionary are those of <c>torch.nn.ModuleDict</c>. TorchSharp's own
/// class of that name declares two indexers, and <see cref="Module.to(TorchSharp.torch.Device, bool, bool)"/> refuses every class that does: a network with
/// one inside could be neither moved to a GPU nor converted to another precision.
/// </summary>
internal sealed class NamedModules<T> : Module
    where T : Module
{
    private readonly List<(string Name, T Module)> items;

    /// <summary>Takes over modules with names that differ.</summary>
    public NamedModules(params IEnumerable<(string Name, T Module)> modules)
        : base(nameof(NamedModules<>))
    {
        items = [.. modules];
        foreach (var (name, module) in items)
        {
            register_module(name, module);
        }
    }

    /// <summary>The module of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public T this[string name] => items.Find(item => item.Name == name).Module ?? throw new KeyNotFoundException($"There is no module '{name}'.");

    /// <summary>All modules in their order.</summary>
    public IEnumerable<T> Values => items.Select(item => item.Module);
}
