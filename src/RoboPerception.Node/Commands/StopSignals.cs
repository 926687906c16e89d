using System.Runtime.InteropServices;
using RoboPerception.Core;

namespace RoboPerception.Node.Commands;

/// <summary>The rules of a Unix program: Ctrl-C ends it with 130, SIGTERM and SIGHUP with 0, all cleanly.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly List<PosixSignalRegistration> registrations;

    /// <summary>Listens from now on.</summary>
    public StopSignals() => registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, OnSignal))];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => stop.Token;

    /// <summary>What the program ends with if nothing else went wrong.</summary>
    public ExitCode ExitCode { get; private set; } = ExitCode.Ok;

    /// <inheritdoc/>
    public void Dispose()
    {
        registrations.ForEach(r => r.Dispose());
        stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        // Not the default action, which would end the process before anyone could say goodbye.
        context.Cancel = true;
        ExitCode = context.Signal == PosixSignal.SIGINT ? ExitCode.Interrupted : ExitCode.Ok;
        stop.Cancel();
    }
}
