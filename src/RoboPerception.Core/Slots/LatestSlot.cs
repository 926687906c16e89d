using System.Diagnostics.CodeAnalysis;

namespace RoboPerception.Core;

/// <summary>A slot of one for live data: the newest item wins, the one it replaces goes to <c>onDropped</c>. Putting never waits.</summary>
internal sealed class LatestSlot<T> : ISlot<T>
    where T : class
{
    private readonly object gate = new();
    private readonly Action<T> onDropped;
    private T? item;
    private bool completed;

    /// <summary>A slot that gives replaced items to <paramref name="onDropped"/>, called on the putting thread.</summary>
    public LatestSlot(Action<T> onDropped) => this.onDropped = onDropped;

    /// <inheritdoc/>
    public bool IsFinished
    {
        get
        {
            lock (gate)
            {
                return completed && item is null;
            }
        }
    }

    /// <inheritdoc/>
    public bool Put(T item)
    {
        T? replaced;
        lock (gate)
        {
            if (completed)
            {
                return false;
            }
            replaced = this.item;
            this.item = item;
            Monitor.Pulse(gate);
        }
        if (replaced is not null)
        {
            onDropped(replaced);
        }
        return true;
    }

    /// <inheritdoc/>
    public bool TryTake([NotNullWhen(true)] out T? item, int timeoutMilliseconds)
    {
        lock (gate)
        {
            if (this.item is null && !completed)
            {
                long deadline = Environment.TickCount64 + timeoutMilliseconds;
                while (this.item is null && !completed)
                {
                    long left = timeoutMilliseconds < 0 ? -1 : deadline - Environment.TickCount64;
                    if (timeoutMilliseconds >= 0 && left <= 0)
                    {
                        break;
                    }
                    Monitor.Wait(gate, (int)left);
                }
            }
            item = this.item;
            this.item = null;
            return item is not null;
        }
    }

    /// <inheritdoc/>
    public void Complete()
    {
        lock (gate)
        {
            completed = true;
            Monitor.PulseAll(gate);
        }
    }
}
