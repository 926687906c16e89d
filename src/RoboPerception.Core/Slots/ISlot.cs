namespace RoboPerception.Core;

/// <summary>
/// Where two pipeline stages meet. One thread puts, one takes; nothing is allocated per item. What a slot drops it
/// hands to its <c>onDropped</c> callback, so that buffers return to their pool and drops are counted.
/// </summary>
internal interface ISlot<T>
    where T : class
{
    /// <summary>Hands an item over. False if the slot is closed: the item is still the caller's.</summary>
    bool Put(T item);

    /// <summary>Waits for an item. False if the time is up, or if the slot is closed and empty (see <see cref="IsFinished"/>).</summary>
    bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? item, int timeoutMilliseconds);

    /// <summary>No more items will be put; what is inside can still be taken.</summary>
    void Complete();

    /// <summary>Completed and empty: nothing will come any more.</summary>
    bool IsFinished { get; }
}
