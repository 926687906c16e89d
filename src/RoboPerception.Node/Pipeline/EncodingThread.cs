using System.Runtime.ExceptionServices;
using RoboPerception.Inference;

namespace RoboPerception.Node.Pipeline;

/// <summary>
/// Encodes one output of a frame beside the thread that asked for it. A GPU has the next frame in two or three milliseconds; three outputs encoded one after
/// the other would take longer and hold it up. A thread of its own instead of tasks: a frame allocates nothing.
/// </summary>
internal sealed class EncodingThread : IDisposable
{
    private readonly AutoResetEvent asked = new(false);
    private readonly AutoResetEvent done = new(false);
    private readonly Thread thread;
    private (DenseOutput Output, OutputBuffers Buffers)? work;
    private ExceptionDispatchInfo? failure;

    /// <summary>Starts the thread.</summary>
    public EncodingThread(string name)
    {
        thread = new Thread(Work) { IsBackground = true, Name = $"encode {name}" };
        thread.Start();
    }

    /// <summary>Begins to encode an output that is <see cref="DenseOutput.Prepare">prepared</see>. <see cref="Wait"/> must follow.</summary>
    public void Begin(DenseOutput output, OutputBuffers buffers)
    {
        work = (output, buffers);
        asked.Set();
    }

    /// <summary>Waits until it is encoded, and throws what the encoder threw.</summary>
    public void Wait()
    {
        done.WaitOne();
        failure?.Throw();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        work = null;
        asked.Set();
        thread.Join();
        // Whoever asked while it ended must not wait for ever.
        done.Set();
        asked.Dispose();
        done.Dispose();
    }

    private void Work()
    {
        while (asked.WaitOne() && work is { } now)
        {
            try
            {
                now.Output.Encode(now.Buffers);
            }
            catch (Exception e)
            {
                // It ends the publishing thread, which is told in Wait, as if it had encoded itself.
                failure = ExceptionDispatchInfo.Capture(e);
            }
            done.Set();
        }
    }
}
