using System.CommandLine;
using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Images;

namespace RoboPerception.Node.Commands;

/// <summary><c>watch</c>: a live table of a running node; with <c>--save</c> also viewable PNGs of each output.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var broker = new BrokerFlags();
        var node = new Option<string>("--node", "-n") { Description = "the node's id; default: this machine's", HelpName = "ID", DefaultValueFactory = _ => new NodeSettings().NodeId };
        var camera = new Option<string>("--camera") { Description = "the camera that --save and --frames look at", HelpName = "ID", DefaultValueFactory = _ => "cam0" };
        var save = new Option<string?>("--save") { Description = "write the newest frame of each output as PNG into this folder", HelpName = "DIR" };
        var frames = new Option<int?>("--frames") { Description = "stop after this many frames", HelpName = "N" };
        var command = new Command("watch", "a live table of a running node") { node, camera, save, frames };
        broker.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            MqttConnectionOptions options = broker.Options(parsed, "watch");
            string? folder = parsed.GetValue(save);
            OutputKind[] kinds = folder is null ? [OutputKind.Segmentation] : [];
            var subscriber = new PerceptionSubscriber(options, new Topics(broker.Prefix(parsed), parsed.GetValue(node)!), parsed.GetValue(camera)!, kinds);
            return WatchAsync(subscriber, folder, parsed.GetValue(frames));
        });
        return command;
    }

    private static async Task<int> WatchAsync(PerceptionSubscriber subscriber, string? folder, int? frames)
    {
        using var stop = new StopSignals();
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
        }
        await using (subscriber.ConfigureAwait(false))
        {
            await subscriber.StartAsync(stop.Token).ConfigureAwait(false);
            WatchDisplay display = WatchDisplay.Over(subscriber);
            await using (display.ConfigureAwait(false))
            {
                await FollowAsync(subscriber, folder, frames, stop.Token).ConfigureAwait(false);
            }
        }
        return (int)stop.ExitCode;
    }

    /// <summary>Takes frames until enough were seen or the node says it stopped.</summary>
    private static async Task FollowAsync(PerceptionSubscriber subscriber, string? folder, int? frames, CancellationToken stop)
    {
        int seen = 0;
        while (!stop.IsCancellationRequested && (frames is null || seen < frames))
        {
            int before = seen;
            try
            {
                foreach (OutputKind kind in subscriber.Kinds)
                {
                    if (await subscriber.TakeAsync(kind, Patience, stop).ConfigureAwait(false) is not { } frame)
                    {
                        continue;
                    }
                    seen += kind == subscriber.Kinds[0] ? 1 : 0;
                    if (folder is not null)
                    {
                        string name = string.Create(CultureInfo.InvariantCulture, $"{Topics.NameOf(kind)}-{frame.Header.Sequence:000000}.png");
                        AtomicFile.Write(Path.Combine(folder, name), OutputImage.Png(frame, subscriber.Labels?.ToClassMap()));
                    }
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            if (seen == before && subscriber.Status is { State: NodeStates.Stopped or NodeStates.Lost })
            {
                break;
            }
        }
    }
}
