using System.Diagnostics.CodeAnalysis;

namespace RoboPerception.Core;

/// <summary>A bounded queue for recordings: putting waits while it is full (back-pressure), nothing is ever dropped.</summary>
internal sealed class LosslessSlot<T> : ISlot<T>
    where T : class
{
    private readonly object gate = new();
    private readonly T?[] ring;
    private int first;
    private int count;
    private bool completed;

    /// <summary>A queue for at most <paramref name="capacity"/> items.</summary>
    public LosslessSlot(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ring = new T?[capacity];
    }

    /// <inheritdoc/>
    public bool IsFinished
    {
        get
        {
            lock (gate)
            {
                return completed && count == 0;
            }
        }
    }

    /// <inheritdoc/>
    public bool Put(T item)
    {
        lock (gate)
        {
            while (count == ring.Length && !completed)
            {
                Monitor.Wait(gate);
            }
            if (completed)
            {
                return false;
            }
            ring[(first + count) % ring.Length] = item;
            count++;
            Monitor.PulseAll(gate);
            return true;
        }
    }

    /// <inheritdoc/>
    public bool TryTake([NotNullWhen(true)] out T? item, int timeoutMilliseconds)
    {
        lock (gate)
        {
            long deadline = Environment.TickCount64 + timeoutMilliseconds;
            while (count == 0 && !completed)
            {
                long left = timeoutMilliseconds < 0 ? -1 : deadline - Environment.TickCount64;
                if (timeoutMilliseconds >= 0 && left <= 0)
                {
                    break;
                }
                Monitor.Wait(gate, (int)left);
            }
            if (count == 0)
            {
                item = null;
                return false;
            }
            item = ring[first]!;
            ring[first] = null;
            first = (first + 1) % ring.Length;
            count--;
            Monitor.PulseAll(gate);
            return true;
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
