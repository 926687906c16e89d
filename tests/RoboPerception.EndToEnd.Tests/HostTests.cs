using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Tests;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: whoever runs the node (systemd, Prometheus, a collector of logs) is told the truth, in the form that it reads.</summary>
public sealed class HostTests : IDisposable
{
    private const string Flowing = "test://?size=64x48&fps=50&live=true";
    private const string Silent = "test://?size=64x48&fps=50&live=true&stall-at=0&stall-ms=120000";

    private readonly TemporaryFolder folder = new();
    private readonly HttpClient client = new();
    private readonly string model;

    public HostTests() => model = folder.Write("model.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes());

    public void Dispose()
    {
        client.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Healthz_answers_200_once_frames_flow_and_metrics_count_them()
    {
        int port = FreePort.Next();
        using NodeProcess node = Start(Flowing, "--http-port", $"{port}");
        await UntilAsync(async () => await StatusAsync(port) == HttpStatusCode.OK, node);
        using JsonDocument health = JsonDocument.Parse(await client.GetStringAsync(Address(port, "healthz")));
        Assert.Contains(health.RootElement.GetProperty("components").EnumerateArray(), c => c.GetProperty("name").GetString() == "broker" && c.GetProperty("level").GetString() == "ok");
        string[] lines = (await client.GetStringAsync(Address(port, "metrics"))).Split('\n');
        string published = Assert.Single(lines, l => l.StartsWith("roboperception_frames_total{camera=\"cam0\",outcome=\"published\"} ", StringComparison.Ordinal));
        Assert.True(int.Parse(published.Split(' ')[^1], CultureInfo.InvariantCulture) > 0);
        foreach (string name in new[] { "roboperception_dropped_total", "roboperception_superseded_total", "roboperception_stage_seconds", "roboperception_frame_age_seconds", "roboperception_engine_build_seconds" })
        {
            Assert.Contains(lines, l => l.StartsWith(name + "{", StringComparison.Ordinal));
        }
        using HttpResponseMessage other = await client.GetAsync(Address(port, "other"));
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        node.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, node.WaitForExit());
    }

    [Fact]
    public async Task Healthz_answers_503_while_nothing_was_published()
    {
        int port = FreePort.Next();
        using NodeProcess node = Start(Silent, "--http-port", $"{port}");
        await UntilAsync(async () => await StatusAsync(port) is not null, node);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(port));
    }

    [Fact]
    public void A_taken_port_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using NodeProcess node = Start(Flowing, "--http-port", $"{port}");
        Assert.Equal((int)ExitCode.Usage, node.WaitForExit());
        Assert.Contains($"http.port {port} cannot be opened", node.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", node.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Systemd_is_told_READY_after_the_first_frame_and_STOPPING_at_the_end()
    {
        using Socket systemd = Listen(out NodeProcess node, Flowing);
        using (node)
        {
            List<string> told = Hear(systemd, node, "STATUS=ready");
            Assert.Equal("STATUS=warming", told[0]);
            Assert.Single(told, "READY=1");
            node.Signal(PosixSignal.SIGTERM);
            told = Hear(systemd, node, "STOPPING=1");
            Assert.DoesNotContain("READY=1", told);
            Assert.Equal(0, node.WaitForExit());
        }
    }

    [Fact]
    public void Systemd_hears_a_live_node_without_READY_while_the_source_is_known_to_be_silent()
    {
        using Socket systemd = Listen(out NodeProcess node, Silent);
        using (node)
        {
            Assert.DoesNotContain("READY=1", Hear(systemd, node, "WATCHDOG=1"));
        }
    }

    [Fact]
    public void Logs_are_JSON_objects_where_asked_and_levels_are_the_components_own()
    {
        using (NodeProcess node = NodeProcess.Start("replay", Recording.Write(folder.Path, 3), "--model", model, "--providers", "cpu", "--contact-sheet", Path.Combine(folder.Path, "sheet.png"), "--log", "json"))
        {
            Assert.Equal(0, node.WaitForExit());
            List<JsonElement> lines = [.. node.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
            JsonElement broker = lines.First(l => l.GetProperty("component").GetString() == "broker");
            Assert.Equal("info", broker.GetProperty("level").GetString());
            Assert.Contains(broker.GetProperty("broker").GetString()!, broker.GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Contains(lines, l => l.GetProperty("component").GetString() == "camera" && l.TryGetProperty("file", out JsonElement file) && file.GetString()!.EndsWith("sheet.png", StringComparison.Ordinal));
        }
        var quiet = new Dictionary<string, string> { ["ROBOPERCEPTION__LOG__LEVELS__BROKER"] = "warning" };
        using (NodeProcess node = NodeProcess.Start(quiet, "replay", Recording.Write(folder.Path, 3), "--model", model, "--providers", "cpu"))
        {
            Assert.Equal(0, node.WaitForExit());
            Assert.DoesNotContain("own broker", node.Errors, StringComparison.Ordinal);
            Assert.Contains("cpu", node.Errors, StringComparison.Ordinal);
        }
    }

    private static Uri Address(int port, string page) => new($"http://127.0.0.1:{port}/{page}");

    private static async Task UntilAsync(Func<Task<bool>> condition, NodeProcess node)
    {
        long deadline = Environment.TickCount64 + 60_000;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < deadline, $"did not happen within a minute; the program said:\n{node.Errors}");
            await Task.Delay(20);
        }
    }

    private async Task<HttpStatusCode?> StatusAsync(int port)
    {
        try
        {
            using HttpResponseMessage response = await client.GetAsync(Address(port, "healthz"));
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null; // not listening yet
        }
    }

    private Socket Listen(out NodeProcess node, string source)
    {
        string path = Path.Combine(folder.Path, "notify");
        var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 };
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        node = NodeProcess.Start(new Dictionary<string, string> { ["NOTIFY_SOCKET"] = path }, "run", source, "--model", model, "--providers", "cpu", "--node", "e2e");
        return systemd;
    }

    private static List<string> Hear(Socket systemd, NodeProcess node, string last)
    {
        List<string> told = [];
        byte[] buffer = new byte[256];
        long deadline = Environment.TickCount64 + 60_000;
        do
        {
            Assert.True(Environment.TickCount64 < deadline, $"systemd was never told {last}, but {string.Join(", ", told)}; the program said:\n{node.Errors}");
            told.Add(Encoding.UTF8.GetString(buffer, 0, systemd.Receive(buffer)));
        }
        while (told[^1] != last);
        return told;
    }

    private NodeProcess Start(string source, params string[] more) => NodeProcess.Start(["run", source, "--model", model, "--providers", "cpu", "--node", "e2e", .. more]);
}
