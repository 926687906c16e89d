using Microsoft.Extensions.Hosting;

namespace RoboPerception.Node.Hosting;

/// <summary>
/// Neither the console's lifetime nor systemd's: signals and their exit codes belong to the commands, and systemd's would
/// say READY when the services are up, which is long before a frame is published.
/// </summary>
internal sealed class PlainLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
