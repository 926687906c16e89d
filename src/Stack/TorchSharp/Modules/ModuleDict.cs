using System.Collections;
using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Modules by name, in the order of their addition.</summary>
public class ModuleDict<T> : Module, IDictionary<string, T> where T : Module
{
    private readonly List<(string Name, T Module)> _items = [];

    public ModuleDict() : base("ModuleDict")
    {
    }

    public (string, T) this[int index]
    {
        get => _items[index];
        set
        {
            _items[index] = value;
            RegisterComponents();
        }
    }

    public T this[string key]
    {
        get => TryGetValue(key, out T? value) ? value : throw new KeyNotFoundException($"There is no module '{key}'.");
        set
        {
            int place = _items.FindIndex(item => item.Name == key);
            if (place < 0)
            {
                Add(key, value);
                return;
            }
            _items[place] = (key, value);
            RegisterComponents();
        }
    }

    public bool IsReadOnly => false;

    public ICollection<string> Keys => _items.ConvertAll(item => item.Name);

    public ICollection<T> Values => _items.ConvertAll(item => item.Module);

    public int Count => _items.Count;

    protected override void RegisterComponents()
    {
        ClearModules();
        foreach ((string key, T module) in _items)
        {
            register_module(key, module);
        }
    }

    public void clear() => Clear();

    public IEnumerator<(string, T)> items() => _items.GetEnumerator();

    public IEnumerable<string> keys() => Keys;

    public IEnumerable<T> values() => Values;

    public void Add((string, T) item) => Add(item.Item1, item.Item2);

    public void Add(string key, T value)
    {
        register_module(key, value);
        _items.Add((key, value));
    }

    public void Add(KeyValuePair<string, T> item) => Add(item.Key, item.Value);

    public bool ContainsKey(string key) => _items.Exists(item => item.Name == key);

    public bool Remove(string key)
    {
        bool removed = _items.RemoveAll(item => item.Name == key) > 0;
        RegisterComponents();
        return removed;
    }

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value)
    {
        int place = _items.FindIndex(item => item.Name == key);
        value = place < 0 ? null : _items[place].Module;
        return place >= 0;
    }

    public void Clear()
    {
        _items.Clear();
        RegisterComponents();
    }

    public bool Contains(KeyValuePair<string, T> item) => _items.Contains((item.Key, item.Value));

    public void CopyTo(KeyValuePair<string, T>[] array, int arrayIndex)
    {
        foreach ((string key, T module) in _items)
        {
            array[arrayIndex++] = new KeyValuePair<string, T>(key, module);
        }
    }

    public bool Remove(KeyValuePair<string, T> item) => Contains(item) && Remove(item.Key);

    public IEnumerator<(string, T)> GetEnumerator() => _items.GetEnumerator();

    IEnumerator<KeyValuePair<string, T>> IEnumerable<KeyValuePair<string, T>>.GetEnumerator() =>
        _items.Select(item => new KeyValuePair<string, T>(item.Name, item.Module)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
