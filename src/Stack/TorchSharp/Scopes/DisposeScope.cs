namespace TorchSharp;

/// <summary>Owns what is created on its thread while it is the innermost scope, and disposes it with itself.</summary>
public sealed class DisposeScope : IDisposable
{
    private readonly List<IDisposable> _items = [];
    private readonly List<DisposeScope> _stack;
    private readonly LifetimeStatistics _statistics;
    private bool _disposed;

    internal DisposeScope(List<DisposeScope> stack, DisposeScope? outer, LifetimeStatistics statistics)
    {
        _stack = stack;
        _statistics = statistics;
        OuterScope = outer;
    }

    internal DisposeScope? OuterScope { get; private set; }

    public IReadOnlyList<IDisposable> DisposablesView => _items.ToArray();

    public int DisposablesCount => _items.Count;

    public T MoveToOuter<T>(T disposable) where T : IDisposable => MoveToOther(OuterScope, disposable);

    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        MoveToOther(OuterScope, first, second);

    public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable => MoveToOther(OuterScope, first, second, third);

    public void MoveToOuter(params IDisposable[] disposables) => MoveToOther(OuterScope, disposables);

    public void MoveToOuter(IEnumerable<IDisposable> disposables) => MoveToOther(OuterScope, disposables);

    public T MoveToOther<T>(DisposeScope? scope, T disposable) where T : IDisposable
    {
        if (Remove(disposable))
        {
            scope?.Add(disposable);
        }
        return disposable;
    }

    public (T1 first, T2 second) MoveToOther<T1, T2>(DisposeScope? scope, T1 first, T2 second)
        where T1 : IDisposable where T2 : IDisposable => (MoveToOther(scope, first), MoveToOther(scope, second));

    public (T1 first, T2 second, T3 third) MoveToOther<T1, T2, T3>(DisposeScope? scope, T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
        (MoveToOther(scope, first), MoveToOther(scope, second), MoveToOther(scope, third));

    public void MoveToOther(DisposeScope? scope, params IDisposable[] disposables) => MoveToOther(scope, (IEnumerable<IDisposable>)disposables);

    public void MoveToOther(DisposeScope? scope, IEnumerable<IDisposable> disposables)
    {
        foreach (IDisposable disposable in disposables)
        {
            MoveToOther(scope, disposable);
        }
    }

    public T Detach<T>(T disposable) where T : IDisposable
    {
        if (Remove(disposable))
        {
            _statistics.OnDetached();
        }
        return disposable;
    }

    public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (Detach(first), Detach(second));

    public (T1 first, T2 second, T3 third) Detach<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable => (Detach(first), Detach(second), Detach(third));

    public void Detach(params IDisposable[] disposables) => Detach((IEnumerable<IDisposable>)disposables);

    public void Detach(IEnumerable<IDisposable> disposables)
    {
        foreach (IDisposable disposable in disposables)
        {
            Detach(disposable);
        }
    }

    public void Attach(IDisposable disposable)
    {
        if (Contains(disposable))
        {
            return;
        }
        if (disposable is torch.Tensor { Scope: DisposeScope former })
        {
            former.Remove(disposable);
        }
        Add(disposable);
        _statistics.OnAttached();
    }

    public void Attach(params IDisposable[] disposables) => Attach((IEnumerable<IDisposable>)disposables);

    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        List<IDisposable> attached = disposables.ToList();
        attached.ForEach(Attach);
        return attached;
    }

    public void DisposeEverything() => DisposeEverythingBut(Array.Empty<IDisposable>());

    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        HashSet<IDisposable> keep = new(inKeep, System.Collections.Generic.ReferenceEqualityComparer.Instance);
        IDisposable[] former = _items.ToArray();
        _items.Clear();
        foreach (IDisposable item in former)
        {
            if (item is torch.Tensor tensor)
            {
                tensor.Scope = null;
            }
            if (keep.Contains(item))
            {
                Add(item);
                continue;
            }
            item.Dispose();
            _statistics.OnDisposed(inScope: true, outsideCounted: item is torch.Tensor);
        }
    }

    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    public T DisposeEverythingBut<T>(T keep) where T : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[keep]);
        return keep;
    }

    public (T1 first, T2 second) DisposeEverythingBut<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[first, second]);
        return (first, second);
    }

    public (T1 first, T2 second, T3 third) DisposeEverythingBut<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[first, second, third]);
        return (first, second, third);
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        DisposeEverything();
        int place = _stack.LastIndexOf(this);
        if (place >= 0)
        {
            if (place + 1 < _stack.Count)
            {
                _stack[place + 1].OuterScope = OuterScope;
            }
            _stack.RemoveAt(place);
        }
    }

    /// <summary>Tells the scope that somebody else disposed this: it is no longer held.</summary>
    public void MarkAsDisposed(IDisposable disposable)
    {
        if (Remove(disposable))
        {
            _statistics.OnDisposed(inScope: true, outsideCounted: false);
        }
    }

    public bool Contains(IDisposable disposable) =>
        disposable is torch.Tensor tensor ? ReferenceEquals(tensor.Scope, this) : _items.Exists(item => ReferenceEquals(item, disposable));

    // A tensor knows its place in the list, so leaving a scope does not search it.
    internal void Add(IDisposable disposable)
    {
        if (disposable is torch.Tensor tensor)
        {
            tensor.Scope = this;
            tensor.ScopeSlot = _items.Count;
        }
        _items.Add(disposable);
    }

    internal bool Remove(IDisposable disposable)
    {
        int slot;
        if (disposable is torch.Tensor tensor)
        {
            if (!ReferenceEquals(tensor.Scope, this))
            {
                return false;
            }
            slot = tensor.ScopeSlot;
            tensor.Scope = null;
        }
        else
        {
            slot = _items.FindIndex(item => ReferenceEquals(item, disposable));
            if (slot < 0)
            {
                return false;
            }
        }
        int last = _items.Count - 1;
        IDisposable moved = _items[last];
        _items[slot] = moved;
        _items.RemoveAt(last);
        if (slot != last && moved is torch.Tensor other)
        {
            other.ScopeSlot = slot;
        }
        return true;
    }
}
