using Microsoft.Extensions.Hosting;

namespace RoboPerception.Node.Hosting;

/// <summary>How a run ends: any service may end it, with or without an error; the first error is the one that the user is told.</summary>
internal sealed class NodeEnd(IHostApplicationLifetime lifetime)
{
    private Exception? failure;

    /// <summary>What went wrong; null if the run ended as it should.</summary>
    public Exception? Failure => Volatile.Read(ref failure);

    /// <summary>The work is done.</summary>
    public void Finish() => lifetime.StopApplication();

    /// <summary>The node cannot go on.</summary>
    public void Fail(Exception cause)
    {
        Interlocked.CompareExchange(ref failure, cause, null);
        lifetime.StopApplication();
    }
}
