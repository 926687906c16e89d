using System.Diagnostics;
using System.Globalization;
using System.Net;
using RoboPerception.Core;

namespace RoboPerception.Benchmarks.Faults;

/// <summary>The camera (GStreamer's RTSP server in a process of its own) is killed and started again, over and over.</summary>
internal static class SourceFault
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<(object Report, bool IsGood)> RunAsync(string model, int times)
    {
        var figures = new FaultFigures("source lost");
        using var broker = new FaultBroker(IPAddress.Loopback);
        await using var observer = new FaultObserver(broker.Address);
        (Process camera, int port) = StartCamera(0);
        using var node = new FaultNode(model, string.Create(CultureInfo.InvariantCulture, $"rtsp://127.0.0.1:{port}/camera"), broker.Address);
        var random = new Random(2);
        try
        {
            for (int i = 0; i < times && node.Lives; i++)
            {
                if (await observer.NextAsync(UnixClock.Wall, Patience) is not { } before)
                {
                    figures.Fail($"no frame came before repetition {i + 1}");
                    break;
                }
                End(camera);
                before = observer.Last ?? before;
                await Task.Delay(random.Next(20, 1500));
                (camera, _) = StartCamera(port);
                (long returned, long wall) = (Stopwatch.GetTimestamp(), UnixClock.Wall);
                figures.Add(observer, before, returned, await observer.NextAsync(wall, Patience));
            }
            figures.AddRetained(await observer.MissingRetainedAsync());
            figures.Zombies = Children(node.Id).Count(state => state == 'Z');
            if (figures.Zombies > 0)
            {
                figures.Fail($"{figures.Zombies} ended decoders were never collected");
            }
            figures.End(node);
        }
        finally
        {
            End(camera);
        }
        return (figures.Report(observer), figures.IsGood);
    }

    /// <summary>The states of a process's children, as /proc has them.</summary>
    private static IEnumerable<char> Children(int parent)
    {
        foreach (string folder in Directory.GetDirectories("/proc").Where(f => int.TryParse(Path.GetFileName(f), out _)))
        {
            string stat;
            try
            {
                stat = File.ReadAllText(Path.Combine(folder, "stat"));
            }
            catch (IOException)
            {
                continue; // It has ended meanwhile.
            }
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            if (int.Parse(fields[1], CultureInfo.InvariantCulture) == parent)
            {
                yield return fields[0][0];
            }
        }
    }

    private static (Process Process, int Port) StartCamera(int port)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "rtsp-server.py"), port.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        string line = process.StandardOutput.ReadLine()
            ?? throw new UserErrorException(ExitCode.NoSource, "the RTSP server did not start; launch/setup.sh all installs what it needs");
        return (process, int.Parse(line, CultureInfo.InvariantCulture));
    }

    private static void End(Process process)
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
