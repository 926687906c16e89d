namespace RoboPerception.Capture;

/// <summary>A fixed number of frames, made once. Renting waits for a frame to come back, or does not, as the source needs it.</summary>
internal sealed class FramePool : IDisposable
{
    private readonly object gate = new();
    private readonly PooledFrame[] free;
    private int count;
    private bool closed;

    public FramePool(int frames)
    {
        free = new PooledFrame[frames];
        while (count < frames)
        {
            free[count++] = new PooledFrame(this);
        }
    }

    /// <summary>A frame, or null if none is free (or the pool is closed).</summary>
    public PooledFrame? Rent(bool wait)
    {
        lock (gate)
        {
            while (count == 0 && wait && !closed)
            {
                Monitor.Wait(gate);
            }

            if (count == 0 || closed)
            {
                return null;
            }

            PooledFrame frame = free[--count];
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
                free[count++] = frame;
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
            while (count > 0)
            {
                free[--count].Image.Dispose();
            }
        }
    }
}
