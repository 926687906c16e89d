using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MQTTnet.Protocol;
using RoboPerception.Core;
using RoboPerception.Messaging;

namespace RoboPerception.Benchmarks.Mqtt;

/// <summary>
/// Publishing on MQTTnet beside libmosquitto, in turns, on one real mosquitto with one draining subscriber; and what a subscriber
/// sees that is three times too slow. Frames are raw depth at 640x480: 614 kB.
/// </summary>
internal static class MqttBenchmark
{
    private const int Width = 640;
    private const int Height = 480;
    private const int FrameBytes = (2 * Width * Height) + FrameHeader.Size;
    private const int Rate = 30;
    private const int WarmUp = 10;
    private const string Topic = "bench/frames";

    public static async Task<int> RunAsync(int rounds, int frames, int seconds, string? outFile)
    {
        BenchmarkEnvironment environment = BenchmarkEnvironment.Read();
        string peer = Environment.GetEnvironmentVariable("LIBMOSQUITTO_CLIENT")
            ?? throw new UserErrorException(ExitCode.Usage, "the libmosquitto client is missing: start the benchmark with 'launch/bench.sh mqtt'");
        var report = new
        {
            Environment = environment,
            FrameBytes,
            FramesPerSecond = Rate,
            PublishQos0 = await CompareAsync(peer, rounds, frames, MqttQualityOfServiceLevel.AtMostOnce),
            PublishQos1UntilAcknowledged = await CompareAsync(peer, rounds, frames, MqttQualityOfServiceLevel.AtLeastOnce),
            SlowSubscriber = await SlowSubscriber.RunAsync(seconds, Rate, Width, Height),
        };
        string text = JsonSerializer.Serialize(report, PipelineBenchmark.Json);
        Console.WriteLine(text);
        if (outFile is not null)
        {
            AtomicFile.Write(outFile, System.Text.Encoding.UTF8.GetBytes(text + "\n"));
        }
        return 0;
    }

    private static async Task<object> CompareAsync(string peer, int rounds, int frames, MqttQualityOfServiceLevel qos)
    {
        using LocalBroker broker = LocalBroker.Start();
        string port = broker.Address.Port.ToString(CultureInfo.InvariantCulture);
        // Somebody listens, so that the broker has its usual work; it prints nothing.
        using Process drain = Process.Start(new ProcessStartInfo("mosquitto_sub", ["-h", broker.Address.Host, "-p", port, "-t", "bench/#", "-F", "%q"]) { RedirectStandardOutput = true })!;
        drain.OutputDataReceived += static (_, _) => { };
        drain.BeginOutputReadLine();
        List<double> ours = [], theirs = [];
        for (int round = 0; round < rounds; round++)
        {
            theirs.AddRange(Peer(peer, port, frames, qos));
            ours.AddRange(qos == MqttQualityOfServiceLevel.AtMostOnce ? await FramesAsync(broker.Address, frames) : await AcknowledgedAsync(broker.Address, frames));
        }
        drain.Kill();
        return new
        {
            Frames = ours.Count,
            MqttnetP50Ms = Quantile(ours, 0.5),
            MqttnetP99Ms = Quantile(ours, 0.99),
            LibmosquittoP50Ms = Quantile(theirs, 0.5),
            LibmosquittoP99Ms = Quantile(theirs, 0.99),
            RatioP50 = Math.Round(Quantile(ours, 0.5) / Quantile(theirs, 0.5), 2),
        };
    }

    /// <summary>The product's way: <see cref="FramePublisher"/>, from the start of the send until the whole message is in the socket.</summary>
    private static async Task<List<double>> FramesAsync(BrokerAddress broker, int frames)
    {
        await using var connection = new MqttConnection(new MqttConnectionOptions { Broker = broker, ClientId = "bench-mqttnet" });
        await connection.StartAsync();
        using var publisher = new FramePublisher(connection, Topic, ContentTypes.Of(PayloadEncoding.Raw));
        byte[] payload = new byte[FrameBytes];
        var times = new List<double>();
        using var period = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / Rate));
        for (int i = 0; i < frames + WarmUp; i++)
        {
            await period.WaitForNextTickAsync();
            PayloadBuffer buffer = publisher.Rent();
            buffer.SetForeign(payload, default);
            long before = publisher.SendTime.Sum;
            publisher.Publish(buffer);
            if (!publisher.WaitUntilIdle(TimeSpan.FromSeconds(10)))
            {
                throw new InvalidOperationException("a frame was not sent within ten seconds");
            }
            times.Add((publisher.SendTime.Sum - before) / 1e6);
        }
        return times[WarmUp..];
    }

    /// <summary>The product's connection at QoS 1 until the broker has acknowledged the message.</summary>
    private static async Task<List<double>> AcknowledgedAsync(BrokerAddress broker, int frames)
    {
        await using var connection = new MqttConnection(new MqttConnectionOptions { Broker = broker, ClientId = "bench-mqttnet" });
        await connection.StartAsync();
        byte[] payload = new byte[FrameBytes];
        var times = new List<double>();
        using var period = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / Rate));
        for (int i = 0; i < frames + WarmUp; i++)
        {
            await period.WaitForNextTickAsync();
            long begun = Stopwatch.GetTimestamp();
            await connection.PublishAsync(Topic, payload);
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
        return times[WarmUp..];
    }

    private static IEnumerable<double> Peer(string peer, string port, int frames, MqttQualityOfServiceLevel qos)
    {
        string[] arguments = [port, Topic, $"{FrameBytes}", $"{frames + WarmUp}", $"{1_000_000 / Rate}", $"{(int)qos}"];
        using Process process = Process.Start(new ProcessStartInfo(peer, arguments) { RedirectStandardOutput = true })!;
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return process.ExitCode == 0
            ? lines.Skip(WarmUp).Select(l => double.Parse(l, CultureInfo.InvariantCulture) / 1e6)
            : throw new InvalidOperationException($"{peer} ended with {process.ExitCode}");
    }

    private static double Quantile(List<double> values, double quantile) => Math.Round(values.Order().ElementAt((int)(quantile * (values.Count - 1))), 3);
}
