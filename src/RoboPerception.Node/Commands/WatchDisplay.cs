using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Health;
using System.CommandLine;

namespace RoboPerception.Node.Commands;

internal sealed class WatchDisplay : IAsyncDisposable
{
    public static Task<WatchDisplay> StartAsync(BrokerAddress a, NodeSettings s, NodeLog l) => Task.FromResult(new WatchDisplay());
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

internal static class WatchCommand { public static Command Build() => new("watch"); }
