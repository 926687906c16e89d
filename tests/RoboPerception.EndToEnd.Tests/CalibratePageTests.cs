using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using OpenCvSharp;
using RoboPerception.Capture;
using RoboPerception.Capture.Tests;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Messaging;
using RoboPerception.Tests;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: who holds a board before a camera sees on the phone beside him what is still missing, ends it there and reads the result. A live source, a real Chromium.</summary>
public sealed class CalibratePageTests : IDisposable
{
    private const int Views = 9;

    private readonly TemporaryFolder folder = new();
    private readonly HttpClient client = new();
    private readonly int port = LocalBroker.FreePort();

    public void Dispose()
    {
        client.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task The_page_shows_what_is_missing_and_its_button_ends_with_the_file_that_the_node_reads()
    {
        var truth = new CameraIntrinsics(480, 360, 389.2, 389.6, 244.2, 190.3) { Distortion = [-0.28, 0.09, 0.0004, -0.0002, 0] };
        var boards = new RenderedBoards(truth, new TargetSheet(CalibrationTarget.Parse("chessboard", "8x6", 30), "a4"));
        List<RenderedBoards.Pose> poses = boards.Poses(Views + 3, partsSuffice: false, mostTilt: 0.6);
        for (int i = 0; i < poses.Count; i++)
        {
            using Mat image = boards.Image(poses[i], i);
            Cv2.ImWrite(string.Create(CultureInfo.InvariantCulture, $"{folder.Path}/{i:00}.png"), image);
        }

        string file = Path.Combine(folder.Path, "front.yaml");
        using NodeProcess calibrate = NodeProcess.Start(
            "calibrate", $"gst://multifilesrc location={folder.Path}/%02d.png loop=true caps=image/png,framerate=8/1 ! pngdec ! identity sync=true",
            "--squares", "8x6", "--square", "30", "--name", "front", "-o", file, "--http-port", $"{port}").WithDashboard();
        string[] keep = Environment.GetEnvironmentVariable("ROBOPERCEPTION_KEEP_CALIBRATION") is { Length: > 0 } pictures ? [$"{pictures}/page"] : [];
        using JsonDocument page = await Task.Run(() => IndependentReader.Run("calibrate-page.mjs", [$"http://127.0.0.1:{port}/", $"{Views}", .. keep]));
        calibrate.Signal(PosixSignal.SIGINT);
        Assert.Equal(0, calibrate.WaitForExit());
        Assert.Contains($"roboperception: the result stays at http://127.0.0.1:{port}/ for 60 s; Ctrl-C ends this now", calibrate.Errors, StringComparison.Ordinal);

        foreach (string kind in new[] { "wide", "dark", "phone" })
        {
            JsonElement shown = page.RootElement.GetProperty(kind);
            Assert.Equal(("collecting", "gst://multifilesrc", "chessboard --squares 8x6 --square 30, lens plumb_bob"), (Text(shown, "state"), Text(shown, "source"), Text(shown, "board")));
            Assert.Equal(["image covered", "turned left and right", "tilted up and down", "tilted over a corner", "near and far", "views"], shown.GetProperty("goals").EnumerateArray().Select(g => Text(g, "name")));
            int views = shown.GetProperty("views").GetInt32();
            Assert.InRange(views, Views, poses.Count);
            Assert.Equal($"{views} of 20", Text(shown.GetProperty("goals")[5], "figure"));
            // The words are those of the first goal that is not reached; with fewer views than wanted there always is one.
            Assert.Matches("^(Move the board to the|Turn the board:|Tilt the board|Bring the board nearer|A few more)", Text(shown, "next"));
            Assert.InRange(double.Parse(Text(shown, "error"), CultureInfo.InvariantCulture), 0.0, 0.5);
            string[] map = [.. shown.GetProperty("map").EnumerateArray().Select(c => c.GetString()!)];
            Assert.Equal(CoverageGuide.MapRows * CoverageGuide.MapColumns, map.Length);
            int covered = map.Count(c => c is "some" or "many");
            Assert.InRange(covered, 24, 48);
            Assert.Equal(covered >= 0.9 * map.Length ? "✓" : $"{Math.Round(100 * (covered / 48.0) / 0.9, MidpointRounding.AwayFromZero)} %", Text(shown.GetProperty("goals")[0], "figure"));
            Assert.True(shown.GetProperty("canFinish").GetBoolean());
            // 35 corners, each a dot of some pixels, in the camera's own picture.
            Assert.Equal((480, 360), (shown.GetProperty("canvas").GetProperty("width").GetInt32(), shown.GetProperty("canvas").GetProperty("height").GetInt32()));
            Assert.InRange(shown.GetProperty("canvas").GetProperty("green").GetInt32(), 150, 3000);
            Assert.Equal(0, shown.GetProperty("overflow").GetInt32());
        }

        Assert.NotEqual(Text(page.RootElement.GetProperty("wide"), "background"), Text(page.RootElement.GetProperty("dark"), "background"));
        JsonElement mirrored = page.RootElement.GetProperty("mirrored");
        Assert.Equal(["true", "true"], mirrored.GetProperty("kept").EnumerateArray().Select(k => k.GetString()));
        Assert.DoesNotContain("its right or left", Text(mirrored, "next"), StringComparison.Ordinal);
        Assert.StartsWith("matrix(-1,", Text(mirrored, "turned"), StringComparison.Ordinal);

        CameraIntrinsics found = CalibrationFile.Read(file).Intrinsics;
        Assert.Equal(truth.Fx, found.Fx, 0.01 * truth.Fx);
        foreach (string kind in new[] { "result", "resultOnPhone", "reloaded" })
        {
            JsonElement result = page.RootElement.GetProperty(kind);
            Assert.Equal(("finished", "usable", file), (Text(result, "state"), Text(result, "verdict"), Text(result, "file")));
            // The words of the file's first line.
            string summary = File.ReadLines(file).First().Split(": ", 2)[1];
            Assert.StartsWith(char.ToUpperInvariant(summary[0]) + summary[1..], Text(result, "outcome"), StringComparison.Ordinal);
            Assert.Equal($"roboperception run SOURCE --calibration {file}", Text(result, "command"));
            // How to read the picture is said; what only a running calibration needs is gone.
            Assert.True(result.GetProperty("reading").GetBoolean());
            Assert.False(result.GetProperty("switches").GetBoolean());
            Assert.Equal((960, 360), (result.GetProperty("canvas").GetProperty("width").GetInt32(), result.GetProperty("canvas").GetProperty("height").GetInt32()));
            Assert.Equal(0, result.GetProperty("overflow").GetInt32());
        }

        // A run whose page nobody opened waits for nobody.
        using NodeProcess alone = NodeProcess.Start("calibrate", $"{folder.Path}/0*.png", "--squares", "8x6", "--square", "30", "-o", Path.Combine(folder.Path, "alone.yaml"), "--http-port", $"{port}");
        Assert.Equal(0, alone.WaitForExit());
        Assert.Contains("dashboard at", alone.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("the result stays", alone.Errors, StringComparison.Ordinal);

        Assert.Empty(page.RootElement.GetProperty("problems").EnumerateArray());
        Assert.Empty(page.RootElement.GetProperty("elsewhere").EnumerateArray());
    }

    [Fact]
    public async Task Who_lacks_the_token_or_the_views_is_refused_and_an_end_without_a_result_is_told()
    {
        using NodeProcess calibrate = NodeProcess.Start(
            new Dictionary<string, string> { ["ROBOPERCEPTION__HTTP__TOKEN"] = "open sesame" },
            "calibrate", "test://?size=160x120&fps=30&live=true", "-o", Path.Combine(folder.Path, "none.yaml"), "--http-port", $"{port}").WithDashboard();
        Assert.Equal(HttpStatusCode.Unauthorized, (await FinishAsync("application/json", "wrong")).Status);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await FinishAsync("text/plain", "open sesame")).Status);
        (HttpStatusCode status, string answer) = await FinishAsync("application/json", "open sesame");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("""{"ok":false,"reason":"a calibration needs 6 views, there are 0"}""", answer);

        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer open sesame");
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/live/calibration"), CancellationToken.None);
        using JsonDocument first = await NextAsync(socket);
        Assert.Equal(("collecting", 0, "hold the board so that the camera sees it"), (Text(first.RootElement, "state"), first.RootElement.GetProperty("views").GetInt32(), Text(first.RootElement, "next")));
        calibrate.Signal(PosixSignal.SIGINT);
        string? outcome;
        do
        {
            await socket.SendAsync("drawn"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
            using JsonDocument next = await NextAsync(socket);
            outcome = next.RootElement.TryGetProperty("outcome", out JsonElement told) ? told.GetString() : null;
        }
        while (outcome is null);

        Assert.Equal("ended with 0 views of the board; a calibration needs 6", outcome);
        // A page leaves with the end, which nobody waits for longer.
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        Assert.Equal((int)ExitCode.Interrupted, calibrate.WaitForExit());
    }

    [Fact]
    public void A_page_for_others_needs_a_token_before_the_camera_is_opened()
    {
        using NodeProcess calibrate = NodeProcess.Start("calibrate", "v4l2:///dev/none", "--http-port", $"{port}", "--http-address", "0.0.0.0");
        Assert.Equal((int)ExitCode.Usage, calibrate.WaitForExit());
        Assert.Contains("a token is needed", calibrate.Errors, StringComparison.Ordinal);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private async Task<(HttpStatusCode Status, string Body)> FinishAsync(string type, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{port}/api/finish") { Content = new StringContent("{}", Encoding.UTF8, type) };
        request.Headers.Authorization = new("Bearer", token);
        using HttpResponseMessage response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The next message's header.</summary>
    private static async Task<JsonDocument> NextAsync(ClientWebSocket socket)
    {
        using var message = new MemoryStream();
        byte[] part = new byte[64 * 1024];
        WebSocketReceiveResult got;
        do
        {
            got = await socket.ReceiveAsync(part, CancellationToken.None);
            message.Write(part, 0, got.Count);
        }
        while (!got.EndOfMessage);
        return JsonDocument.Parse(message.ToArray().AsMemory(4, BitConverter.ToInt32(message.ToArray())));
    }
}
