namespace RoboPerception.Capture;

/// <summary>A fixed number of frames, made once. Renting waits for a frame to come back, or does not, as the source needs it.</summary>
internal sealed class FramePool : IDisposable
{
    private readonly object gate = new();
    // In turn, not last in first out: all frames are in use after the first few, so that whoever makes something per frame has made it
    // then, and not when congestion first brings the last of them into use.
    private readonly Queue<PooledFrame> free;
    private bool closed;

    public FramePool(int frames)
    {
        free = new Queue<PooledFrame>(frames);
        while (free.Count < frames)
        {
            free.Enqueue(new PooledFrame(this));
        }
    }

    /// <summary>A frame, or null if none is free (or the pool is closed).</summary>
    public PooledFrame? Rent(bool wait)
    {
        lock (gate)
        {
            while (free.Count == 0 && wait && !closed)
            {
                Monitor.Wait(gate);
            }

            if (free.Count == 0 || closed)
            {
                return null;
            }

            PooledFrame frame = free.Dequeue();
            frame.Take();
            return frame;
        }
    }

    public void Return(PooledFrame frame)
    {
        lock (gate)
        {
            if (!closed)
            {
                free.Enqueue(frame);
                Monitor.Pulse(gate);
                return;
            }
        }

        frame.Image.Dispose();
    }

    /// <summary>Wakes whoever waits and frees all frames: those in use when they come back.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            Monitor.PulseAll(gate);
            while (free.TryDequeue(out PooledFrame? frame))
            {
                frame.Image.Dispose();
            }
        }
    }
}
