using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;
using RoboPerception.Tests;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: what MQTT may ask for the dashboard's buttons do, for those who may open it and for no page of another site. A real node, a real Chromium.</summary>
public sealed class DashboardControlTests : IDisposable
{
    private const string Flowing = "test://?size=64x48&fps=30";

    private readonly TemporaryFolder folder = new();
    private readonly HttpClient client = new();
    private readonly int port = FreePort.Next();
    private readonly RemoteNode node;

    public DashboardControlTests() => node = new RemoteNode(folder.Write("model.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes()), $"http: {{port: {port}}}");

    public void Dispose()
    {
        node.Dispose();
        client.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task The_pages_switches_set_record_and_show_what_came_of_it()
    {
        await node.StartAsync(Flowing);
        node.Process.WithDashboard();
        await using Collector collector = await Collector.ConnectAsync(node.Broker.Address.Port, "roboperception/v1/e2e/#");
        string saved = Path.Combine(folder.Path, "saved.mcap");
        using JsonDocument page = await Task.Run(() => IndependentReader.Run("dashboard-control.mjs", $"http://127.0.0.1:{port}/", saved));
        JsonElement shown = page.RootElement;
        Assert.Equal(["overlay-rate 2", "segmentation-encoding png", "depth-encoding png", "normals-encoding png", "fit stretch"], shown.GetProperty("parameters").EnumerateArray().Select(p => $"{Text(p, "name")} {Text(p, "value")}"));
        Assert.Equal(["png", "fast", "rvl", "raw"], shown.GetProperty("parameters")[2].GetProperty("words").EnumerateArray().Select(w => w.GetString()));
        Assert.Equal("depth-encoding is rvl", Text(shown, "set"));
        Assert.Contains("must be a number from 0 to 60", Text(shown, "refused"), StringComparison.Ordinal);
        await collector.WaitUntilAsync(all => all.Any(m => m.Topic.EndsWith("/depth-encoding/state", StringComparison.Ordinal) && Encoding.UTF8.GetString(m.Payload) == "rvl") && all.Any(m => m.Topic.EndsWith("/cam0/depth", StringComparison.Ordinal) && m.ContentType == ContentTypes.Of(PayloadEncoding.Rvl)), "the same by MQTT");

        string name = Text(shown, "download");
        Assert.Matches(@"^e2e-\d{8}T\d{6}Z\.mcap$", name);
        Assert.Equal(($"recording {name}", "true"), (Text(shown, "started"), Text(shown, "pressed")));
        string[] row = [.. shown.GetProperty("row").EnumerateArray().Select(c => c.GetString()!)];
        using JsonDocument found = IndependentReader.Run("read-foxglove.mjs", saved);
        ulong[] times = [.. found.RootElement.GetProperty("messages").EnumerateArray().Where(m => m.GetProperty("topic").GetString() == "/cam0/depth").Select(m => ulong.Parse(m.GetProperty("logTime").GetString()!, System.Globalization.CultureInfo.InvariantCulture))];
        long bytes = new FileInfo(saved).Length;
        string size = bytes < 1_000_000 ? $"{bytes / 1e3:0.0} kB" : $"{bytes / 1e6:0.0} MB";
        Assert.Equal([name, size, $"{times.Length} frames", $"{(times[^1] - times[0]) / 1e9:0.0} s"], row[..4]);
        Assert.StartsWith($"recorded {times.Length} frames", Text(shown, "stopped"), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(Path.Combine(node.Recordings, name)), File.ReadAllBytes(saved));
        Assert.All(shown.GetProperty("overflow").EnumerateObject(), o => Assert.Equal(0, o.Value.GetInt32()));
        Assert.Empty(shown.GetProperty("problems").EnumerateArray());
    }

    [Fact]
    public async Task Only_json_from_the_nodes_own_page_is_a_request_and_no_download_leaves_the_folder()
    {
        await node.StartAsync(Flowing);
        node.Process.WithDashboard();
        const string start = """{"action": "start", "name": "walk"}""";
        // What a page of another site can send without being asked first: forms, and text.
        foreach (string type in new[] { "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", "" })
        {
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await PostAsync("record", start, type)).Status);
        }
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync("record", start, "application/json", ("Origin", "http://elsewhere.example"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync("record", start, "application/json", ("Origin", "null"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync("record", start, "application/json", ("Origin", $"http://127.0.0.1:{port + 1}"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync("record", start, "application/json", ("Host", "elsewhere.example"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync("record", start, "application/json", ("Sec-Fetch-Site", "cross-site"))).Status);
        using (HttpResponseMessage get = await client.GetAsync(Address("api/cmd/record")))
        {
            Assert.Equal(HttpStatusCode.NotFound, get.StatusCode);
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(node.Recordings));

        Assert.Equal(HttpStatusCode.OK, (await PostAsync("record", start, "application/json; charset=utf-8", ("Origin", $"http://127.0.0.1:{port}"))).Status);
        (HttpStatusCode status, string answer) = await PostAsync("record", start, "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("'walk.mcap' is being recorded", answer, StringComparison.Ordinal);
        Assert.Contains("4096 are allowed", (await PostAsync("record", new string(' ', 5000), "application/json")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("record", """{"action": "stop"}""", "application/json")).Status);

        string secret = Path.Combine(node.Recordings, "..", "secret.mcap");
        File.WriteAllText(secret, "secret");
        File.CreateSymbolicLink(Path.Combine(node.Recordings, "link.mcap"), secret);
        File.WriteAllText(Path.Combine(node.Recordings, "notes.txt"), "secret");
        File.WriteAllText(Path.Combine(node.Recordings, "cut.mcap.part"), "secret");
        foreach (string name in new[] { "../secret.mcap", "..%2fsecret.mcap", "%2e%2e%2fsecret.mcap", "..\\secret.mcap", "link.mcap", "notes.txt", "cut.mcap.part", "missing.mcap", "", "walk.mcap/..", "%00" })
        {
            Assert.DoesNotContain("secret", await RawGetAsync($"/recordings/{name}"), StringComparison.Ordinal);
        }
        using JsonDocument list = JsonDocument.Parse(await client.GetStringAsync(Address("api/recordings")));
        Assert.Equal(["cut.mcap False", "walk.mcap True"], list.RootElement.EnumerateArray().Select(r => $"{Text(r, "name")} {r.GetProperty("is_whole").GetBoolean()}").Order(StringComparer.Ordinal));
        Assert.Equal(File.ReadAllBytes(Path.Combine(node.Recordings, "walk.mcap")), await client.GetByteArrayAsync(Address("recordings/walk.mcap")));
    }

    [Fact]
    public async Task Control_needs_the_token_and_to_be_switched_on()
    {
        int other = FreePort.Next();
        string model = Path.Combine(folder.Path, "model.onnx");
        using NodeProcess looked = NodeProcess.Start(
            new Dictionary<string, string> { ["ROBOPERCEPTION__HTTP__TOKEN"] = "open sesame", ["ROBOPERCEPTION__REMOTE__CONTROL"] = "mqtt", ["ROBOPERCEPTION__REMOTE__RECORDINGS"] = node.Recordings },
            "run", Flowing, "--model", model, "--providers", "cpu", "--node", "e2e", "--http-port", $"{other}").WithDashboard();
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync("snapshot", "", "application/json", ("Host", $"127.0.0.1:{other}"))).Status);
        (HttpStatusCode status, string answer) = await PostAsync("snapshot", "", "application/json", ("Host", $"127.0.0.1:{other}"), ("Authorization", "Bearer open sesame"));
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("set remote.control", answer, StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{other}/api/node");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer open sesame");
        using HttpResponseMessage response = await client.SendAsync(request);
        using JsonDocument page = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.False(page.RootElement.TryGetProperty("control", out _));
        Assert.True(page.RootElement.GetProperty("recordings").GetBoolean());
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private Uri Address(string page) => new($"http://127.0.0.1:{port}/{page}");

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string command, string json, string type, params (string Name, string Value)[] headers)
    {
        string host = Array.Find(headers, h => h.Name == "Host").Value is { } named && named.StartsWith("127.0.0.1:", StringComparison.Ordinal) ? named : $"127.0.0.1:{port}";
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
        if (type.Length > 0)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{host}/api/cmd/{command}") { Content = content };
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        using HttpResponseMessage response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>An answer to a path as it stands, which no client has made tidy.</summary>
    private async Task<string> RawGetAsync(string path)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port);
        await using NetworkStream stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        string answer = await reader.ReadToEndAsync();
        Assert.Matches("^HTTP/1.1 4", answer);
        // The path may come back; the file's content may not.
        return answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
    }
}
