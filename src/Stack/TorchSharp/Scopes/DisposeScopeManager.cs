namespace TorchSharp;

/// <summary>The scopes of the current thread, innermost last, and what became of the tensors made on it.</summary>
public class DisposeScopeManager
{
    [ThreadStatic] private static DisposeScopeManager? s_current;

    private readonly List<DisposeScope> _scopes = [];
    private readonly ThreadDisposeScopeStatistics _statistics = new();

    public static ThreadDisposeScopeStatistics Statistics => Current._statistics;

    internal static DisposeScopeManager Current => s_current ??= new DisposeScopeManager();

    internal DisposeScope? Innermost => _scopes.Count == 0 ? null : _scopes[^1];

    internal DisposeScope Open()
    {
        DisposeScope scope = new(_scopes, Innermost, _statistics.TensorStatistics);
        _scopes.Add(scope);
        return scope;
    }

    internal static void Register(torch.Tensor tensor)
    {
        DisposeScopeManager current = Current;
        DisposeScope? scope = current.Innermost;
        scope?.Add(tensor);
        current._statistics.TensorStatistics.OnCreated(scope is not null);
    }
}
