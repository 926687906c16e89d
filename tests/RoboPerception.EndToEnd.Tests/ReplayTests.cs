using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: determinism. A recording comes out whole, in order, right, and the same every time.</summary>
public sealed class ReplayTests : IDisposable
{
    private static readonly string[] Outputs = ["segmentation", "depth", "normals"];

    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public ReplayTests() => model = folder.Write("model.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes());

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Every_frame_of_a_recording_is_published_once_and_in_order()
    {
        const int frames = 60;
        IReadOnlyList<Collector.Received> received = await ReplayAsync(Recording.Write(folder.Path, frames));
        foreach (string output in Outputs)
        {
            FrameHeader[] headers = [.. received.Where(m => m.Topic.EndsWith("/" + output, StringComparison.Ordinal)).Select(m => PayloadDecoder.ReadHeader(m.Payload))];
            Assert.Equal(Enumerable.Range(0, frames).Select(i => (ulong)i), headers.Select(h => h.Sequence));
            Assert.All(headers.Zip(headers.Skip(1)), pair => Assert.True(pair.Second.AcquisitionStamp > pair.First.AcquisitionStamp));
            Assert.All(headers, h => Assert.Equal((64, 48, 64, 48), (h.Width, h.Height, h.SourceWidth, h.SourceHeight)));
        }
        Assert.DoesNotContain(received, m => m.Retain && Outputs.Any(o => m.Topic.EndsWith("/" + o, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_predictions_are_those_of_the_model()
    {
        IReadOnlyList<Collector.Received> received = await ReplayAsync(Recording.Write(folder.Path, 4));
        DecodedFrame segmentation = Newest(received, "segmentation"), depth = Newest(received, "depth"), normals = Newest(received, "normals");
        // The background of the recording is about B 60, G 120, R 60 (JPEG may move it a little): class 1, depth 0.8 m, normal -(60,120,60)/147.
        const int place = 2 * 64 + 2;
        Assert.Equal(1, segmentation.ClassIds![place]);
        Assert.Equal(0.8f, depth.Depth![place], 0.03f);
        Assert.Equal(-0.41f, normals.Normals![place], 0.03f);
        Assert.Equal(-0.82f, normals.Normals![64 * 48 + place], 0.03f);
        Assert.Equal(-0.41f, normals.Normals![2 * 64 * 48 + place], 0.03f);
    }

    [Theory]
    [InlineData("png", "png", "png")]
    [InlineData("fast", "fast", "fast")]
    [InlineData("raw", "rvl", "raw")]
    public async Task Two_replays_of_one_file_publish_byte_identical_pixel_data(string segmentation, string depth, string normals)
    {
        string video = Recording.Write(folder.Path, 25);
        string[] encodings = ["--segmentation", segmentation, "--depth", depth, "--normals", normals];
        IReadOnlyList<Collector.Received> first = await ReplayAsync(video, encodings);
        IReadOnlyList<Collector.Received> second = await ReplayAsync(video, encodings);
        foreach (string output in Outputs)
        {
            List<byte[]> one = Pixels(first, output), two = Pixels(second, output);
            Assert.Equal(25, one.Count);
            Assert.Equal(one, two);
        }
    }

    [Fact]
    public async Task The_number_of_frames_can_be_bounded()
    {
        IReadOnlyList<Collector.Received> received = await ReplayAsync(Recording.Write(folder.Path, 30), "--frames", "7");
        Assert.Equal(7, received.Count(m => m.Topic.EndsWith("/depth", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Constant_context_is_retained_and_says_what_runs()
    {
        using LocalBroker broker = LocalBroker.Start();
        using NodeProcess node = Start(broker, Recording.Write(folder.Path, 5));
        Assert.Equal(0, node.WaitForExit());
        await using Collector late = await Collector.ConnectAsync(broker.Address.Port);
        await late.WaitUntilAsync(all => all.Count(m => m.Retain) >= 4, "four retained topics");
        Assert.All(late.All, m => Assert.True(m.Retain));
        var topics = new Topics("roboperception", "e2e");
        DescriptionDocument description = MessageJson.Read<DescriptionDocument>(Single(late, topics.Description));
        Assert.Equal("cpu", description.ExecutionProvider);
        Assert.Equal(["cuda", "tensorrt"], description.UnavailableProviders.Keys.Order());
        Assert.All(description.UnavailableProviders.Values, reason => Assert.NotEmpty(reason));
        Assert.Equal(64, Assert.Single(description.Cameras).SourceWidth);
        Assert.Equal(["blue", "green", "red"], MessageJson.Read<LabelsDocument>(Single(late, topics.Labels("cam0"))).Classes.Select(c => c.Name));
        CameraInfoDocument info = MessageJson.Read<CameraInfoDocument>(Single(late, topics.CameraInfo("cam0")));
        Assert.Equal((64, 48, 0.0), (info.Width, info.Height, info.K[0]));
        Assert.Equal(NodeStates.Stopped, MessageJson.Read<StatusDocument>(Single(late, topics.Status)).State);
    }

    [Fact]
    public async Task A_contact_sheet_and_an_overlay_can_be_looked_at()
    {
        string sheet = Path.Combine(folder.Path, "sheet.png");
        IReadOnlyList<Collector.Received> received = await ReplayAsync(Recording.Write(folder.Path, 20), "--frames", "20", "--contact-sheet", sheet, "--overlay", "50");
        using var image = new OpenCvSharp.Mat(sheet);
        Assert.Equal(4 * 64 + 3 * 4, image.Width);
        Assert.InRange(image.Height, 4 * 48, 4 * 48 + 300);
        byte[] jpeg = received.First(m => m.Topic.EndsWith("/overlay", StringComparison.Ordinal)).Payload;
        using OpenCvSharp.Mat overlay = OpenCvSharp.Cv2.ImDecode(jpeg, OpenCvSharp.ImreadModes.Color);
        Assert.Equal((64, 48), (overlay.Width, overlay.Height));
    }

    [Fact]
    public async Task A_captured_payload_decodes_to_an_image_and_its_header()
    {
        IReadOnlyList<Collector.Received> received = await ReplayAsync(Recording.Write(folder.Path, 3), "--depth", "rvl");
        string payload = folder.Write("captured.bin", received.Last(m => m.Topic.EndsWith("/depth", StringComparison.Ordinal)).Payload);
        using (NodeProcess decode = NodeProcess.Start("decode", payload))
        {
            Assert.Equal(0, decode.WaitForExit());
            using JsonDocument header = JsonDocument.Parse(decode.Output);
            Assert.Equal(2, header.RootElement.GetProperty("sequence").GetInt32());
            Assert.Equal("rvl", header.RootElement.GetProperty("encoding").GetString());
        }
        using var image = new OpenCvSharp.Mat(payload + ".view.png");
        Assert.Equal((64, 48), (image.Width, image.Height));
        byte[] damaged = File.ReadAllBytes(payload);
        damaged[^3] ^= 0x40;
        using NodeProcess refused = NodeProcess.Start("decode", folder.Write("damaged.bin", damaged));
        Assert.Equal((int)ExitCode.Failed, refused.WaitForExit());
        Assert.Contains("CRC", refused.Errors, StringComparison.Ordinal);
    }

    private static byte[] Single(Collector collector, string topic) => Assert.Single(collector.All, m => m.Topic == topic).Payload;

    private static DecodedFrame Newest(IReadOnlyList<Collector.Received> received, string output) =>
        PayloadDecoder.Decode(received.Last(m => m.Topic.EndsWith("/" + output, StringComparison.Ordinal)).Payload);

    /// <summary>The payload without what is allowed to differ: session id and publish stamp in the header, and the checksum of the PNG chunk around it.</summary>
    private static List<byte[]> Pixels(IReadOnlyList<Collector.Received> received, string output) =>
        [.. received.Where(m => m.Topic.EndsWith("/" + output, StringComparison.Ordinal)).Select(m =>
        {
            FrameHeader header = PayloadDecoder.ReadHeader(m.Payload);
            byte[] copy = [.. m.Payload];
            int at = copy.AsSpan().IndexOf("RPF1"u8);
            copy.AsSpan(at, FrameHeader.Size + (header.Encoding == PayloadEncoding.Png ? 4 : 0)).Clear();
            return copy;
        })];

    private NodeProcess Start(LocalBroker broker, string video, params string[] more) =>
        NodeProcess.Start(["replay", video, "--model", model, "--node", "e2e", "--broker", broker.Address.ToString(), .. more]);

    private async Task<IReadOnlyList<Collector.Received>> ReplayAsync(string video, params string[] more)
    {
        using LocalBroker broker = LocalBroker.Start();
        await using Collector collector = await Collector.ConnectAsync(broker.Address.Port);
        using NodeProcess node = Start(broker, video, more);
        int code = node.WaitForExit();
        Assert.True(code == 0, node.Errors);
        await collector.WaitUntilAsync(all => all.Any(m => m.Topic.EndsWith("/status", StringComparison.Ordinal) && m.Payload.AsSpan().IndexOf("stopped"u8) >= 0), "the farewell");
        return collector.All;
    }
}
