using System.Net;
using System.Net.Sockets;
using System.Text;
using RoboPerception.Core;
using RoboPerception.Node.Health;

namespace RoboPerception.Node.Tests;

/// <summary>Promise: whoever looks after the node is told the truth.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task Healthz_answers_200_only_while_healthy_and_metrics_are_text()
    {
        int port = FreePort();
        bool healthy = false;
        using var endpoint = new HttpEndpoint(port, () => (healthy, "{}"), () => "roboperception_frames_total 7\n");
        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync(new Uri($"http://127.0.0.1:{port}/healthz"))).StatusCode);
        healthy = true;
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri($"http://127.0.0.1:{port}/healthz"))).StatusCode);
        Assert.Equal("roboperception_frames_total 7\n", await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics")));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri($"http://127.0.0.1:{port}/other"))).StatusCode);
    }

    [Fact]
    public void A_taken_port_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        UserErrorException error = Assert.Throws<UserErrorException>(() => new HttpEndpoint(port, () => (true, ""), () => ""));
        Assert.Contains($"http.port {port}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Systemd_is_told_once_that_the_service_is_ready()
    {
        string path = Path.Combine(Path.GetTempPath(), $"rp-notify-{Guid.NewGuid():N}");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        using (var notifier = new SystemdNotifier(path))
        {
            notifier.Ready();
            notifier.Ready();
            notifier.Alive();
            notifier.Stopping();
        }
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
        using var notifier = new SystemdNotifier(null);
        notifier.Ready();
        notifier.Alive();
    }

    [Fact]
    public void A_repeated_line_is_logged_once_and_the_last_few_are_kept()
    {
        var log = new NodeLog { IsQuiet = true };
        for (int i = 0; i < 10; i++)
        {
            log.Write("same");
        }
        Assert.Single(log.Recent);
        for (int i = 0; i < 10; i++)
        {
            log.Write($"line {i}");
        }
        Assert.Equal(5, log.Recent.Count);
        Assert.EndsWith("line 9", log.Recent[^1], StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
