using System.Runtime.InteropServices;
using RoboPerception.Core;
using RoboPerception.Node.Health;

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

        var log = new NodeLog();
        var host = new NodeHost(request, log);
        await using (host.ConfigureAwait(false))
        {
            try
            {
                await host.StartAsync(stop.Token).ConfigureAwait(false);
                if (!request.Watch)
                {
                    await host.RunAsync(stop.Token).ConfigureAwait(false);
                    return (int)exitCode;
                }
                WatchDisplay display = await WatchDisplay.StartAsync(host.Broker, request.Settings, log).ConfigureAwait(false);
                await using (display.ConfigureAwait(false))
                {
                    await host.RunAsync(stop.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Interrupted while starting.
            }
        }
        return (int)exitCode;
    }
}
