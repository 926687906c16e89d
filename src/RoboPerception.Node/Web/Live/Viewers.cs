namespace RoboPerception.Node.Web.Live;

/// <summary>Who watches the same pictures: each has a slot of one message, and all are given the same bytes. For any thread.</summary>
internal sealed class Viewers
{
    private readonly Lock gate = new();
    private readonly List<ViewerSlot> slots = [];
    private volatile int count;
    private volatile bool wasWatched;
    private byte[]? last;

    /// <summary>How many watch now.</summary>
    public int Count => count;

    /// <summary>Whether anybody has watched so far.</summary>
    public bool WasWatched => wasWatched;

    /// <summary>A new viewer.</summary>
    public ViewerSlot Join()
    {
        var viewer = new ViewerSlot();
        lock (gate)
        {
            slots.Add(viewer);
            count = slots.Count;
            wasWatched = true;
            if (last is not null)
            {
                viewer.Put(last);
            }
        }
        return viewer;
    }

    /// <summary>A viewer left.</summary>
    public void Leave(ViewerSlot viewer)
    {
        lock (gate)
        {
            slots.Remove(viewer);
            count = slots.Count;
        }
    }

    /// <summary>Offers a message to all.</summary>
    public void Put(byte[] message)
    {
        lock (gate)
        {
            slots.ForEach(s => s.Put(message));
        }
    }

    /// <summary>Offers the last message there will be: also to who comes later.</summary>
    public void PutLast(byte[] message)
    {
        lock (gate)
        {
            last = message;
            slots.ForEach(s => s.Put(message));
        }
    }
}
