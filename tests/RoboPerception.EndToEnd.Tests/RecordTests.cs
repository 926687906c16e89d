using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;
using RoboPerception.Tests;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: a recording holds what was published, other people's readers read it, its replay gives the same pixels, and a cut file is saved up to its last chunk.</summary>
public sealed partial class RecordTests : IDisposable
{
    private const int Frames = 8;
    private const string Scene = "scene://room?seed=7&fps=10&size=80x60&frames=8";
    private static readonly OutputKind[] Dense = [OutputKind.Segmentation, OutputKind.Depth, OutputKind.Normals];

    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public RecordTests() => model = folder.Write("model.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes());

    public void Dispose() => folder.Dispose();

    private string File => Path.Combine(folder.Path, "run.mcap");

    [Fact]
    public async Task Foxgloves_readers_find_what_was_published()
    {
        IReadOnlyList<Collector.Received> published = await RecordAsync(Scene, "--input", "lossless", "--depth", "raw", "--normals", "raw", "--segmentation", "raw");
        using JsonDocument found = IndependentReader.Run("read-foxglove.mjs", File);
        JsonElement root = found.RootElement;
        Assert.Equal(
            [("foxglove.CameraCalibration", true), ("foxglove.CompressedImage", true), ("foxglove.Log", true), ("foxglove.RawImage", true)],
            root.GetProperty("schemas").EnumerateObject().Select(s => (s.Name, s.Value.GetBoolean())).OrderBy(s => s.Name, StringComparer.Ordinal));
        JsonElement[] messages = [.. root.GetProperty("messages").EnumerateArray()];
        foreach (OutputKind kind in Dense)
        {
            List<byte[]> payloads = published.Of(Replayed.Topics.Output("cam0", kind));
            JsonElement[] recorded = Of(messages, $"/cam0/{Topics.NameOf(kind)}");
            Assert.Equal((Frames, Frames), (payloads.Count, recorded.Length));
            foreach ((byte[] payload, JsonElement message) in payloads.Zip(recorded))
            {
                FrameHeader header = PayloadDecoder.ReadHeader(payload);
                JsonElement content = message.GetProperty("content");
                Assert.Equal((header.Sequence, $"{header.AcquisitionStamp}"), (message.GetProperty("sequence").GetUInt64(), message.GetProperty("logTime").GetString()));
                Assert.Equal((64, 48), (content.GetProperty("width").GetInt32(), content.GetProperty("height").GetInt32()));
                Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(payload.AsSpan(FrameHeader.Size))), content.GetProperty("data").GetProperty("sha256").GetString());
            }
        }
        Assert.Equal(["mono8", "16UC1", "rgb8"], Dense.Select(kind => Of(messages, $"/cam0/{Topics.NameOf(kind)}")[0].GetProperty("content").GetProperty("encoding").GetString()));
        Assert.All(Of(messages, "/cam0/image"), message => Assert.Equal("png", message.GetProperty("content").GetProperty("format").GetString()));
        Assert.Equal(Frames, Of(messages, "/cam0/image").Length);
        CameraInfoDocument info = MessageJson.Read<CameraInfoDocument>(published.Of(Replayed.Topics.CameraInfo("cam0"))[0]);
        JsonElement calibration = Assert.Single(Of(messages, "/cam0/calibration")).GetProperty("content");
        Assert.Equal(info.K, calibration.GetProperty("K").EnumerateArray().Select(v => v.GetDouble()));
        Assert.NotEmpty(Of(messages, "/metrics"));
        // The frames are of the year that a recording without a date begins in; a viewer refuses a file whose log is of today.
        long[] times = [.. messages.Select(m => long.Parse(m.GetProperty("logTime").GetString()!, CultureInfo.InvariantCulture))];
        Assert.InRange(times.Max() - times.Min(), 1, 1_000_000_000);
        JsonElement facts = Assert.Single(root.GetProperty("metadata").EnumerateArray()).GetProperty("entries");
        Assert.Equal(("test", "lossless", "cpu"), (facts.GetProperty("model").GetString(), facts.GetProperty("input").GetString(), facts.GetProperty("execution_provider").GetString()));
        Assert.Equal(["cam0.calibration.yaml", "cam0.labels.json", "description.json"], root.GetProperty("attachments").EnumerateArray().Select(a => a.GetString()!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Scan_and_points_are_recorded_where_they_are_switched_on()
    {
        IReadOnlyList<Collector.Received> published = await RecordAsync(Scene, "--input", "none", "--scan", "--height", "1.25", "--tilt", "8", "--points", "300");
        using JsonDocument found = IndependentReader.Run("read-foxglove.mjs", File);
        Assert.All(found.RootElement.GetProperty("schemas").EnumerateObject(), schema => Assert.True(schema.Value.GetBoolean(), schema.Name));
        JsonElement[] messages = [.. found.RootElement.GetProperty("messages").EnumerateArray()];
        JsonElement[] scans = Of(messages, "/cam0/scan"), points = Of(messages, "/cam0/points");
        List<byte[]> publishedScans = published.Of(Replayed.Topics.Scan("cam0")), publishedPoints = published.Of(Replayed.Topics.Output("cam0", OutputKind.Points));
        Assert.Equal((Frames, Frames, Frames, Frames), (scans.Length, points.Length, publishedScans.Count, publishedPoints.Count));
        foreach ((byte[] payload, JsonElement message) in publishedScans.Zip(scans))
        {
            Assert.Equal(AnswerMessages.StampOf(payload), message.GetProperty("logTime").GetString());
            using JsonDocument scan = JsonDocument.Parse(payload);
            AnswerMessages.RequireSameScan(scan.RootElement, message.GetProperty("content"));
        }
        foreach ((byte[] payload, JsonElement message) in publishedPoints.Zip(points))
        {
            AnswerMessages.RequirePointFields(message.GetProperty("content"));
            Assert.Equal(Hash(payload), message.GetProperty("content").GetProperty("data").GetProperty("sha256").GetString());
        }
        Assert.Empty(Of(messages, "/cam0/image"));
    }

    [Fact]
    public async Task A_replay_gives_the_same_pixels_and_proves_it()
    {
        IReadOnlyList<Collector.Received> live = await RecordAsync(Scene, "--input", "lossless", "--depth", "raw", "--normals", "raw", "--segmentation", "raw");
        IReadOnlyList<Collector.Received> replayed = await Replayed.RunAsync(model, File, "--depth", "raw", "--normals", "raw", "--segmentation", "raw");
        foreach (OutputKind kind in Dense)
        {
            string topic = Replayed.Topics.Output("cam0", kind);
            Assert.Equal(Frames, live.Of(topic).Count);
            Assert.Equal(live.Of(topic).Select(Hash), replayed.Of(topic).Select(Hash));
            Assert.Equal(live.Of(topic).Select(p => PayloadDecoder.ReadHeader(p).AcquisitionStamp), replayed.Of(topic).Select(p => PayloadDecoder.ReadHeader(p).AcquisitionStamp));
        }
        // The scene's camera came with the recording.
        Assert.Equal(K(live), K(replayed));
        using (NodeProcess verified = Verify(model))
        {
            Assert.True(verified.WaitForExit() == 0, verified.Errors);
            Assert.Contains($"verified: {Frames} frames", verified.Output, StringComparison.Ordinal);
        }

        // Another model is refused by its name, and one that claims to be it is found out by its pixels.
        using (NodeProcess other = Verify(folder.Write("other.onnx", new TestModel { Width = 64, Height = 48, DepthGain = 0.02f }.ToBytes())))
        {
            Assert.Equal((int)ExitCode.Usage, other.WaitForExit());
            Assert.Contains("was recorded with the model test", other.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_recording_that_was_tampered_with_is_found_out()
    {
        await RecordAsync(Scene, "--input", "lossless");
        string other = Path.Combine(folder.Path, "tampered.mcap");
        using (var reader = new RoboPerception.Recording.Mcap.McapReader(File))
        {
            using var writer = new RoboPerception.Recording.Mcap.McapWriter(other);
            var channels = new Dictionary<ushort, RoboPerception.Recording.Mcap.McapChannel>();
            int depths = 0;
            foreach (RoboPerception.Recording.Mcap.McapMessage message in reader.Messages())
            {
                if (channels.Count == 0)
                {
                    reader.Metadata.ToList().ForEach(writer.Write);
                    reader.Attachments.ToList().ForEach(writer.Write);
                }
                if (!channels.TryGetValue(message.Channel.Id, out RoboPerception.Recording.Mcap.McapChannel? channel))
                {
                    channels[message.Channel.Id] = channel = writer.AddChannel(message.Channel.Topic, message.Channel.MessageEncoding, null);
                }
                byte[] data = message.Data.ToArray();
                if (message.Channel.Topic == "/cam0/depth" && depths++ == 3)
                {
                    data[data.Length / 2] ^= 1;
                }
                writer.Write(channel, message.Sequence, message.LogTime, message.PublishTime, data);
            }
            writer.Finish();
        }
        System.IO.File.Move(other, File, overwrite: true);
        using NodeProcess verified = Verify(model);
        Assert.Equal((int)ExitCode.Failed, verified.WaitForExit());
        Assert.Matches("frame 3 of .*: depth differs from the recording in 1 of 3072 pixels", verified.Errors);
    }

    [Fact]
    public async Task What_was_kept_as_jpeg_replays_but_cannot_be_verified()
    {
        await RecordAsync(Scene);
        Assert.Equal(Frames, (await Replayed.RunAsync(model, File)).Of(Replayed.Topics.Output("cam0", OutputKind.Depth)).Count);
        using NodeProcess verified = Verify(model);
        Assert.Equal((int)ExitCode.Usage, verified.WaitForExit());
        Assert.Contains("--input lossless", verified.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_killed_recording_is_saved_up_to_its_last_chunk()
    {
        using (NodeProcess node = NodeProcess.Start("record", "test://?fps=200&size=160x120", "-o", File, "--input", "lossless", "--model", model, "--providers", "cpu", "--pace", "fast"))
        {
            string part = File + ".part";
            Assert.True(SpinWait.SpinUntil(() => System.IO.File.Exists(part) && new FileInfo(part).Length > 3_000_000, TimeSpan.FromSeconds(60)), node.Errors);
            node.KillHard();
            node.WaitForExit();
        }
        Assert.False(System.IO.File.Exists(File));
        SaveAndVerify();
    }

    [Fact]
    public void A_full_disk_ends_the_recording_with_words_and_leaves_a_file_that_can_be_saved()
    {
        // A limit of the shell on the size of files stands for the disk; the signal that comes with it is ignored, as on a disk there is none.
        // .NET would map its code by way of a large file.
        string command = $"export DOTNET_EnableWriteXorExecute=0; trap '' XFSZ; ulimit -f 3000; exec {Path.Combine(AppContext.BaseDirectory, "roboperception")} record 'test://?fps=200&size=160x120' -o {File} --input lossless --model {model} --providers cpu --pace fast";
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", command]) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal((int)ExitCode.Failed, process.ExitCode);
        Assert.Matches("the recording '.*' ended: .*record --repair", errors);
        Assert.False(System.IO.File.Exists(File));
        SaveAndVerify();
    }

    private void SaveAndVerify()
    {
        using (NodeProcess repair = NodeProcess.Start("record", "--repair", File + ".part"))
        {
            Assert.True(repair.WaitForExit() == 0, repair.Errors);
            Assert.Matches(@"^\d{2,} messages saved to ", repair.Output);
        }
        using JsonDocument found = IndependentReader.Run("read-foxglove.mjs", File);
        Assert.True(Of([.. found.RootElement.GetProperty("messages").EnumerateArray()], "/cam0/image").Length > 10);
        using NodeProcess verified = Verify(model);
        Assert.True(verified.WaitForExit() == 0, verified.Errors);
        Assert.True(int.Parse(Verified().Match(verified.Output).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) > 10, verified.Output);
    }

    private NodeProcess Verify(string with) => NodeProcess.Start("replay", File, "--verify", "--model", with, "--providers", "cpu");

    private async Task<IReadOnlyList<Collector.Received>> RecordAsync(string source, params string[] more)
    {
        using LocalBroker broker = LocalBroker.Start();
        await using Collector collector = await Collector.ConnectAsync(broker.Address.Port);
        using NodeProcess node = NodeProcess.Start(["record", source, "-o", File, "--model", model, "--providers", "cpu", "--node", "e2e", "--broker", broker.Address.ToString(), "--pace", "fast", .. more]);
        int code = node.WaitForExit();
        Assert.True(code == 0, node.Errors);
        Assert.Contains($"recorded {Frames} frames to", node.Errors, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File + ".part"));
        await collector.WaitUntilAsync(all => all.Any(m => m.Topic == Replayed.Topics.Status && m.Payload.AsSpan().IndexOf("stopped"u8) >= 0), "the farewell");
        return collector.All;
    }

    private static IReadOnlyList<double> K(IReadOnlyList<Collector.Received> received) => MessageJson.Read<CameraInfoDocument>(received.Of(Replayed.Topics.CameraInfo("cam0"))[0]).K;

    private static JsonElement[] Of(JsonElement[] messages, string topic) => [.. messages.Where(m => m.GetProperty("topic").GetString() == topic)];

    private static string Hash(byte[] payload) => Convert.ToHexStringLower(SHA256.HashData(payload.AsSpan(FrameHeader.Size)));

    [GeneratedRegex(@"verified: (\d+) frames")]
    private static partial Regex Verified();
}
