using RoboPerception.Messaging;

namespace RoboPerception.Benchmarks;

/// <summary>What a sender of frames did between two frames that arrived.</summary>
/// <param name="MsPerFrame">Wall time a frame.</param>
/// <param name="CpuMs">CPU time a frame of the sender and its children, milliseconds.</param>
/// <param name="BrokerCpuMs">The broker's.</param>
/// <param name="ReceiverCpuMs">The receiver's.</param>
/// <param name="Bytes">Bytes a frame of all outputs.</param>
internal sealed record SenderFigures(double MsPerFrame, double CpuMs, double BrokerCpuMs, double ReceiverCpuMs, double Bytes)
{
    /// <summary>Frames that a sender may warm up with.</summary>
    public const int WarmUp = 10;

    /// <summary>Runs a sender and measures it from the end of its warm-up for so many frames.</summary>
    /// <param name="broker">Who passes the frames on.</param>
    /// <param name="topics">The outputs.</param>
    /// <param name="frames">Frames to measure.</param>
    /// <param name="cpu">The sender's CPU time so far.</param>
    /// <param name="sendAsync">Sends <see cref="WarmUp"/> and the frames to measure.</param>
    public static async Task<SenderFigures> MeasureAsync(LocalBroker broker, IEnumerable<string> topics, int frames, Func<TimeSpan> cpu, Func<Task> sendAsync)
    {
        using Receiver receiver = await Receiver.StartAsync(broker.Address, topics, WarmUp - 1, WarmUp + frames - 1);
        Task sending = sendAsync();
        var from = await SampleAsync();
        var to = await SampleAsync();
        await sending;
        return new SenderFigures(
            1e3 * (to.At - from.At) / System.Diagnostics.Stopwatch.Frequency / frames,
            (to.Sender - from.Sender).TotalMilliseconds / frames,
            (to.Broker - from.Broker).TotalMilliseconds / frames,
            (to.Receiver - from.Receiver).TotalMilliseconds / frames,
            (double)(to.Bytes - from.Bytes) / frames);

        async Task<(long At, long Bytes, TimeSpan Sender, TimeSpan Broker, TimeSpan Receiver)> SampleAsync()
        {
            Task<(long At, long Bytes)> mark = receiver.MarkAsync();
            // A sender that fails would leave the receiver waiting.
            if (await Task.WhenAny(mark, sending) == sending && sending.IsFaulted)
            {
                await sending;
            }
            (long at, long bytes) = await mark;
            return (at, bytes, cpu(), ProcessCpu.OfTree(broker.ProcessId), ProcessCpu.OfTree(receiver.ProcessId));
        }
    }

    /// <summary>The middle of several rounds, each figure by itself.</summary>
    public static SenderFigures Median(IReadOnlyCollection<SenderFigures> rounds) => new(
        Middle(rounds.Select(r => r.MsPerFrame)), Middle(rounds.Select(r => r.CpuMs)), Middle(rounds.Select(r => r.BrokerCpuMs)), Middle(rounds.Select(r => r.ReceiverCpuMs)), Middle(rounds.Select(r => r.Bytes)));

    /// <summary>The median, the lower one of two.</summary>
    public static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(sorted.Length - 1) / 2];
    }
}
