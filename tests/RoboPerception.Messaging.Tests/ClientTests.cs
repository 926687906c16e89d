using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using RoboPerception.Core;
using RoboPerception.Tests;

namespace RoboPerception.Messaging.Tests;

/// <summary>Promise: programs in Python, JavaScript and C++ read what the node publishes, as the C# subscriber does.</summary>
public sealed partial class ClientTests
{
    private const int Width = 32;
    private const int Height = 24;

    [Theory]
    [InlineData("python")]
    [InlineData("javascript")]
    [InlineData("cpp")]
    public void Every_vector_is_read_or_refused(string language)
    {
        using var client = new ClientProgram(language);
        string vectors = VectorTests.FindFolder();
        (int sound, int damaged) = (File.ReadAllLines($"{vectors}/sound.tsv").Length - 1, File.ReadAllLines($"{vectors}/damaged.tsv").Length - 1);
        Assert.True(sound >= 50 && damaged >= 50, $"{sound} and {damaged} vectors");
        Assert.Equal($"{sound} sound, {damaged} damaged", client.Run("tests/vectors/check", vectors).Trim());
    }

    [Theory]
    [InlineData("python")]
    [InlineData("javascript")]
    [InlineData("cpp")]
    public void Ten_thousand_damaged_vectors_are_read_or_refused_by_name(string language)
    {
        using var client = new ClientProgram(language);
        using var outcome = JsonDocument.Parse(client.Run("tests/vectors/fuzz", VectorTests.FindFolder(), "10000", "7"));
        int Number(string name) => outcome.RootElement.GetProperty(name).GetInt32();
        Assert.Equal(10_000, Number("inputs"));
        Assert.Equal(10_000, Number("accepted") + Number("refused"));
        // Both far from none: damage that is always found by the first check would say little.
        Assert.InRange(Number("accepted"), 500, 5000);
    }

    [Theory]
    [InlineData("python")]
    [InlineData("python-paho2")]
    [InlineData("javascript")]
    [InlineData("cpp")]
    public async Task The_example_follows_a_publisher_through_every_encoding(string language)
    {
        using var client = new ClientProgram(language);
        using LocalBroker broker = LocalBroker.Start();
        await using var node = new MqttConnection(TestSupport.Options(broker, "node"));
        await node.StartAsync();
        string[] address = language == "cpp" ? [broker.Address.Host, broker.Address.Port.ToString(CultureInfo.InvariantCulture)] : [$"mqtt://{broker.Address.Host}:{broker.Address.Port}"];
        using Process example = client.Start($"src/clients/{client.Language}/examples/ahead", address);
        var lines = new List<string>();
        example.OutputDataReceived += (_, e) =>
        {
            lock (lines)
            {
                lines.Add(e.Data ?? "");
            }
        };
        example.BeginOutputReadLine();
        Task<string> errors = example.StandardError.ReadToEndAsync();
        var seen = new HashSet<ulong>();
        long began = Stopwatch.GetTimestamp();
        for (ulong sequence = 1; seen.Count < 4; sequence++)
        {
            if (example.HasExited)
            {
                Assert.Fail(await errors);
            }
            Assert.True(Stopwatch.GetElapsedTime(began) < 2 * TestSupport.Patience, $"frames seen: {string.Join(", ", seen)}");
            node.TryPublish("roboperception/v1/front/cam/cam0/depth", DepthFrame(sequence));
            await Task.Delay(30);
            lock (lines)
            {
                seen.UnionWith(lines.Select(line => Line().Match(line)).Where(match => match.Success).Select(match => ulong.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) % 4));
            }
        }
        // It ends by itself when nothing comes any more.
        Assert.True(example.WaitForExit(TestSupport.Patience));
        example.WaitForExit();
        Assert.True(example.ExitCode == 0, await errors);
        Assert.Equal("", await errors);
        List<Match> frames = [.. lines.Select(line => Line().Match(line)).Where(match => match.Success)];
        Assert.Equal(lines.Count(line => line.Length > 0), frames.Count);
        Assert.All(frames, match => Assert.Equal(Ahead(ulong.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)), float.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture), 0.0011f));
        Assert.Equal(frames.Select(match => match.Groups[1].Value).Distinct(), frames.Select(match => match.Groups[1].Value));
    }

    [Fact]
    public async Task A_page_follows_a_publisher_in_a_browser()
    {
        using var client = new ClientProgram("javascript");
        using LocalBroker broker = LocalBroker.Start();
        await using var node = new MqttConnection(TestSupport.Options(broker, "node"));
        await node.StartAsync();
        var names = new Topics("roboperception", "n");
        node.SetRetained(names.Labels("front"), MessageJson.Write(LabelsDocument.Of(ClassMap.Nyu13)));
        await node.FlushRetainedAsync();
        string folder = client.WithPage("src/clients/javascript/examples/page.html");
        Task<JsonDocument> browser = Task.Run(() => IndependentReader.Run("client-page.mjs", folder, $"page.html?broker=ws://127.0.0.1:{broker.WebSocketPort}&node=n&camera=front", "6"));
        for (ulong sequence = 1; !browser.IsCompleted; sequence++)
        {
            node.TryPublish(names.Output("front", OutputKind.Segmentation), TestSupport.Encode(sequence % 2 == 0 ? PayloadEncoding.Png : PayloadEncoding.Raw, TestSupport.Header(OutputKind.Segmentation, Width, Height, sequence)).Memory.ToArray());
            node.TryPublish(names.Output("front", OutputKind.Depth), DepthFrame(sequence));
            await Task.Delay(30);
        }
        using JsonDocument page = await browser;
        JsonElement shown = page.RootElement;
        Assert.Empty(shown.GetProperty("problems").EnumerateArray());
        Match[] frames = [.. shown.GetProperty("lines").EnumerateArray().Select(line => Shown().Match(line.GetString()!))];
        Assert.True(frames.Length >= 6);
        Assert.All(frames, match => Assert.Equal(Ahead(ulong.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)), float.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture), 0.0011f));
        Assert.Equal((Width, Height), (shown.GetProperty("width").GetInt32(), shown.GetProperty("height").GetInt32()));
        byte[] classes = [.. TestSupport.SegmentationImage(Width, Height)];
        Assert.Equal(classes.SelectMany(id => id == ClassMap.Unlabelled ? [0, 0, 0, 255] : Colour(ClassMap.Nyu13.Classes[id])), shown.GetProperty("pixels").EnumerateArray().Select(value => value.GetInt32()));
        static int[] Colour(ClassInfo info) => [info.Red, info.Green, info.Blue, 255];
    }

    [Theory]
    [InlineData("python")]
    [InlineData("python-paho2")]
    [InlineData("javascript")]
    public async Task The_newest_frame_wins_and_what_was_missed_is_counted(string language)
    {
        using var client = new ClientProgram(language);
        using LocalBroker broker = LocalBroker.Start();
        await using var node = new MqttConnection(TestSupport.Options(broker, "node"));
        await node.StartAsync();
        var names = new Topics("roboperception", "n");
        node.SetRetained(names.Labels("front"), MessageJson.Write(LabelsDocument.Of(ClassMap.Nyu13)));
        node.SetRetained(names.CameraInfo("front"), MessageJson.Write(CameraInfoDocument.Of(null, false, 16, 8, "front_optical_frame")));
        node.SetRetained(names.Status, MessageJson.Write(new StatusDocument(NodeStates.Ready, "s2")));
        await node.FlushRetainedAsync();
        using Process report = client.Start("tests/RoboPerception.Messaging.Tests/Clients/report", $"mqtt://{broker.Address.Host}:{broker.Address.Port}", "9");
        Assert.Equal("ready", await report.StandardOutput.ReadLineAsync().WaitAsync(TestSupport.Patience));

        void Publish(OutputKind kind, ulong sequence, uint session = 2)
        {
            PayloadBuffer buffer = TestSupport.Encode(PayloadEncoding.Fast, TestSupport.Header(kind, 16, 8, sequence, session));
            buffer.StampPublish((session * 1_000_000_000L) + (long)sequence);
            Assert.True(node.TryPublish(names.Output("front", kind), buffer.Memory.ToArray()));
        }

        Assert.True(node.TryPublish(names.Status, MessageJson.Write(new StatusDocument(NodeStates.Lost, "s1"))));
        Publish(OutputKind.Depth, 900, session: 1);
        for (ulong sequence = 1; sequence <= 5; sequence++)
        {
            Publish(OutputKind.Depth, sequence);
        }
        // 6 and 7 are lost; 8 is complete, of 9 the normals are missing; one is damaged, one repeated, one of the session before.
        Publish(OutputKind.Segmentation, 8);
        Publish(OutputKind.Depth, 8);
        Publish(OutputKind.Normals, 8);
        Publish(OutputKind.Segmentation, 9);
        Publish(OutputKind.Depth, 9);
        Publish(OutputKind.Depth, 9);
        Publish(OutputKind.Depth, 950, session: 1);
        Assert.True(node.TryPublish(names.Output("front", OutputKind.Depth), "not a frame"u8.ToArray()));
        Publish(OutputKind.Depth, 10);
        JsonElement said = JsonDocument.Parse(ClientProgram.Finish(report)).RootElement;

        Assert.Equal(10, said.GetProperty("newest").GetInt32());
        Assert.True(said.GetProperty("again").GetBoolean());
        Assert.Equal([8, 8, 8], said.GetProperty("together").EnumerateArray().Select(e => e.GetInt32()));
        Assert.Equal(TestSupport.SegmentationImage(16, 8), said.GetProperty("ids").EnumerateArray().Select(e => e.GetByte()));
        // 900, 1 to 5, 8, 9, 10; the first was thrown away with its session, the last was taken.
        Assert.Equal((9, 7, 2), (Number("received"), Number("superseded"), Number("missing")));
        Assert.Equal((1, 2), (Number("damaged"), Number("stale")));
        Assert.Equal(("ready", 16, 13), (said.GetProperty("state").GetString(), Number("width"), Number("classes")));
        Assert.False(said.GetProperty("calibrated").GetBoolean());
        int Number(string name) => said.GetProperty(name).GetInt32();
    }

    [Theory]
    [InlineData("python")]
    [InlineData("python-paho2")]
    [InlineData("javascript")]
    public async Task Bundles_are_taken_where_they_hold_all_that_is_wanted(string language)
    {
        using var client = new ClientProgram(language);
        using LocalBroker broker = LocalBroker.Start();
        await using var node = new MqttConnection(TestSupport.Options(broker, "node"));
        await node.StartAsync();
        var names = new Topics("roboperception", "n");
        string topic = names.Output("front", OutputKind.Bundle);
        node.SetRetained(names.Labels("front"), MessageJson.Write(LabelsDocument.Of(ClassMap.Nyu13)));
        node.SetRetained(names.CameraInfo("front"), MessageJson.Write(CameraInfoDocument.Of(null, false, 16, 8, "front_optical_frame")));
        node.SetRetained(names.Status, MessageJson.Write(new StatusDocument(NodeStates.Ready, "s")));
        var output = new OutputDescription("bundle", topic, "bundle", 16, 8) { Parts = ["segmentation", "depth", "normals"] };
        node.SetRetained(names.Description, MessageJson.Write(new DescriptionDocument { Node = "n", Session = "s", Cameras = [new CameraDescription { Id = "front", Source = "test", Outputs = [output] }] }));
        await node.FlushRetainedAsync();
        using Process report = client.Start("tests/RoboPerception.Messaging.Tests/Clients/report", $"mqtt://{broker.Address.Host}:{broker.Address.Port}", "5");
        OutputKind[] kinds = [OutputKind.Segmentation, OutputKind.Depth, OutputKind.Normals];
        // Until it has seen enough: the first may be sent before it listens.
        for (ulong sequence = 1; !report.HasExited && sequence < 1000; sequence++)
        {
            node.TryPublish(topic, SoundVectors.Bundle([.. kinds.Select(kind => TestSupport.Encode(PayloadEncoding.Raw, TestSupport.Header(kind, 16, 8, sequence)).Memory.ToArray())]));
            await Task.Delay(30);
        }
        Assert.Equal("ready", await report.StandardOutput.ReadLineAsync().WaitAsync(TestSupport.Patience));
        JsonElement said = JsonDocument.Parse(ClientProgram.Finish(report)).RootElement;
        int[] together = [.. said.GetProperty("together").EnumerateArray().Select(e => e.GetInt32())];
        Assert.Single(together.Distinct());
        Assert.Equal(TestSupport.SegmentationImage(16, 8), said.GetProperty("ids").EnumerateArray().Select(e => e.GetByte()));
        Assert.True(said.GetProperty("received").GetInt32() >= 5);
        Assert.Equal((0, 0, 0), (said.GetProperty("damaged").GetInt32(), said.GetProperty("stale").GetInt32(), said.GetProperty("missing").GetInt32()));
    }

    [Theory]
    [InlineData("python")]
    [InlineData("python-paho2")]
    [InlineData("javascript")]
    public async Task A_program_that_works_for_long_is_handed_the_newest_frame(string language)
    {
        using var client = new ClientProgram(language);
        using LocalBroker broker = LocalBroker.Start();
        await using var node = new MqttConnection(TestSupport.Options(broker, "node"));
        await node.StartAsync();
        var names = new Topics("roboperception", "n");
        node.SetRetained(names.Labels("front"), MessageJson.Write(LabelsDocument.Of(ClassMap.Nyu13)));
        await node.FlushRetainedAsync();
        // What it has received, the broker has sent to the other one, too.
        await using var witness = new PerceptionSubscriber(TestSupport.Options(broker, "witness"), names, "front", OutputKind.Depth);
        await witness.StartAsync();
        await TestSupport.EventuallyAsync(() => witness.Labels is not null, "the witness listens");
        using Process slow = client.Start("tests/RoboPerception.Messaging.Tests/Clients/slow", $"mqtt://{broker.Address.Host}:{broker.Address.Port}");
        Assert.Equal("ready", await slow.StandardOutput.ReadLineAsync().WaitAsync(TestSupport.Patience));
        ulong sequence = 0;
        for (int round = 0; round < 6; round++)
        {
            // The first round has one frame, which is certain to be taken before the program works for the first time.
            for (int i = 0; i < (round == 0 ? 1 : 20); i++)
            {
                Assert.True(node.TryPublish(names.Output("front", OutputKind.Depth), TestSupport.Encode(PayloadEncoding.Rvl, TestSupport.Header(OutputKind.Depth, 64, 48, ++sequence)).Memory.ToArray()));
            }
            await TestSupport.EventuallyAsync(() => witness.Received(OutputKind.Depth) == (long)sequence, "all frames were sent");
            if (round > 0)
            {
                await slow.StandardInput.WriteAsync("go\n");
                await slow.StandardInput.FlushAsync();
            }
            Assert.Equal(sequence.ToString(CultureInfo.InvariantCulture), await slow.StandardOutput.ReadLineAsync().WaitAsync(TestSupport.Patience));
        }
        slow.StandardInput.Close();
        Assert.Equal("", ClientProgram.Finish(slow));
    }

    [Theory]
    [InlineData("python", "plumb_bob")]
    [InlineData("python", "rational_polynomial")]
    [InlineData("python", "equidistant")]
    [InlineData("python", "none")]
    [InlineData("javascript", "plumb_bob")]
    [InlineData("javascript", "rational_polynomial")]
    [InlineData("javascript", "equidistant")]
    [InlineData("javascript", "none")]
    [InlineData("cpp", "none")]
    public void Points_lie_where_the_lens_images_them(string language, string lens)
    {
        using var client = new ClientProgram(language);
        double[] distortion = lens switch
        {
            "plumb_bob" => [-0.28, 0.09, 0.0011, -0.0007, -0.012],
            "rational_polynomial" => [0.2, -0.05, 0.0005, 0.0003, 0.01, 0.45, -0.02, 0.001],
            "equidistant" => [0.02, -0.006, 0.003, -0.0008],
            _ => [],
        };
        var camera = new CameraIntrinsics(Width, Height, 25, 24, 15.2, 11.9) { DistortionModel = lens == "none" ? "plumb_bob" : lens, Distortion = distortion };
        string folder = Directory.CreateTempSubdirectory("rp-points-").FullName;
        try
        {
            File.WriteAllBytes($"{folder}/depth", TestSupport.Encode(PayloadEncoding.Raw, TestSupport.Header(OutputKind.Depth, Width, Height)).Memory.ToArray());
            File.WriteAllBytes($"{folder}/info", MessageJson.Write(CameraInfoDocument.Of(camera, rectified: false, Width, Height, "front_optical_frame")));
            string[] arguments = language == "cpp" ? [$"{folder}/depth", "25", "24", "15.2", "11.9"] : [$"{folder}/depth", $"{folder}/info"];
            JsonElement[] points = [.. JsonDocument.Parse(client.Run("tests/RoboPerception.Messaging.Tests/Clients/points", arguments)).RootElement.EnumerateArray()];
            float[] depth = PayloadDecoder.Decode(File.ReadAllBytes($"{folder}/depth")).Depth!;
            Assert.Equal(depth.Length, points.Length);
            for (int i = 0; i < depth.Length; i++)
            {
                if (float.IsNaN(depth[i]))
                {
                    Assert.Equal(JsonValueKind.Null, points[i][2].ValueKind);
                    continue;
                }
                (double x, double y, double z) = (points[i][0].GetDouble(), points[i][1].GetDouble(), points[i][2].GetDouble());
                Assert.Equal(depth[i], z, 1e-6);
                (double u, double v) = Imaged(camera, x / z, y / z);
                Assert.Equal((double)(i % Width), u, 1e-3);
                Assert.Equal((double)(i / Width), v, 1e-3);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void TypeScript_finds_the_types_and_a_wrong_output()
    {
        using var client = new ClientProgram("javascript");
        client.CheckTypes("tests/RoboPerception.Messaging.Tests/Clients/typed.ts");
    }

    [Theory]
    [InlineData("README.md", "python", "src/clients/python/examples/ahead.py")]
    [InlineData("src/clients/README.md", "python", "src/clients/python/examples/ahead.py")]
    [InlineData("src/clients/README.md", "js", "src/clients/javascript/examples/ahead.mjs")]
    public void The_readme_shows_the_example_that_is_run(string readme, string fence, string example)
    {
        Match block = Regex.Match(File.ReadAllText(ClientProgram.Source(readme)), $"^```{fence}\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline);
        Assert.Equal(File.ReadAllText(ClientProgram.Source(example)), block.Groups[1].Value);
    }

    [GeneratedRegex(@"^frame (\d+), -?\d+ ms old: ([\d.]+) m ahead$")]
    private static partial Regex Line();

    [GeneratedRegex(@"^frame (\d+): ([\d.]+) m ahead$")]
    private static partial Regex Shown();

    private static float Ahead(ulong sequence) => 1 + (sequence % 1000 * 0.01f);

    /// <summary>A wall that steps back from frame to frame, encoded otherwise each time.</summary>
    private static byte[] DepthFrame(ulong sequence)
    {
        PayloadEncoding encoding = (sequence % 4) switch { 0 => PayloadEncoding.Png, 1 => PayloadEncoding.Fast, 2 => PayloadEncoding.Rvl, _ => PayloadEncoding.Raw };
        var buffer = new PayloadBuffer();
        float[] metres = [.. Enumerable.Repeat(Ahead(sequence), Width * Height)];
        new PayloadEncoder(OutputKind.Depth, encoding).EncodeDepth(TestSupport.Header(OutputKind.Depth, Width, Height, sequence) with { AcquisitionStamp = UnixClock.Now }, metres, buffer);
        buffer.StampPublish(UnixClock.Now);
        return buffer.Memory.ToArray();
    }

    /// <summary>The pixel of a ray, by the formulae of OpenCV's documentation.</summary>
    private static (double U, double V) Imaged(CameraIntrinsics c, double x, double y)
    {
        double[] k = [.. c.Distortion, .. new double[8]];
        double r2 = (x * x) + (y * y);
        if (c.DistortionModel == "equidistant")
        {
            double r = Math.Sqrt(r2), theta = Math.Atan(r), t2 = theta * theta;
            double scale = r < 1e-12 ? 1 : theta * (1 + (t2 * (k[0] + (t2 * (k[1] + (t2 * (k[2] + (t2 * k[3])))))))) / r;
            return ((c.Fx * x * scale) + c.Cx, (c.Fy * y * scale) + c.Cy);
        }
        double radial = (1 + (r2 * (k[0] + (r2 * (k[1] + (r2 * k[4])))))) / (1 + (r2 * (k[5] + (r2 * (k[6] + (r2 * k[7]))))));
        double u = (x * radial) + (2 * k[2] * x * y) + (k[3] * (r2 + (2 * x * x)));
        double v = (y * radial) + (k[2] * (r2 + (2 * y * y))) + (2 * k[3] * x * y);
        return ((c.Fx * u) + c.Cx, (c.Fy * v) + c.Cy);
    }
}
