using System.Diagnostics;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>What people reported of other programs of this kind (video capture, recorders, runtimes, clients), tried on ours.</summary>
public sealed class FieldReportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public FieldReportTests() => model = folder.Write("model.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes());

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_film_that_a_phone_took_upright_is_seen_upright()
    {
        // Red above, blue below; a quarter turn, by the file's own word, puts red to the left.
        Ffmpeg("-f lavfi -i color=red:size=320x90:rate=10:duration=1 -f lavfi -i color=blue:size=320x90:rate=10:duration=1 -filter_complex vstack -c:v mpeg4 -q:v 2 flat.mp4");
        Ffmpeg("-i flat.mp4 -c copy -metadata:s:v rotate=90 turned.mp4");
        byte[] classes = await ClassesOfAsync("turned.mp4");
        Assert.Equal(((byte)2, (byte)0), (classes[(24 * 64) + 10], classes[(24 * 64) + 54]));
        Assert.Equal(classes[(5 * 64) + 10], classes[(43 * 64) + 10]);
    }

    [Fact]
    public async Task A_picture_on_the_cover_of_a_film_is_no_frame_of_it()
    {
        Ffmpeg("-f lavfi -i color=lime:size=64x64 -frames:v 1 cover.jpg");
        Ffmpeg("-f lavfi -i color=red:size=320x180:rate=10:duration=1 -c:v mpeg4 film.mp4");
        Ffmpeg("-i cover.jpg -i film.mp4 -map 0 -map 1 -c copy -disposition:v:0 attached_pic covered.mp4");
        Assert.All(await ClassesOfAsync("covered.mp4", frames: 10), c => Assert.Equal(2, c));
    }

    [Fact]
    public async Task A_rate_that_varies_gives_stamps_that_only_grow()
    {
        Ffmpeg("-f lavfi -i testsrc=size=320x180:rate=30:duration=2 -vf select='not(mod(n,3))+lt(mod(n,10),2)' -vsync vfr -c:v mpeg4 varies.mkv");
        FrameHeader[] headers = [.. (await ReplayAsync("varies.mkv")).Select(m => PayloadDecoder.ReadHeader(m.Payload))];
        Assert.True(headers.Length > 20, $"{headers.Length} frames");
        Assert.All(headers.Zip(headers.Skip(1)), pair => Assert.True(pair.Second.AcquisitionStamp > pair.First.AcquisitionStamp));
        Assert.True(headers.Zip(headers.Skip(1)).Select(p => (p.Second.AcquisitionStamp - p.First.AcquisitionStamp) / 1_000_000).Distinct().Count() > 1, "the rate does not vary");
    }

    [Theory]
    [InlineData(90)]
    [InlineData(130)]
    [InlineData(255)]
    public void A_process_with_few_handles_says_so(int handles)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "roboperception");
        var start = new ProcessStartInfo("sh", ["-c", $"ulimit -n {handles}; exec '{program}' replay 'test://?size=64x48' --frames 3 --model '{model}' --providers cpu"]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process child = Process.Start(start)!;
        child.OutputDataReceived += (_, _) => { };
        child.BeginOutputReadLine();
        string errors = child.StandardError.ReadToEnd();
        child.WaitForExit();
        Assert.Equal(1, child.ExitCode);
        Assert.StartsWith($"roboperception: this process may have {handles} files", errors, StringComparison.Ordinal);
        Assert.Contains("ulimit -n 1024", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("taskset -c 0 \"$@\"")] // a container with one processor of many
    [InlineData("\"$@\" 2>&1 | head -1 >/dev/null; exit ${PIPESTATUS[0]}")] // whoever reads the log has gone
    public void A_replay_lives_with_where_it_is_put(string script)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "roboperception");
        var start = new ProcessStartInfo("bash", ["-c", script, "bash", program, "replay", "test://?size=64x48", "--frames", "5", "--model", model, "--providers", "cpu"]) { RedirectStandardError = true };
        using Process child = Process.Start(start)!;
        string errors = child.StandardError.ReadToEnd();
        child.WaitForExit();
        Assert.True(child.ExitCode == 0, errors);
        Assert.DoesNotContain("affinity", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_that_closes_ends_the_node_and_its_broker_in_order()
    {
        using NodeProcess node = NodeProcess.Start("run", "test://?size=64x48&fps=20&live=true", "--model", model, "--node", "e2e", "--providers", "cpu");
        int port = node.WaitForOwnBroker();
        await using Collector collector = await Collector.ConnectAsync(port);
        await collector.WaitUntilAsync(all => all.Any(m => m.Topic.EndsWith("/depth", StringComparison.Ordinal)), "a first frame");
        using (Process kill = Process.Start("kill", ["-HUP", $"{node.Id}"]))
        {
            await kill.WaitForExitAsync();
        }
        Assert.Equal(0, node.WaitForExit());
        Assert.Equal(NodeStates.Stopped, MessageJson.Read<StatusDocument>(collector.Of("/status")[^1].Payload).State);
    }

    private void Ffmpeg(string arguments)
    {
        var start = new ProcessStartInfo("ffmpeg", ["-hide_banner", "-loglevel", "error", "-y", .. arguments.Split(' ')]) { WorkingDirectory = folder.Path };
        using Process process = Process.Start(start)!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private async Task<byte[]> ClassesOfAsync(string film, int frames = 3)
    {
        IReadOnlyList<Collector.Received> all = await ReplayAsync(film, "/segmentation", frames);
        return PayloadDecoder.Decode(all[^1].Payload).ClassIds!;
    }

    private async Task<IReadOnlyList<Collector.Received>> ReplayAsync(string film, string output = "/depth", int frames = 0)
    {
        using LocalBroker broker = LocalBroker.Start();
        await using Collector collector = await Collector.ConnectAsync(broker.Address.Port);
        string[] limit = frames > 0 ? ["--frames", $"{frames}"] : [];
        using NodeProcess node = NodeProcess.Start(["replay", Path.Combine(folder.Path, film), "--model", model, "--providers", "cpu", "--broker", broker.Address.ToString(), .. limit]);
        Assert.True(node.WaitForExit() == 0, node.Errors);
        await collector.WaitUntilAsync(_ => collector.Of(output).Count >= Math.Max(1, frames), "the frames came");
        return collector.Of(output);
    }
}
