namespace RoboPerception.Inference;

/// <summary>
/// Frame buffers that are page-locked for the GPU while a session uses them: the GPU then fetches the image and stores the predictions by itself,
/// without the detour over the driver's own buffer. The memory stays ours, so an engine that replaces the session finds it as it was.
/// </summary>
internal sealed class PinnedBuffers : IDisposable
{
    // Several sessions may be bound to the same memory for a moment (an engine about to take over): the driver pins an address once.
    private static readonly Dictionary<nint, int> Users = [];
    private static readonly Lock Gate = new();
    private readonly CudaDriver driver;
    private readonly List<nint> addresses = [];

    public PinnedBuffers(CudaDriver driver, FrameBuffers buffers)
    {
        this.driver = driver;
        Pin(buffers.InputMemory);
        foreach (OutputBuffers outputs in buffers.Outputs)
        {
            Pin(outputs.SegmentationMemory);
            Pin(outputs.DepthMemory);
            Pin(outputs.NormalsMemory);
        }
    }

    public void Dispose()
    {
        lock (Gate)
        {
            foreach (nint address in addresses)
            {
                if (--Users[address] == 0)
                {
                    Users.Remove(address);
                    driver.Unpin(address);
                }
            }
            addresses.Clear();
        }
    }

    private unsafe void Pin<T>(Memory<T> memory)
        where T : unmanaged
    {
        if (memory.IsEmpty)
        {
            return;
        }
        fixed (T* pointer = memory.Span)
        {
            var address = (nint)pointer;
            lock (Gate)
            {
                int users = Users.GetValueOrDefault(address);
                if (users > 0 || driver.Pin(address, memory.Length * sizeof(T)))
                {
                    Users[address] = users + 1;
                    addresses.Add(address);
                }
            }
        }
    }
}
