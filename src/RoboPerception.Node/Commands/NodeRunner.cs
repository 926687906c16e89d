using System.Runtime.InteropServices;
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
        using var stop = new CancellationTokenSource();
        var exitCode = ExitCode.Ok;
        void OnSignal(PosixSignalContext context)
        {
            // Not the default action, which would end the process before anyone could say goodbye.
            context.Cancel = true;
            exitCode = context.Signal == PosixSignal.SIGINT ? ExitCode.Interrupted : ExitCode.Ok;
            stop.Cancel();
        }
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);

        var node = new NodeApplication(request, new NodeLog { IsJson = request.Settings.LogJson });
        await using (node.ConfigureAwait(false))
        {
            try
            {
                await node.StartAsync(stop.Token).ConfigureAwait(false);
                await node.RunAsync(stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Interrupted while starting.
            }
        }
        return (int)exitCode;
    }
}
