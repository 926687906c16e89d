using System.CommandLine;
using System.Diagnostics;
using RoboPerception.Core;
using RoboPerception.Messaging;
using Spectre.Console;

namespace RoboPerception.Node.Commands;

/// <summary><c>top</c>: all nodes of a broker in one live table; where the output is no terminal, the table once.</summary>
internal static class TopCommand
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    // A node speaks once a second: who is heard of but has not spoken in all this time is silent.
    private static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(1.5), AtMost = TimeSpan.FromSeconds(6);

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var flags = new BrokerFlags();
        var once = new Option<bool>("--once") { Description = "print the table once and end; so it is where the output is no terminal" };
        var command = new Command("top", "all nodes of a broker: state, frames/s, age, drops, what is wrong") { once };
        flags.AddTo(command);
        command.SetAction((parsed, _) => ShowAsync(
            new Fleet(flags.Options(parsed, "top"), flags.Prefix(parsed)), parsed.GetValue(once) || !AnsiConsole.Profile.Capabilities.Interactive));
        return command;
    }

    private static async Task<int> ShowAsync(Fleet fleet, bool once)
    {
        using var stop = new StopSignals();
        await using (fleet.ConfigureAwait(false))
        {
            await fleet.StartAsync(stop.Token).ConfigureAwait(false);
            if (once)
            {
                long started = Stopwatch.GetTimestamp();
                await WaitAsync(AtLeast, stop.Token).ConfigureAwait(false);
                while (!stop.Token.IsCancellationRequested && Stopwatch.GetElapsedTime(started) < AtMost && fleet.Nodes.Any(IsExpected))
                {
                    await WaitAsync(Period / 5, stop.Token).ConfigureAwait(false);
                }
                PlainOutput.Write(FleetTable.Render(fleet.Nodes));
                return (int)stop.ExitCode;
            }
            await AnsiConsole.Live(FleetTable.Render(fleet.Nodes)).StartAsync(async live =>
            {
                while (!stop.Token.IsCancellationRequested)
                {
                    live.UpdateTarget(FleetTable.Render(fleet.Nodes));
                    live.Refresh();
                    await WaitAsync(Period, stop.Token).ConfigureAwait(false);
                }
            }).ConfigureAwait(false);
        }
        return (int)stop.ExitCode;
    }

    private static bool IsExpected(FleetNode node) => !node.IsFresh && node.Status?.State is not (NodeStates.Stopped or NodeStates.Lost);

    private static async Task WaitAsync(TimeSpan time, CancellationToken stop)
    {
        try
        {
            await Task.Delay(time, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The user has seen enough.
        }
    }
}
