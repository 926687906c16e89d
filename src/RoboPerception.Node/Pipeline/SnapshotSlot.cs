using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.Web.Live;

namespace RoboPerception.Node.Pipeline;

/// <summary>The next frame of a camera, copied for whoever asks for it. While nobody does it costs a comparison a frame.</summary>
internal sealed class SnapshotSlot(ModelDescription model)
{
    private TaskCompletionSource<FrameSnapshot>? asked;

    /// <summary>Whether the next frame is asked for, so that inference keeps its image.</summary>
    public bool IsWanted => Volatile.Read(ref asked) is not null;

    /// <summary>The next frame that inference takes; all who ask before it comes are given the same. Nobody writes to it.</summary>
    public Task<FrameSnapshot> NextAsync()
    {
        var mine = new TaskCompletionSource<FrameSnapshot>(TaskCreationOptions.RunContinuationsAsynchronously);
        return (Interlocked.CompareExchange(ref asked, mine, null) ?? mine).Task;
    }

    /// <summary>A frame whose image was kept for this; on the publishing thread.</summary>
    public void Offer(FramePrediction prediction, OutputBuffers buffers, in FrameHeader header)
    {
        if (Interlocked.Exchange(ref asked, null) is { } waiting)
        {
            var snapshot = new FrameSnapshot(model) { Header = header };
            snapshot.Take(prediction, buffers, []);
            waiting.SetResult(snapshot);
        }
    }
}
