using System.Diagnostics;
using RoboPerception.Core;

namespace RoboPerception.Benchmarks.Faults;

/// <summary>The network between node and broker loses everything for a while; broker and observers live on.</summary>
internal static class NetworkFault
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<(object Report, bool IsGood)> RunAsync(string model, IReadOnlyList<int> cutSeconds)
    {
        if (!CutNetwork.IsPossible)
        {
            return (new { Kind = "network cut", NotRun = "needs root: run 'sudo launch/bench.sh faults --only network'" }, true);
        }
        var figures = new FaultFigures($"network cut for {string.Join(", ", cutSeconds.Distinct())} s");
        using var network = new CutNetwork();
        using var broker = new FaultBroker(CutNetwork.BrokerAddress);
        await using var observer = new FaultObserver(broker.Address);
        using var node = new FaultNode(model, "test://?size=640x480&fps=30&live=true", broker.Address, CutNetwork.Enter);
        foreach (int seconds in cutSeconds)
        {
            if (await observer.NextAsync(UnixClock.Wall, Patience) is not { } before || !node.Lives)
            {
                figures.Fail($"no frame came before the cut of {seconds} s");
                break;
            }
            network.Cut();
            before = observer.Last ?? before;
            await Task.Delay(TimeSpan.FromSeconds(seconds));
            (long returned, long wall) = (Stopwatch.GetTimestamp(), UnixClock.Wall);
            network.Join();
            figures.Add(observer, before, returned, await observer.NextAsync(wall, Patience));
            await Task.Delay(TimeSpan.FromSeconds(2));
            figures.AddRetained(await observer.MissingRetainedAsync());
        }
        figures.End(node);
        return (figures.Report(observer), figures.IsGood);
    }
}
