using System.Diagnostics;
using System.Net;
using RoboPerception.Core;
using RoboPerception.Messaging;

namespace RoboPerception.Benchmarks.Faults;

/// <summary>The broker is killed (SIGKILL) and started again, over and over, while the node publishes.</summary>
internal static class BrokerFault
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<(object Report, bool IsGood)> RunAsync(string model, int times)
    {
        var figures = new FaultFigures("broker killed");
        using var broker = new FaultBroker(IPAddress.Loopback);
        await using var observer = new FaultObserver(broker.Address);
        await using var robot = new PerceptionSubscriber(
            new MqttConnectionOptions { Broker = broker.Address, ClientId = "faults-robot" }, FaultNode.Topics, FaultNode.Camera, OutputKind.Depth);
        await robot.StartAsync();
        using var node = new FaultNode(model, "test://?size=640x480&fps=30&live=true", broker.Address);
        var random = new Random(1);
        for (int i = 0; i < times && node.Lives; i++)
        {
            if (await observer.NextAsync(UnixClock.Wall, Patience) is not { } before)
            {
                figures.Fail($"no frame came before repetition {i + 1}");
                break;
            }
            broker.Kill();
            before = observer.Last ?? before;
            await Task.Delay(random.Next(20, 1500));
            broker.Start();
            (long returned, long wall) = (Stopwatch.GetTimestamp(), UnixClock.Wall);
            FaultObserver.Arrival? first = await observer.NextAsync(wall, Patience);
            ReceivedPayload? frame;
            do
            {
                frame = await robot.TakePayloadAsync(OutputKind.Depth, Patience);
            }
            while (frame is { } old && old.Header.AcquisitionStamp < wall);
            TimeSpan recovery = Stopwatch.GetElapsedTime(returned);
            figures.Add(observer, before, returned, first);
            figures.AddRobot(frame is null ? Patience : recovery);
            figures.AddRetained(await observer.MissingRetainedAsync());
        }
        figures.End(node);
        return (figures.Report(observer), figures.IsGood);
    }
}
