namespace RoboPerception.Node.Web.Live;

/// <summary>Who watches the same pictures: each has a slot of one message, and all are given the same bytes. For any thread.</summary>
internal sealed class Viewers
{
    private readonly Lock gate = new();
    private readonly List<ViewerSlot> slots = [];
    private volatile int count;

    /// <summary>How many watch now.</summary>
    public int Count => count;

    /// <summary>A new viewer.</summary>
    public ViewerSlot Join()
    {
        var viewer = new ViewerSlot();
        lock (gate)
        {
            slots.Add(viewer);
            count = slots.Count;
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
}
