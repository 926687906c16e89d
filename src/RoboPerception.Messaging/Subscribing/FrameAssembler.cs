namespace RoboPerception.Messaging;

/// <summary>
/// Joins the outputs of a frame by their sequence number. Holds few frames: an output that a slow network superseded never comes, and
/// its frame must not wait for it. Used from the receiving thread only.
/// </summary>
internal sealed class FrameAssembler(int parts)
{
    private const int MaximumOpenFrames = 4;

    private readonly List<SynchronisedPayloads> open = [];

    /// <summary>The frame, if this was the last of its outputs.</summary>
    public SynchronisedPayloads? Add(ReceivedPayload payload)
    {
        SynchronisedPayloads? frame = open.Find(f => f.Sequence == payload.Header.Sequence);
        if (frame is null)
        {
            frame = new SynchronisedPayloads(payload.Header.Sequence, payload.Header.SessionId);
            open.Add(frame);
            if (open.Count > MaximumOpenFrames)
            {
                open.RemoveAt(0);
            }
        }
        frame.Add(payload);
        if (frame.Count < parts)
        {
            return null;
        }
        // Older frames cannot become the newest any more.
        open.RemoveAll(f => f.Sequence <= frame.Sequence);
        return frame;
    }

    public void Clear() => open.Clear();
}
