using Microsoft.Extensions.Logging;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Pipeline;

namespace RoboPerception.Node.Web.Live;

/// <summary>
/// One camera as browsers see it. While nobody watches it costs a comparison a frame; while someone does, a few frames a second are
/// copied into the one snapshot there is, encoded once on a thread of their own, and offered to every viewer's slot. Neither the
/// number of viewers nor their networks reach the pipeline: a snapshot that is still being encoded means the frame is not shown.
/// </summary>
internal sealed class FrameView : IDisposable
{
    private readonly FrameSnapshot snapshot;
    private readonly FrameMessage message;
    private readonly AutoResetEvent filled = new(false);
    private readonly long period;
    private readonly ILogger log;
    private readonly Thread thread;
    private volatile bool isBusy;
    private volatile bool isDisposed;
    private long nextAt;
    private long encoded;

    /// <summary>A view that nobody watches yet.</summary>
    /// <param name="camera">The camera's id.</param>
    /// <param name="model">Grid, outputs and classes.</param>
    /// <param name="rate">Frames a second at most.</param>
    /// <param name="log">Told of a frame that cannot be encoded.</param>
    public FrameView(string camera, ModelDescription model, double rate, ILogger log)
    {
        this.log = log;
        period = (long)(1000 / rate);
        snapshot = new FrameSnapshot(model);
        message = new FrameMessage(camera, model);
        thread = new Thread(Encode) { IsBackground = true, Name = $"view {camera}", Priority = ThreadPriority.BelowNormal };
        thread.Start();
    }

    /// <summary>Frames that were encoded, whatever the number of viewers.</summary>
    public long Encoded => Interlocked.Read(ref encoded);

    /// <summary>Who watches now.</summary>
    public Viewers Viewers { get; } = new();

    /// <summary>Whether the next frame shall be shown, so that inference keeps its image. Asked on the inference thread.</summary>
    public bool WantsFrame()
    {
        if (Viewers.Count == 0 || isBusy || isDisposed)
        {
            return false;
        }
        long now = Environment.TickCount64;
        if (now < nextAt)
        {
            return false;
        }
        nextAt = now + period;
        return true;
    }

    /// <summary>Takes a frame in, on the publishing thread: a copy of its pixels, or nothing while the one before is in work.</summary>
    /// <param name="prediction">Whose frame it is.</param>
    /// <param name="buffers">What was predicted.</param>
    /// <param name="jpeg">Its input, where that is encoded already; else nothing.</param>
    public void Offer(FramePrediction prediction, OutputBuffers buffers, byte[] jpeg)
    {
        if (isBusy || Viewers.Count == 0 || isDisposed)
        {
            return;
        }
        snapshot.Take(prediction, buffers, jpeg);
        isBusy = true;
        filled.Set();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (isDisposed)
        {
            return;
        }
        isDisposed = true;
        filled.Set();
        thread.Join(TimeSpan.FromSeconds(2));
        message.Dispose();
        filled.Dispose();
    }

    private void Encode()
    {
        while (filled.WaitOne() && !isDisposed)
        {
            try
            {
                byte[] bytes = message.Write(snapshot);
                Interlocked.Increment(ref encoded);
                Viewers.Put(bytes);
            }
            catch (OpenCvSharp.OpenCVException e)
            {
                log.Say($"a frame could not be encoded for the dashboard: {e.Message}");
            }
            isBusy = false;
        }
    }
}
