using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Messaging;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Many recordings among several workers over a real broker.</summary>
public sealed partial class SharedReplayTests : IDisposable
{
    private const int Recordings = 12;

    private readonly TemporaryFolder folder = new();
    private readonly LocalBroker broker = LocalBroker.Start();
    private readonly string model;

    public SharedReplayTests() => model = folder.Write("model.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes());

    public void Dispose()
    {
        broker.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Every_recording_is_done_although_a_worker_is_killed_and_done_once_when_asked_again()
    {
        string[] videos = [.. Enumerable.Range(0, Recordings).Select(i => Recording.Write(folder.Path, frames: 5 + i))];
        string results = Path.Combine(folder.Path, "results"), table = Path.Combine(folder.Path, "all.json");
        using NodeProcess doomed = Worker(results), second = Worker(results), third = Worker(results);
        foreach (NodeProcess worker in new[] { doomed, second, third })
        {
            worker.WaitForLine(Ready());
        }

        using NodeProcess sharer = Share(table, videos);
        string orphan = doomed.WaitForLine(Begun());
        doomed.KillHard();
        Assert.Equal(0, sharer.WaitForExit());

        JsonElement[] all = Results(table);
        Assert.Equal(videos, all.Select(r => r.GetProperty("recording").GetString()));
        Assert.All(all, r => Assert.Equal(0, r.GetProperty("exit_code").GetInt32()));
        Assert.Equal(Enumerable.Range(5, Recordings), all.Select(r => r.GetProperty("report").GetProperty("frames").GetInt32()));
        Assert.Equal(Recordings, all.Select(r => r.GetProperty("report").GetProperty("pixels_sha256").GetProperty("depth").GetString()).Distinct().Count());
        Assert.Contains(orphan, second.Errors + third.Errors, StringComparison.Ordinal);
        Assert.Equal(Recordings, Directory.GetFiles(results, "*.json").Length);

        // Again, with one that is no video: only that is new.
        string broken = folder.Write("broken.avi", "no video"u8.ToArray());
        using NodeProcess again = Share(table, [.. videos, broken]);
        Assert.Equal(4, again.WaitForExit());
        Assert.Contains($"1 recordings to do, {Recordings} done before", again.Errors, StringComparison.Ordinal);
        JsonElement failure = Results(table)[^1];
        Assert.Equal(4, failure.GetProperty("exit_code").GetInt32());
        Assert.Contains("broken.avi", failure.GetProperty("message").GetString(), StringComparison.Ordinal);

        second.Signal(PosixSignal.SIGTERM);
        third.Signal(PosixSignal.SIGINT);
        Assert.Equal(0, second.WaitForExit());
        Assert.Equal(130, third.WaitForExit());
    }

    [Fact]
    public void Two_replays_of_one_recording_report_the_same_pixels()
    {
        string video = Recording.Write(folder.Path, frames: 7);
        string[] hashes = [.. Enumerable.Range(0, 2).Select(i =>
        {
            string report = Path.Combine(folder.Path, string.Create(CultureInfo.InvariantCulture, $"report-{i}.json"));
            using NodeProcess replay = NodeProcess.Start("replay", video, "--model", model, "--broker", broker.Address.ToString(), "--providers", "cpu", "--report", report);
            Assert.Equal(0, replay.WaitForExit());
            return JsonDocument.Parse(File.ReadAllText(report)).RootElement.GetProperty("pixels_sha256").GetRawText();
        })];
        Assert.Equal(hashes[0], hashes[1]);
    }

    [Fact]
    public void What_cannot_work_is_refused_with_the_remedy()
    {
        using NodeProcess without = NodeProcess.Start("replay", "--worker", "nightly", "--model", model);
        Assert.Equal(2, without.WaitForExit());
        Assert.Contains("--broker", without.Errors, StringComparison.Ordinal);
        using NodeProcess missing = NodeProcess.Start("replay", "nowhere.mp4", "--share", "nightly", "--model", model, "--broker", broker.Address.ToString());
        Assert.Equal(4, missing.WaitForExit());
        Assert.Contains("nowhere.mp4", missing.Errors, StringComparison.Ordinal);
    }

    private static JsonElement[] Results(string table) => [.. JsonDocument.Parse(File.ReadAllText(table)).RootElement.EnumerateArray()];

    private NodeProcess Worker(string results) =>
        NodeProcess.Start("replay", "--worker", "nightly", "--model", model, "--broker", broker.Address.ToString(), "--providers", "cpu", "--results", results);

    private NodeProcess Share(string table, params string[] videos) =>
        NodeProcess.Start(["replay", .. videos, "--share", "nightly", "--model", model, "--broker", broker.Address.ToString(), "--report", table]);

    [GeneratedRegex(@"(recordings) to do")]
    private static partial Regex Ready();

    [GeneratedRegex(@"([^\s]+): begun")]
    private static partial Regex Begun();
}
