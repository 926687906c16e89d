using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;
using RoboPerception.Node.Web.Foxglove;
using RoboPerception.Tests;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: Foxglove opens the live node: its own client reads what is published, who may not look sees nothing, and bad requests are answered in words. A real node.</summary>
public sealed class FoxgloveTests : IDisposable
{
    private const string Flowing = "test://?size=96x64&fps=30&live=true";

    private readonly TemporaryFolder folder = new();
    private readonly string model;
    private readonly int port = FreePort.Next();
    private readonly CancellationTokenSource patience = new(TimeSpan.FromMinutes(1));

    public FoxgloveTests() => model = folder.Write("model.onnx", new TestModel { Width = 96, Height = 64 }.ToBytes());

    public void Dispose()
    {
        patience.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Foxgloves_client_reads_every_pixel_as_published_and_the_calibration()
    {
        using LocalBroker broker = LocalBroker.Start();
        await using Collector collector = await Collector.ConnectAsync(broker.Address.Port);
        using NodeProcess node = Start("scene://room?seed=7&fps=10&size=96x64", "--broker", broker.Address.ToString(), "--depth", "raw", "--normals", "raw", "--segmentation", "raw", "--scan", "--height", "1.25", "--tilt", "8", "--points", "300");
        await ReadyAsync();
        using JsonDocument found = await Task.Run(() => IndependentReader.Run("watch-foxglove.mjs", Address, "3"));
        JsonElement seen = found.RootElement;
        Assert.Equal(
            [
                ("/cam0/image", "foxglove.CompressedImage"), ("/cam0/segmentation", "foxglove.RawImage"), ("/cam0/depth", "foxglove.RawImage"), ("/cam0/normals", "foxglove.RawImage"),
                ("/cam0/calibration", "foxglove.CameraCalibration"), ("/cam0/scan", "foxglove.LaserScan"), ("/cam0/points", "foxglove.PointCloud"), ("/log", "foxglove.Log"), ("/metrics", "roboperception.Document"),
            ],
            seen.GetProperty("channels").EnumerateArray().Select(c => (Text(c, "topic"), Text(c, "schemaName"))));
        Assert.All(seen.GetProperty("channels").EnumerateArray().Where(c => Text(c, "encoding") == "protobuf"), c => Assert.True(c.GetProperty("published").GetBoolean(), Text(c, "schemaName")));
        Assert.Equal("RoboPerception e2e", Text(seen.GetProperty("info"), "name"));
        foreach ((OutputKind kind, string encoding) in new[] { (OutputKind.Segmentation, "mono8"), (OutputKind.Depth, "16UC1"), (OutputKind.Normals, "rgb8") })
        {
            JsonElement[] messages = Of(seen, $"/cam0/{Topics.NameOf(kind)}");
            Assert.Equal(3, messages.Length);
            foreach (JsonElement message in messages)
            {
                // A time is a frame's: the same pixels went to the broker.
                byte[] payload = collector.Of($"/cam/cam0/{Topics.NameOf(kind)}").Select(m => m.Payload).Single(p => $"{PayloadDecoder.ReadHeader(p).AcquisitionStamp}" == Text(message, "logTime"));
                JsonElement content = message.GetProperty("content");
                Assert.Equal((96, 64, encoding), (content.GetProperty("width").GetInt32(), content.GetProperty("height").GetInt32(), Text(content, "encoding")));
                Assert.Equal(payload[FrameHeader.Size..], Convert.FromBase64String(Text(content, "data")));
            }
        }
        foreach (JsonElement message in Of(seen, "/cam0/scan"))
        {
            using JsonDocument scan = JsonDocument.Parse(collector.Of("/cam/cam0/scan").Select(m => m.Payload).Single(p => AnswerMessages.StampOf(p) == Text(message, "logTime")));
            AnswerMessages.RequireSameScan(scan.RootElement, message.GetProperty("content"));
        }
        foreach (JsonElement message in Of(seen, "/cam0/points"))
        {
            byte[] payload = collector.Of("/cam/cam0/points").Select(m => m.Payload).Single(p => $"{PayloadDecoder.ReadHeader(p).AcquisitionStamp}" == Text(message, "logTime"));
            AnswerMessages.RequirePointFields(message.GetProperty("content"));
            Assert.Equal(payload[FrameHeader.Size..], Convert.FromBase64String(Text(message.GetProperty("content"), "data")));
        }
        CameraInfoDocument info = MessageJson.Read<CameraInfoDocument>(collector.Of("/cam/cam0/info")[0].Payload);
        JsonElement calibration = Assert.Single(Of(seen, "/cam0/calibration")).GetProperty("content");
        Assert.Equal(info.K, calibration.GetProperty("K").EnumerateArray().Select(v => v.GetDouble()));
        Assert.True(info.K[0] > 10);
        Assert.Equal("cam0_optical_frame", Text(calibration, "frame_id"));
        // A scene has a time of its own, which is told.
        Assert.Equal(["time"], seen.GetProperty("info").GetProperty("capabilities").EnumerateArray().Select(c => c.GetString()));
        HashSet<string> stamps = [.. collector.Of("/cam/cam0/depth").Select(m => $"{PayloadDecoder.ReadHeader(m.Payload).AcquisitionStamp}")];
        string[] times = [.. seen.GetProperty("times").EnumerateArray().Select(t => t.GetString()!)];
        Assert.True(times.Length > 0 && Array.TrueForAll(times, stamps.Contains));
        Assert.True(Single(seen, "/metrics").GetProperty("content").TryGetProperty("cameras", out _));
        Assert.False(string.IsNullOrEmpty(Text(Single(seen, "/log").GetProperty("content"), "message")));
        Assert.Equal(0, seen.GetProperty("later").GetInt32());
    }

    [Fact]
    public async Task A_wall_at_2_metres_is_2000_millimetres_of_class_red_in_a_picture_that_shows_it()
    {
        // The model's depth is the mean of the channels in centimetres: a red wall of 2.00 m on the left, a green one of 0.50 m on the right.
        using NodeProcess node = Start(Wall(), "--loop", "--pace", "realtime");
        await ReadyAsync();
        using JsonDocument found = await Task.Run(() => IndependentReader.Run("watch-foxglove.mjs", Address, "1"));
        JsonElement seen = found.RootElement;
        byte[] depth = Data(seen, "depth"), classes = Data(seen, "segmentation");
        int left = (32 * 96) + 24, right = left + 48;
        Assert.Equal((2000, 500), (BitConverter.ToUInt16(depth, 2 * left), BitConverter.ToUInt16(depth, 2 * right)));
        Assert.Equal((2, 1), (classes[left], classes[right]));
        using Mat picture = Cv2.ImDecode(Data(seen, "image"), ImreadModes.Color);
        Assert.Equal((192, 128), (picture.Width, picture.Height));
        Vec3b red = picture.At<Vec3b>(64, 48), green = picture.At<Vec3b>(64, 144);
        Assert.All(new[] { red.Item0 - 180, red.Item1 - 180, red.Item2 - 240, green.Item0 - 40, green.Item1 - 70, green.Item2 - 40 }, difference => Assert.InRange(difference, -4, 4));
    }

    [Fact]
    public async Task What_cannot_be_granted_is_answered_in_words_and_the_connection_goes_on()
    {
        using NodeProcess node = Start(Flowing);
        await ReadyAsync();
        using JsonDocument found = await Task.Run(() => IndependentReader.Run("watch-foxglove.mjs", Address, "1"));
        Assert.Equal(
            [
                (1, "channel 0 is subscribed already: once is enough"), (1, "there is no channel 4711"), (1, "there is no subscription 4712 that could end"),
                (2, "\"getParameters\" needs the capability parameters, which this node does not have"),
                (2, "this node takes no messages from clients: it has neither the capability clientPublish nor services"),
            ],
            found.RootElement.GetProperty("statuses").EnumerateArray().Select(s => (s.GetProperty("level").GetInt32(), Text(s, "message"))));
        // A camera has the time of the day.
        Assert.Empty(found.RootElement.GetProperty("info").GetProperty("capabilities").EnumerateArray());
        Assert.Empty(found.RootElement.GetProperty("times").EnumerateArray());

        using ClientWebSocket viewer = await ConnectAsync();
        foreach ((string request, string answer) in new[]
        {
            ("{\"op\":\"fly\"}", "unknown op"), ("{\"op\":7}", "with an \"op\""), ("[]", "with an \"op\""), ("{\"op\"", "not JSON"), ("", "not JSON"), ("{\"op\":\"\\ud800\"}", "not JSON"),
            ("{\"op\":\"subscribe\"}", "\"subscribe\" needs"), ("{\"op\":\"subscribe\",\"subscriptions\":[3]}", "between 0 and 4294967295"),
            ("{\"op\":\"subscribe\",\"subscriptions\":[{\"id\":-1,\"channelId\":2}]}", "between 0 and 4294967295"), ("{\"op\":\"subscribe\",\"subscriptions\":[{\"id\":1,\"channelId\":99999999999}]}", "between 0 and 4294967295"),
            ("{\"op\":\"unsubscribe\",\"subscriptionIds\":[1.5]}", "no number of a subscription"), ("{\"op\":\"advertise\",\"channels\":[]}", "clientPublish"),
        })
        {
            await SendAsync(viewer, request);
            using JsonDocument status = JsonDocument.Parse((await ReceiveAsync(viewer)).Bytes);
            Assert.Equal(("status", 2), (Text(status.RootElement, "op"), status.RootElement.GetProperty("level").GetInt32()));
            Assert.Contains(answer, Text(status.RootElement, "message"), StringComparison.Ordinal);
        }
        await SendAsync(viewer, "{\"op\":\"subscribe\",\"subscriptions\":[{\"id\":4294967295,\"channelId\":2}]}");
        (WebSocketMessageType type, byte[] bytes) = await ReceiveAsync(viewer);
        Assert.Equal((WebSocketMessageType.Binary, (byte)1, uint.MaxValue), (type, bytes[0], BitConverter.ToUInt32(bytes, 1)));

        await SendAsync(viewer, new string(' ', FoxgloveClient.LargestRequest + 1));
        do
        {
            (type, bytes) = await ReceiveAsync(viewer);
        }
        while (type == WebSocketMessageType.Binary);
        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.MessageTooBig), (type, viewer.CloseStatus));
    }

    [Fact]
    public async Task Another_protocol_is_refused_and_ours_is_chosen_from_several()
    {
        using NodeProcess node = Start(Flowing);
        await ReadyAsync();
        await RefusedAsync(HttpStatusCode.BadRequest, Address);
        await RefusedAsync(HttpStatusCode.BadRequest, Address, protocols: "foxglove.websocket.v2");
        using ClientWebSocket viewer = await ConnectAsync(protocols: ["foxglove.sdk.v1", FoxgloveEndpoint.Protocol]);
        Assert.Equal(FoxgloveEndpoint.Protocol, viewer.SubProtocol);
        using var client = new HttpClient();
        using HttpResponseMessage page = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/foxglove"));
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.Contains($"open ws://127.0.0.1:{port}/foxglove in Foxglove", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        // Pages of other sites, Foxglove's own among them, see a node on loopback only with a token.
        await RefusedAsync(HttpStatusCode.Forbidden, Address, "https://app.foxglove.dev", FoxgloveEndpoint.Protocol);
        await RefusedAsync(HttpStatusCode.Forbidden, Address + "?token=", "https://app.foxglove.dev", FoxgloveEndpoint.Protocol);
        Assert.Contains("?token=", node.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_stands_in_the_address_and_opens_nothing_but_this()
    {
        using NodeProcess node = NodeProcess.Start(
            new Dictionary<string, string> { ["ROBOPERCEPTION__HTTP__TOKEN"] = "open sesame" },
            "run", Flowing, "--model", model, "--providers", "cpu", "--node", "e2e", "--http-port", $"{port}", "--http-address", "0.0.0.0");
        await ReadyAsync(HttpStatusCode.Unauthorized);
        foreach (string wrong in new[] { "", "?token=", "?token=open%20sesam", "?token=open%20sesame&token=open%20sesame", "?Authorization=open%20sesame" })
        {
            await RefusedAsync(HttpStatusCode.Unauthorized, Address + wrong, protocols: FoxgloveEndpoint.Protocol);
        }
        using (ClientWebSocket viewer = await ConnectAsync("?token=open%20sesame", "https://app.foxglove.dev"))
        {
            await SendAsync(viewer, "{\"op\":\"subscribe\",\"subscriptions\":[{\"id\":5,\"channelId\":2}]}");
            Assert.Equal(WebSocketMessageType.Binary, (await ReceiveAsync(viewer)).Type);
        }
        using var client = new HttpClient();
        foreach (string page in new[] { "", "api/node", "live/cam0", "metrics" })
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/{page}?token=open%20sesame"));
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
        Assert.DoesNotContain("sesame", node.Errors + node.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewer_that_never_reads_holds_up_neither_another_nor_the_pipeline()
    {
        string large = folder.Write("large.onnx", new TestModel { Width = 320, Height = 240 }.ToBytes());
        using NodeProcess node = NodeProcess.Start(
            new Dictionary<string, string> { ["ROBOPERCEPTION__HTTP__RATE"] = "60" },
            "run", "test://?size=96x64&fps=60&live=true", "--model", large, "--providers", "cpu", "--node", "e2e", "--http-port", $"{port}");
        await ReadyAsync();
        using ClientWebSocket stuck = await ConnectAsync(), viewer = await ConnectAsync();
        await SendAsync(stuck, "{\"op\":\"subscribe\",\"subscriptions\":[{\"id\":0,\"channelId\":0},{\"id\":1,\"channelId\":1},{\"id\":2,\"channelId\":2},{\"id\":3,\"channelId\":3}]}");
        await SendAsync(viewer, "{\"op\":\"subscribe\",\"subscriptions\":[{\"id\":0,\"channelId\":3}]}");
        // Half a megabyte a frame: forty of them are more than the sockets' buffers take.
        long last = 0;
        for (int i = 0; i < 60; i++)
        {
            (WebSocketMessageType type, byte[] bytes) = await ReceiveAsync(viewer);
            long time = BitConverter.ToInt64(bytes, 5);
            Assert.True(type == WebSocketMessageType.Binary && time > last);
            last = time;
        }
        Assert.Equal(WebSocketState.Open, stuck.State);
    }

    [Fact]
    public async Task Recording_by_request_begins_and_ends_under_a_viewer_who_sees_every_channel_all_the_time()
    {
        using var node = new RemoteNode(model, $"http: {{port: {port}}}");
        await node.StartAsync(node.Wall(90), "--loop", "--pace", "realtime");
        await ReadyAsync();
        using ClientWebSocket viewer = await ConnectAsync();
        await SendAsync(viewer, "{\"op\":\"subscribe\",\"subscriptions\":[{\"id\":0,\"channelId\":0},{\"id\":2,\"channelId\":2}]}");
        await SeeAsync();
        await using Requester planner = await Requester.ConnectAsync(node.Broker.Address.Port);
        await planner.FulfilledAsync("cmd/record", """{"action": "start", "name": "walk"}""");
        await SeeAsync();
        JsonElement ended = await planner.FulfilledAsync("cmd/record", """{"action": "stop"}""");
        Assert.True(ended.GetProperty("frames").GetInt64() > 0);
        await SeeAsync();
        using JsonDocument found = IndependentReader.Run("read-foxglove.mjs", Path.Combine(node.Recordings, "walk.mcap"));
        Assert.Equal(ended.GetProperty("frames").GetInt64(), Of(found.RootElement, "/cam0/image").Length);

        // Three of each from now on, pictures that are whole and of the wall.
        async Task SeeAsync()
        {
            int images = 0, depths = 0;
            while (images < 3 || depths < 3)
            {
                (WebSocketMessageType type, byte[] bytes) = await ReceiveAsync(viewer);
                Assert.Equal(WebSocketMessageType.Binary, type);
                if (bytes[0] == 2)
                {
                    // The time of the pictures.
                    continue;
                }
                if (BitConverter.ToUInt32(bytes, 1) == 0)
                {
                    using Mat picture = Cv2.ImDecode(RoboPerception.Recording.Schemas.CompressedImage.Parser.ParseFrom(bytes.AsSpan(13)).Data.ToByteArray(), ImreadModes.Color);
                    Assert.Equal((64, 48), (picture.Width, picture.Height));
                    Assert.InRange(picture.At<Vec3b>(24, 32).Item1, 88, 92);
                    images++;
                }
                else
                {
                    depths++;
                }
            }
        }
    }

    private string Address => $"ws://127.0.0.1:{port}/foxglove";

    private static JsonElement[] Of(JsonElement seen, string topic) => [.. seen.GetProperty("messages").EnumerateArray().Where(m => Text(m, "topic") == topic)];

    private static JsonElement Single(JsonElement seen, string topic) => Assert.Single(Of(seen, topic));

    private static byte[] Data(JsonElement seen, string name) => Convert.FromBase64String(Text(Single(seen, $"/cam0/{name}").GetProperty("content"), "data"));

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private async Task<ClientWebSocket> ConnectAsync(string query = "", string? origin = null, params string[] protocols)
    {
        var viewer = new ClientWebSocket();
        foreach (string protocol in protocols is [] ? [FoxgloveEndpoint.Protocol] : protocols)
        {
            viewer.Options.AddSubProtocol(protocol);
        }
        if (origin is not null)
        {
            viewer.Options.SetRequestHeader("Origin", origin);
        }
        await viewer.ConnectAsync(new Uri(Address + query), patience.Token);
        foreach (string op in new[] { "serverInfo", "advertise" })
        {
            using JsonDocument greeting = JsonDocument.Parse((await ReceiveAsync(viewer)).Bytes);
            Assert.Equal(op, Text(greeting.RootElement, "op"));
        }
        return viewer;
    }

    private async Task RefusedAsync(HttpStatusCode status, string address, string? origin = null, string? protocols = null)
    {
        using var viewer = new ClientWebSocket();
        viewer.Options.CollectHttpResponseDetails = true;
        if (protocols is not null)
        {
            viewer.Options.AddSubProtocol(protocols);
        }
        if (origin is not null)
        {
            viewer.Options.SetRequestHeader("Origin", origin);
        }
        await Assert.ThrowsAsync<WebSocketException>(() => viewer.ConnectAsync(new Uri(address), patience.Token));
        Assert.Equal(status, viewer.HttpStatusCode);
    }

    private Task SendAsync(ClientWebSocket viewer, string request) => viewer.SendAsync(Encoding.UTF8.GetBytes(request), WebSocketMessageType.Text, endOfMessage: true, patience.Token);

    private async Task<(WebSocketMessageType Type, byte[] Bytes)> ReceiveAsync(ClientWebSocket viewer)
    {
        using var whole = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await viewer.ReceiveAsync(buffer.AsMemory(), patience.Token);
            whole.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return (part.MessageType, whole.ToArray());
    }

    private string Wall()
    {
        string images = Directory.CreateDirectory(Path.Combine(folder.Path, "wall")).FullName;
        using var wall = new Mat(128, 192, MatType.CV_8UC3, new Scalar(180, 180, 240));
        using (Mat right = wall[new Rect(96, 0, 96, 128)])
        {
            right.SetTo(new Scalar(40, 70, 40));
        }
        for (int i = 0; i < 30; i++)
        {
            Cv2.ImWrite(Path.Combine(images, $"{i:000}.png"), wall);
        }
        return images;
    }

    private async Task ReadyAsync(HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var client = new HttpClient();
        while (true)
        {
            try
            {
                using HttpResponseMessage response = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/healthz"), patience.Token);
                if (response.StatusCode == expected)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            await Task.Delay(50, patience.Token);
        }
    }

    private NodeProcess Start(string source, params string[] more) =>
        NodeProcess.Start(["run", source, "--model", model, "--providers", "cpu", "--node", "e2e", "--http-port", $"{port}", .. more]);
}
