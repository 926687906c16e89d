using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;
using RoboPerception.Tests;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: the page shows what the node publishes, to whom it may, and costs the pipeline nothing. A real node, a real Chromium.</summary>
public sealed class DashboardTests : IDisposable
{
    private const string Flowing = "test://?size=96x64&fps=30&live=true";

    private readonly TemporaryFolder folder = new();
    private readonly HttpClient client = new(new HttpClientHandler { AllowAutoRedirect = false });
    private readonly string model;

    public DashboardTests() => model = folder.Write("model.onnx", new TestModel { Width = 96, Height = 64, Describe = d => d with { Metrics = new Dictionary<string, double> { ["depth.absolute_error_pooled"] = 0.555, ["depth.within_factor_1_25"] = 0.7062 } } }.ToBytes());

    public void Dispose()
    {
        client.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_wall_at_2_metres_reads_2_metres_under_the_pointer_and_the_legend_has_the_models_classes()
    {
        int port = LocalBroker.FreePort();
        // The model's depth is the mean of the channels in centimetres: a red wall of 2.00 m on the left, a green one of 0.50 m on the right.
        using NodeProcess node = Start(port, Wall(), "--loop", "--pace", "realtime").WithDashboard();
        using JsonDocument page = IndependentReader.Run("dashboard.mjs", $"http://127.0.0.1:{port}/", "0.25", "0.5");
        JsonElement shown = page.RootElement;
        Assert.Equal("2.00 m", shown.GetProperty("probeText").GetString());
        Assert.Equal(2.0, Metres(shown), 0.01);
        Assert.Equal("red", shown.GetProperty("probe").GetProperty("class").GetString());
        // The normal is the colour as a vector, negated: 180, 180, 240 of a length of 350.
        Assert.All(Normal(shown).Zip([-0.514, -0.514, -0.686]), n => Assert.Equal(n.Second, n.First, 0.01));
        Assert.StartsWith("facing up and left, 4", shown.GetProperty("facing").GetString(), StringComparison.Ordinal);
        Assert.Equal(["blue", "green", "red"], shown.GetProperty("legend").EnumerateArray().Select(c => c.GetProperty("name").GetString()));
        Assert.Equal("rgb(255, 0, 0)", shown.GetProperty("legend")[2].GetProperty("colour").GetString());
        Assert.Equal([255, 0, 0], shown.GetProperty("segmentation").EnumerateArray().Select(v => v.GetInt32()));
        Assert.Equal("ready", shown.GetProperty("state").GetString());
        Assert.Equal(["capture", "preprocess", "inference", "encode", "publish", "age"], shown.GetProperty("stages").EnumerateArray().Select(s => s.GetString()));
        Assert.Contains("by-hand", shown.GetProperty("model").GetString(), StringComparison.Ordinal);
        Assert.Contains("depth, absolute error0.56 m", shown.GetProperty("model").GetString(), StringComparison.Ordinal);
        Assert.Equal("depth: absolute error pooled0.555depth: within factor 1.250.7062", shown.GetProperty("measured").GetString());
        Assert.Equal(2, shown.GetProperty("charts").GetInt32());
        Assert.Empty(shown.GetProperty("problems").EnumerateArray());
        Assert.Empty(shown.GetProperty("elsewhere").EnumerateArray());
        Assert.Equal((0, 0), (shown.GetProperty("overflow").GetInt32(), shown.GetProperty("overflowOnPhone").GetInt32()));
    }

    [Fact]
    public async Task The_probe_reads_the_depth_of_the_published_frame_at_that_pixel()
    {
        int port = LocalBroker.FreePort();
        using NodeProcess node = Start(port, Flowing, "--depth", "raw").WithDashboard();
        await using var robot = new PerceptionSubscriber(new MqttConnectionOptions { Broker = BrokerAddress.Parse($"mqtt://127.0.0.1:{node.WaitForOwnBroker()}"), ClientId = "test" }, new Topics("roboperception", "e2e"), "cam0", OutputKind.Depth, OutputKind.Normals);
        var published = new ConcurrentDictionary<(ulong, OutputKind), byte[]>();
        robot.PayloadReceived += p => published[(p.Header.Sequence, p.Header.Kind)] = p.Payload.ToArray();
        await robot.StartAsync();
        using JsonDocument page = await Task.Run(() => IndependentReader.Run("dashboard.mjs", $"http://127.0.0.1:{port}/", "0.7", "0.3"));
        JsonElement probe = page.RootElement.GetProperty("probe");
        ulong sequence = ulong.Parse(Text(probe, "sequence"), CultureInfo.InvariantCulture);
        int x = int.Parse(Text(probe, "x"), CultureInfo.InvariantCulture), y = int.Parse(Text(probe, "y"), CultureInfo.InvariantCulture);
        Assert.True(published.TryGetValue((sequence, OutputKind.Depth), out byte[]? payload), $"frame {sequence} was shown, but not published");
        DecodedFrame frame = PayloadDecoder.Decode(payload);
        Assert.Equal(frame.Depth![(y * frame.Width) + x], Metres(page.RootElement), 0.01);
        float[] normals = PayloadDecoder.Decode(published[(sequence, OutputKind.Normals)]).Normals!;
        double[] shown = Normal(page.RootElement);
        // Both are rounded: a third of a degree there, a sixth here.
        double cosine = Enumerable.Range(0, 3).Sum(axis => shown[axis] * normals[(((axis * frame.Height) + y) * frame.Width) + x]);
        Assert.InRange(cosine, Math.Cos(Math.PI / 180), 1.001);
    }

    [Fact]
    public void A_source_that_is_gone_shows_in_health_with_its_cause()
    {
        int port = LocalBroker.FreePort();
        using NodeProcess node = Start(port, Flowing.Replace("fps=30", "fps=30&stall-at=400&stall-ms=120000", StringComparison.Ordinal)).WithDashboard();
        // Behind a proxy that has other pages too: no address of the page may begin at the server's root.
        using JsonDocument page = IndependentReader.Run("dashboard.mjs", $"http://127.0.0.1:{port}/", "0.5", "0.5", "", "#health li[data-name=\"camera/cam0\"][data-cause=starved]", "/robots/front/");
        JsonElement camera = page.RootElement.GetProperty("health").EnumerateArray().Single(h => h.GetProperty("name").GetString() == "camera/cam0");
        Assert.Contains(Text(camera, "level"), new[] { "warn", "error" });
        Assert.Contains("test://", Text(camera, "text"), StringComparison.Ordinal);
        Assert.Contains(page.RootElement.GetProperty("health").EnumerateArray(), h => Text(h, "name") == "provider cuda" && Text(h, "text").Length > 20);
        Assert.Empty(page.RootElement.GetProperty("elsewhere").EnumerateArray());
    }

    [Fact]
    public async Task Twenty_viewers_are_given_the_same_bytes_and_a_slow_one_holds_up_nobody()
    {
        int port = LocalBroker.FreePort();
        using NodeProcess node = Start(port, Flowing);
        await ReadyAsync(port);
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        ClientWebSocket[] viewers = [.. Enumerable.Range(0, 20).Select(_ => new ClientWebSocket())];
        try
        {
            foreach (ClientWebSocket viewer in viewers)
            {
                await viewer.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/live/cam0"), stop.Token);
            }
            // The first never says that it has drawn a frame.
            var seen = new ConcurrentDictionary<long, ConcurrentBag<string>>();
            int[] counts = await Task.WhenAll(viewers.Select((viewer, i) => WatchAsync(viewer, i == 0 ? 1 : 12, seen, stop.Token)));
            Assert.All(counts.Skip(1), count => Assert.Equal(12, count));
            Assert.All(seen.Values, frames => Assert.Single(frames.Distinct()));
            Assert.Contains(seen.Values, frames => frames.Count > 1);
            using JsonDocument api = JsonDocument.Parse(await client.GetStringAsync(Address(port, "api/node"), stop.Token));
            Assert.Equal(20, api.RootElement.GetProperty("viewers").GetInt32());
        }
        finally
        {
            Array.ForEach(viewers, v => v.Dispose());
        }
    }

    [Fact]
    public async Task Who_does_not_know_the_token_sees_nothing()
    {
        int port = LocalBroker.FreePort();
        using NodeProcess node = NodeProcess.Start(new Dictionary<string, string> { ["ROBOPERCEPTION__HTTP__TOKEN"] = "open sesame" }, "run", Flowing, "--model", model, "--providers", "cpu", "--node", "e2e", "--http-port", $"{port}", "--http-address", "0.0.0.0");
        await ReadyAsync(port, HttpStatusCode.Unauthorized);
        foreach (string page in new[] { "", "healthz", "metrics", "api/node", "api/history/cam0", "live/cam0", "app.js" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(port, page));
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(port, page, ("Authorization", "Bearer open sesam")));
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(port, page, ("Cookie", "roboperception=open sesame")));
        }
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(port, "api/node", ("Authorization", "Bearer open sesame")));
        using HttpResponseMessage wrong = await client.PostAsync(Address(port, "signin"), new FormUrlEncodedContent([KeyValuePair.Create("token", "open")]));
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() });
        using HttpResponseMessage right = await browser.PostAsync(Address(port, "signin"), new FormUrlEncodedContent([KeyValuePair.Create("token", "open sesame")]));
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Contains("cam0", await browser.GetStringAsync(Address(port, "api/node")), StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", node.Errors + node.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_of_other_sites_get_no_answer_though_the_node_is_on_loopback()
    {
        int port = LocalBroker.FreePort();
        using NodeProcess node = Start(port, Flowing);
        await ReadyAsync(port);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(port, "api/node", ("Origin", "http://elsewhere.example")));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(port, "api/node", ("Host", "elsewhere.example")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(port, "api/node", ("Origin", $"http://127.0.0.1:{port}")));
        using var foreign = new ClientWebSocket();
        foreign.Options.SetRequestHeader("Origin", "http://elsewhere.example");
        await Assert.ThrowsAsync<WebSocketException>(() => foreign.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/live/cam0"), CancellationToken.None));
    }

    [Fact]
    public void An_address_that_others_reach_needs_a_token()
    {
        using NodeProcess node = Start(LocalBroker.FreePort(), Flowing, "--http-address", "0.0.0.0");
        Assert.Equal((int)ExitCode.Usage, node.WaitForExit());
        Assert.Contains("ROBOPERCEPTION__HTTP__TOKEN", node.Errors, StringComparison.Ordinal);
    }

    private static async Task<int> WatchAsync(ClientWebSocket viewer, int frames, ConcurrentDictionary<long, ConcurrentBag<string>> seen, CancellationToken stop)
    {
        byte[] buffer = new byte[1 << 20];
        int count = 0;
        while (count < frames)
        {
            int length = 0;
            WebSocketReceiveResult part;
            do
            {
                part = await viewer.ReceiveAsync(new ArraySegment<byte>(buffer, length, buffer.Length - length), stop);
                length += part.Count;
            }
            while (!part.EndOfMessage);
            int header = BitConverter.ToInt32(buffer, 0);
            using JsonDocument about = JsonDocument.Parse(buffer.AsMemory(4, header));
            seen.GetOrAdd(about.RootElement.GetProperty("sequence").GetInt64(), _ => []).Add(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(buffer.AsSpan(0, length))));
            if (++count < frames)
            {
                await viewer.SendAsync("drawn"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, stop);
            }
        }
        return count;
    }

    private string Wall()
    {
        string images = Directory.CreateDirectory(Path.Combine(folder.Path, "wall")).FullName;
        using var wall = new Mat(64, 96, MatType.CV_8UC3, new Scalar(180, 180, 240));
        using (Mat right = wall[new Rect(48, 0, 48, 64)])
        {
            right.SetTo(new Scalar(40, 70, 40));
        }
        for (int i = 0; i < 30; i++)
        {
            Cv2.ImWrite(Path.Combine(images, $"{i:000}.png"), wall);
        }
        return images;
    }

    private static double Metres(JsonElement shown) => double.Parse(Text(shown.GetProperty("probe"), "metres"), CultureInfo.InvariantCulture);

    private static double[] Normal(JsonElement shown) => [.. Text(shown.GetProperty("probe"), "normal").Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture))];

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static Uri Address(int port, string page) => new($"http://127.0.0.1:{port}/{page}");

    private async Task<HttpStatusCode> StatusAsync(int port, string page, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(port, page));
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        using HttpResponseMessage response = await client.SendAsync(request);
        return response.StatusCode;
    }

    private async Task ReadyAsync(int port, HttpStatusCode expected = HttpStatusCode.OK)
    {
        long deadline = Environment.TickCount64 + 60_000;
        while (Environment.TickCount64 < deadline)
        {
            try
            {
                if (await StatusAsync(port, "healthz") == expected)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            await Task.Delay(50);
        }
        Assert.Fail($"/healthz did not answer {expected} within a minute");
    }

    private NodeProcess Start(int port, string source, params string[] more) =>
        NodeProcess.Start(["run", source, "--model", model, "--providers", "cuda,cpu", "--node", "e2e", "--http-port", $"{port}", .. more]);
}
