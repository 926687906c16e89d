using RoboPerception.Core;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Logging;

namespace RoboPerception.Node.Commands;

/// <summary>Runs a node under the rules of a Unix program: Ctrl-C ends it with 130, SIGTERM with 0, both cleanly.</summary>
internal static class NodeRunner
{
    /// <summary>Runs until the end and returns the exit code.</summary>
    public static async Task<int> RunAsync(NodeRequest request)
    {
        using var stop = new StopSignals();

        var node = new NodeApplication(request, new NodeLog { IsJson = request.Settings.LogJson });
        await using (node.ConfigureAwait(false))
        {
            try
            {
                await node.StartAsync(stop.Token).ConfigureAwait(false);
                await node.RunAsync(stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
            {
                // Interrupted while starting.
            }
        }
        return (int)stop.ExitCode;
    }
}
