using System.Diagnostics;
using System.Globalization;
using MQTTnet;
using MQTTnet.Protocol;
using RoboPerception.Messaging;

namespace RoboPerception.Benchmarks;

/// <summary>
/// Who receives the frames, in a process of its own (<c>receive</c>, a command of the bench for itself), so that its work is not counted as the
/// sender's. It takes any payloads: a frame is there when each topic has brought as many messages. Lines on its standard output: <c>ready</c>, then
/// <c>mark INDEX TICKS BYTES</c> for the two frames asked for.
/// </summary>
internal sealed class Receiver : IDisposable
{
    private const string Command = "receive";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process process;

    private Receiver(Process process) => this.process = process;

    /// <summary>The receiving process.</summary>
    public int ProcessId => process.Id;

    /// <summary>Starts a receiver and waits until it has subscribed.</summary>
    public static async Task<Receiver> StartAsync(BrokerAddress broker, IEnumerable<string> topics, int first, int last)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (string argument in (string[])[Command, broker.ToString(), Text(first), Text(last), .. topics])
        {
            start.ArgumentList.Add(argument);
        }
        var receiver = new Receiver(Process.Start(start)!);
        await receiver.LineAsync("ready");
        return receiver;
    }

    /// <summary>Waits for the next of the two frames: when it was complete (<see cref="Stopwatch"/> ticks), and bytes of all payloads before it.</summary>
    public async Task<(long At, long Bytes)> MarkAsync()
    {
        string[] words = (await LineAsync("mark")).Split(' ');
        return (long.Parse(words[2], CultureInfo.InvariantCulture), long.Parse(words[3], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }
        process.Dispose();
    }

    /// <summary>The receiving program, if the bench was started as such; null otherwise.</summary>
    public static async Task<int?> TryRunAsync(string[] args)
    {
        if (args.Length < 5 || args[0] != Command)
        {
            return null;
        }
        BrokerAddress broker = BrokerAddress.Parse(args[1]);
        int first = int.Parse(args[2], CultureInfo.InvariantCulture), last = int.Parse(args[3], CultureInfo.InvariantCulture);
        Dictionary<string, int> counts = args[4..].ToDictionary(topic => topic, _ => 0);
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        var done = new TaskCompletionSource();
        int frames = 0;
        long bytes = 0;
        client.ApplicationMessageReceivedAsync += message =>
        {
            counts[message.ApplicationMessage.Topic]++;
            bytes += message.ApplicationMessage.Payload.Length;
            int whole = counts.Values.Min();
            if (whole > frames)
            {
                frames = whole;
                if (frames - 1 == first || frames - 1 == last)
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mark {frames - 1} {Stopwatch.GetTimestamp()} {bytes}"));
                }
                if (frames - 1 >= last)
                {
                    done.TrySetResult();
                }
            }
            return Task.CompletedTask;
        };
        await client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer(broker.Host, broker.Port).WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V500).Build());
        foreach (string topic in counts.Keys)
        {
            await client.SubscribeAsync(topic, MqttQualityOfServiceLevel.AtMostOnce);
        }
        Console.WriteLine("ready");
        await done.Task.WaitAsync(Patience);
        // Whoever started it reads its CPU time first; that of a process that has ended is gone.
        await Console.In.ReadLineAsync();
        return 0;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<string> LineAsync(string word)
    {
        string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        return line?.Split(' ')[0] == word ? line : throw new InvalidOperationException($"the receiver ended, or frames were lost on the way (expected '{word}', got '{line ?? "its end"}')");
    }
}
