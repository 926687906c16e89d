using System.Collections;
using System.Globalization;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Modules by position; their names are "0", "1", ...</summary>
public class ModuleList<T> : Module, IList<T> where T : Module
{
    private readonly List<T> _items = [];

    public ModuleList(params T[] modules) : base("ModuleList")
    {
        _items.AddRange(modules);
        RegisterComponents();
    }

    public T this[int index]
    {
        get => _items[index];
        set
        {
            _items[index] = value;
            RegisterComponents();
        }
    }

    public int Count => _items.Count;

    public bool IsReadOnly => false;

    protected override void RegisterComponents()
    {
        ClearModules();
        for (int i = 0; i < _items.Count; i++)
        {
            register_module(i.ToString(CultureInfo.InvariantCulture), _items[i]);
        }
    }

    public void Add(T item)
    {
        register_module(_items.Count.ToString(CultureInfo.InvariantCulture), item);
        _items.Add(item);
    }

    public void append(params T[] parameters) => extend(parameters);

    public void extend(IEnumerable<T> modules)
    {
        foreach (T module in modules)
        {
            Add(module);
        }
    }

    public void Clear()
    {
        _items.Clear();
        RegisterComponents();
    }

    public bool Contains(T item) => _items.Contains(item);

    public void CopyTo(T[] array, int arrayIndex) => _items.CopyTo(array, arrayIndex);

    public IEnumerator<T> GetEnumerator() => _items.GetEnumerator();

    public int IndexOf(T item) => _items.IndexOf(item);

    public void Insert(int index, T item)
    {
        _items.Insert(index, item);
        RegisterComponents();
    }

    public bool Remove(T item)
    {
        bool removed = _items.Remove(item);
        RegisterComponents();
        return removed;
    }

    public void RemoveAt(int index)
    {
        _items.RemoveAt(index);
        RegisterComponents();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
