using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Brokers;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Logging;
using Spectre.Console;

namespace RoboPerception.Node.Commands;

/// <summary>
/// Keeps a <see cref="WatchTable"/> on the terminal. It sees what any subscriber sees, over the broker. Where the output is no
/// terminal (a pipe, CI) the table is printed once, at the end.
/// </summary>
internal sealed class WatchDisplay : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource stopping = new();
    private readonly PerceptionSubscriber subscriber;
    private readonly NodeLog? log;
    private readonly IAnsiConsole console;
    private readonly Task drawing;

    private WatchDisplay(PerceptionSubscriber subscriber, NodeLog? log, IAnsiConsole console)
    {
        (this.subscriber, this.log, this.console) = (subscriber, log, console);
        if (log is not null)
        {
            log.IsQuiet = console.Profile.Capabilities.Interactive;
        }
        drawing = Task.Run(DrawAsync);
    }

    /// <summary>Connects and starts drawing the table of the node that runs in this process.</summary>
    public static async Task<WatchDisplay> StartAsync(BrokerAddress broker, NodeSettings settings, NodeLog log)
    {
        MqttConnectionOptions options = BrokerAccess.Options(settings, broker, $"roboperception-watch-{Guid.NewGuid():N}");
        // The segmentation is the smallest output: it shows that frames arrive at little cost.
        var subscriber = new PerceptionSubscriber(options, new Topics(settings.Prefix, settings.NodeId), settings.Cameras[0].Id, OutputKind.Segmentation);
        await subscriber.StartAsync().ConfigureAwait(false);
        return new WatchDisplay(subscriber, log, AnsiConsole.Console);
    }

    /// <summary>Draws the table of a subscriber that somebody else owns, until disposed.</summary>
    public static WatchDisplay Over(PerceptionSubscriber subscriber) => new(subscriber, null, AnsiConsole.Console) { KeepsSubscriber = true };

    private bool KeepsSubscriber { get; init; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The last figures travel over the broker; without a moment's patience the table would miss them.
        await Task.Delay(Period).ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        await drawing.ConfigureAwait(false);
        if (log is not null)
        {
            log.IsQuiet = false;
        }
        if (!KeepsSubscriber)
        {
            await subscriber.DisposeAsync().ConfigureAwait(false);
        }
        stopping.Dispose();
    }

    private async Task DrawAsync()
    {
        if (!console.Profile.Capabilities.Interactive)
        {
            await Wait(Timeout.InfiniteTimeSpan).ConfigureAwait(false);
            console.Write(Table());
            return;
        }
        await console.Live(Table()).StartAsync(async live =>
        {
            while (!stopping.IsCancellationRequested)
            {
                live.UpdateTarget(Table());
                live.Refresh();
                await Wait(Period).ConfigureAwait(false);
            }
            live.UpdateTarget(Table());
            live.Refresh();
        }).ConfigureAwait(false);
    }

    private async Task Wait(TimeSpan time)
    {
        try
        {
            await Task.Delay(time, stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The display ends.
        }
    }

    private Spectre.Console.Rendering.IRenderable Table() =>
        WatchTable.Render(subscriber.Status, subscriber.Description, subscriber.Metrics, subscriber.Health, log?.Recent ?? []);
}
