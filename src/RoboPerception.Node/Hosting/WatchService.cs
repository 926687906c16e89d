using Microsoft.Extensions.Hosting;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Logging;

namespace RoboPerception.Node.Hosting;

/// <summary>The live table of <c>run --watch</c>, drawn by the node's own process.</summary>
internal sealed class WatchService(NodeRequest request, BrokerService broker, NodeLog log) : IHostedService
{
    private WatchDisplay? display;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken) =>
        display = await WatchDisplay.StartAsync(broker.Connection.Broker, request.Settings, log).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (display is not null)
        {
            await display.DisposeAsync().ConfigureAwait(false);
        }
    }
}
