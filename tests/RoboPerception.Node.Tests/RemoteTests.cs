using System.Text;
using RoboPerception.Core;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Pipeline;
using RoboPerception.Node.Remote;

namespace RoboPerception.Node.Tests;

/// <summary>Promise: requests from outside are read as strictly as the configuration, wait their turn, and stay in their folder.</summary>
public sealed class RemoteTests : IDisposable
{
    private static readonly string[] Known = ["camera", "rate"];

    private readonly string folder = Directory.CreateTempSubdirectory("rp-remote").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("null", "not a JSON object")]
    [InlineData("{\"camera\": \"a\", \"camera\": \"b\"}", "not valid JSON")]
    [InlineData("{\"camera\": [[1]]}", "not valid JSON")]
    [InlineData("{} x", "not valid JSON")]
    [InlineData("\ufffd\u0000", "not valid JSON")]
    [InlineData("{\"rates\": 1}", "unknown field 'rates'; there are camera, rate")]
    public void A_request_that_is_none_is_refused_by_name(string json, string reason) =>
        Assert.Contains(reason, Assert.Throws<RemoteRefusal>(() => Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Nothing_at_all_is_a_request_without_fields_and_numbers_may_be_text()
    {
        Assert.Null(Read("").Text("camera"));
        Assert.Equal("5.5", Read("{\"rate\": 5.5}").RequiredScalar("rate"));
        Assert.Equal("5.5", Read("{\"rate\": \"5.5\"}").RequiredScalar("rate"));
        Assert.Contains("'rate' is missing", Assert.Throws<RemoteRefusal>(() => Read("{}").RequiredScalar("rate")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_of_one_kind_are_served_in_order_and_one_too_many_is_refused()
    {
        var turn = new RemoteTurn("record", 2);
        var first = new TaskCompletionSource<RemoteAnswer>();
        var order = new List<int>();
        Task<RemoteAnswer> one = turn.RunAsync(() => first.Task, CancellationToken.None);
        Task<RemoteAnswer> two = turn.RunAsync(() => Note(2), CancellationToken.None);
        using var impatient = new CancellationTokenSource();
        Task<RemoteAnswer> three = turn.RunAsync(() => Note(3), impatient.Token);
        Assert.Contains("2 more wait", (await Assert.ThrowsAsync<RemoteRefusal>(() => turn.RunAsync(() => Note(4), CancellationToken.None))).Message, StringComparison.Ordinal);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => three);
        Assert.Empty(order);
        // The place of the one that left is free, and the one ahead is still waited for.
        Task<RemoteAnswer> five = turn.RunAsync(() => Note(5), CancellationToken.None);
        first.SetResult(RemoteAnswer.Ok());
        await Task.WhenAll(one, two, five);
        Assert.Equal([2, 5], order);

        var single = new RemoteTurn("reload-model", 0);
        Task<RemoteAnswer> loading = single.RunAsync(() => first.Task.ContinueWith(_ => new TaskCompletionSource<RemoteAnswer>().Task).Unwrap(), CancellationToken.None);
        Assert.Contains("wait for its answer", (await Assert.ThrowsAsync<RemoteRefusal>(() => single.RunAsync(() => Note(6), CancellationToken.None))).Message, StringComparison.Ordinal);
        Assert.False(loading.IsCompleted);

        Task<RemoteAnswer> Note(int number)
        {
            order.Add(number);
            return Task.FromResult(RemoteAnswer.Ok());
        }
    }

    [Fact]
    public void A_recording_stays_in_its_folder_and_takes_nobodys_place()
    {
        var recordings = new RecordingFolder(Path.Combine(folder, "in"));
        string file = recordings.NewFile("walk", "front");
        Assert.Equal(Path.Combine(folder, "in", "walk.mcap"), file);
        Assert.Matches(@"front-\d{8}T\d{6}Z\.mcap$", recordings.NewFile(null, "front"));
        foreach (string name in new[] { "", ".", "..", "../walk", "a/b", "a\\b", ".walk", "a b", "ä", "-", "walk\n", new string('a', 101) })
        {
            Assert.Throws<RemoteRefusal>(() => recordings.NewFile(name, "front"));
        }
        Assert.Null(recordings.Find("walk.mcap"));
        File.WriteAllText(file, "x");
        Assert.Equal(file, recordings.Find("walk.mcap"));
        Assert.Throws<RemoteRefusal>(() => recordings.NewFile("walk.mcap", "front"));
        File.WriteAllText(Path.Combine(folder, "in", "cut.mcap.part"), "x");
        Assert.Throws<RemoteRefusal>(() => recordings.NewFile("cut", "front"));
        // Neither a link out of the folder nor a path is one of its recordings.
        File.WriteAllText(Path.Combine(folder, "secret.mcap"), "x");
        File.CreateSymbolicLink(Path.Combine(folder, "in", "link.mcap"), Path.Combine(folder, "secret.mcap"));
        Assert.All(new[] { "link.mcap", "../secret.mcap", "..%2fsecret.mcap", "missing.mcap", "cut.mcap.part" }, name => Assert.Null(recordings.Find(name)));
        Assert.Contains("set remote.recordings", Assert.Throws<RemoteRefusal>(() => new RecordingFolder(null).NewFile("a", "front")).Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, Assert.Throws<UserErrorException>(() => new RecordingFolder(file)).ExitCode);
    }

    [Theory]
    [InlineData(30, 10, 100)]
    [InlineData(30, 7, 70)]
    [InlineData(30, 30, 300)]
    [InlineData(30, 60, 300)]
    [InlineData(30, 0, 300)]
    public void A_rate_limit_chooses_so_many_frames_a_second(int source, double rate, int expected)
    {
        var limit = new RateLimit();
        int chosen = Enumerable.Range(0, 10 * source).Count(i => limit.IsDue(1_700_000_000_000_000_000 + (i * 1_000_000_000L / source), rate));
        Assert.InRange(chosen, expected - 1, expected + 1);
        // The clock is set back, and a higher rate holds within its own period.
        Assert.True(limit.IsDue(1_699_990_000_000_000_000, rate));
        Assert.True(limit.IsDue(1_699_990_000_000_000_000 + 20_000_000, 100));
    }

    [Theory]
    [InlineData("all", true, true)]
    [InlineData("none", false, false)]
    [InlineData("mqtt", true, false)]
    [InlineData("dashboard", false, true)]
    [InlineData("[dashboard, mqtt]", true, true)]
    public void Who_may_control_is_named(string value, bool mqtt, bool dashboard)
    {
        string file = Path.Combine(folder, "node.yaml");
        File.WriteAllText(file, $"remote: {{control: {value}, recordings: /r, models: /m}}\ncameras: [{{source: test://, rate: 12.5}}]\n");
        NodeSettings settings = new SettingsReader().AddFile(file).Build();
        Assert.Equal((mqtt, dashboard, "/r", "/m", 12.5), (settings.Remote.Mqtt, settings.Remote.Dashboard, settings.Remote.Recordings, settings.Remote.Models, settings.Cameras[0].Rate));
        File.WriteAllText(file, "remote: {control: everybody}\n");
        Assert.Contains("'everybody' is not one of mqtt, dashboard", Assert.Throws<UserErrorException>(() => new SettingsReader().AddFile(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_may_unless_he_is_named() => Assert.False(new NodeSettings().Remote.Any);

    private static RemoteRequest Read(string json) => new(Encoding.UTF8.GetBytes(json), Known);
}
