using Microsoft.Extensions.Hosting;

namespace RoboPerception.Node.Hosting;

/// <summary>
/// A service that looks after something at a steady beat. What it throws ends the node with that error, instead of a line in a log
/// of the host's.
/// </summary>
internal abstract class BeatService(NodeEnd end, TimeSpan period) : BackgroundService
{
    /// <summary>One look.</summary>
    protected abstract void Beat();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(period);
        try
        {
            do
            {
                Beat();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops.
        }
        catch (Exception e)
        {
            end.Fail(e);
        }
    }
}
