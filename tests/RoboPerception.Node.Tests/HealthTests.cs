using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using RoboPerception.Node.Health;
using RoboPerception.Node.Logging;

namespace RoboPerception.Node.Tests;

/// <summary>Promise: whoever looks after the node is told the truth.</summary>
public sealed class HealthTests
{
    [Fact]
    public void Systemd_is_told_once_that_the_service_is_ready()
    {
        string path = Path.Combine(Path.GetTempPath(), $"rp-notify-{Guid.NewGuid():N}");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", path);
        var manager = new ServiceManager();
        Assert.Null(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));
        manager.Ready();
        manager.Ready();
        manager.Alive();
        manager.Stopping();
        var seen = new List<string>();
        var buffer = new byte[256];
        while (seen.Count < 3)
        {
            seen.Add(Encoding.UTF8.GetString(buffer, 0, systemd.Receive(buffer)));
        }
        File.Delete(path);
        Assert.Equal(["READY=1", "WATCHDOG=1", "STOPPING=1"], seen);
    }

    [Fact]
    public void Without_systemd_nothing_is_told_and_nothing_fails()
    {
        var manager = new ServiceManager();
        manager.Ready();
        manager.Alive();
    }

    [Fact]
    public void A_repeated_line_is_logged_once_and_the_last_few_are_kept()
    {
        using var log = new NodeLog { IsQuiet = true };
        ILogger camera = log.CreateLogger(LogComponents.Camera);
        for (int i = 0; i < 10; i++)
        {
            camera.Say("same");
        }
        Assert.Single(log.Recent);
        for (int i = 0; i < 10; i++)
        {
            camera.Say($"line {i}");
        }
        Assert.Equal(5, log.Recent.Count);
        Assert.EndsWith("line 9", log.Recent[^1], StringComparison.Ordinal);
    }
}
