using System.Net;
using System.Net.Sockets;
using RoboPerception.Core;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Logging;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: what is wrong is named, with the remedy and the exit code of its kind (conventions section 5).</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public BadInputTests() => model = folder.Write("good.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes());

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("text.avi", "this is not a video, it only says so")]
    [InlineData("empty.mp4", "")]
    public void A_file_that_is_no_video_ends_with_code_4_and_its_name(string name, string content)
    {
        string file = folder.Write(name, System.Text.Encoding.ASCII.GetBytes(content));
        Expect(ExitCode.NoSource, name, "replay", file, "--model", model);
    }

    [Fact]
    public void A_missing_file_ends_with_code_4_and_its_name_and_no_broker_was_started()
    {
        string errors = Expect(ExitCode.NoSource, "nowhere.mp4", "replay", Path.Combine(folder.Path, "nowhere.mp4"), "--model", model);
        Assert.DoesNotContain("own broker", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("calibration", "nowhere.yaml")]
    [InlineData("report", "nowhere/figures.json")]
    [InlineData("sheet", "nowhere/sheet.png")]
    [InlineData("verify", "--verify needs a recording")]
    public async Task A_file_that_is_named_and_missing_is_told_before_a_broker_is_started(string kind, string words)
    {
        string file = Path.Combine(folder.Path, words);
        NodeSettings settings = new SettingsReader().AddSources([Recording.Write(folder.Path, 2)]).Add("model.file", model, "test").Add("cameras.0.calibration", kind == "calibration" ? file : null, "test").Build();
        await using var host = new NodeApplication(new NodeRequest(settings, true, null, false, kind == "sheet" ? file : null) { Report = kind == "report" ? file : null, Verify = kind == "verify" }, new NodeLog { IsQuiet = true });
        UserErrorException error = await Assert.ThrowsAsync<UserErrorException>(() => host.StartAsync(CancellationToken.None));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => host.Broker);
    }

    [Fact]
    public void A_truncated_video_is_replayed_as_far_as_it_goes_and_said_so()
    {
        string whole = Recording.Write(folder.Path, 40);
        byte[] bytes = File.ReadAllBytes(whole);
        string half = folder.Write("half.avi", bytes[..(bytes.Length / 2)]);
        using NodeProcess node = NodeProcess.Start("replay", half, "--model", model, "--providers", "cpu");
        int code = node.WaitForExit();
        Assert.True(code is (int)ExitCode.Ok or (int)ExitCode.NoSource, node.Errors);
        Assert.Contains("half.avi", node.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_model_ends_with_code_3_and_its_name() => Expect(ExitCode.ModelContract, "no-such.onnx", "replay", Recording.Write(folder.Path, 2), "--model", Path.Combine(folder.Path, "no-such.onnx"));

    [Fact]
    public void A_file_that_is_no_model_ends_with_code_3() =>
        Expect(ExitCode.ModelContract, "noise.onnx", "replay", Recording.Write(folder.Path, 2), "--model", folder.Write("noise.onnx", [1, 2, 3, 4, 5, 6, 7, 8]));

    [Fact]
    public void A_model_without_our_metadata_ends_with_code_3_and_names_the_entry()
    {
        byte[] foreign = new TestModel { EditMetadata = m => m.Clear() }.ToBytes();
        Expect(ExitCode.ModelContract, "metadata", "replay", Recording.Write(folder.Path, 2), "--model", folder.Write("foreign.onnx", foreign));
    }

    [Fact]
    public void A_model_of_the_wrong_shape_ends_with_code_3_and_names_the_field()
    {
        byte[] wrong = new TestModel { InputShape = [1, 99, 16, 3] }.ToBytes();
        Expect(ExitCode.ModelContract, "image", "replay", Recording.Write(folder.Path, 2), "--model", folder.Write("wrong.onnx", wrong));
    }

    [Fact]
    public void An_unknown_key_ends_with_code_2_and_the_nearest_key()
    {
        string file = folder.Write("node.yaml", "broker:\n  ulr: mqtt://x\n"u8.ToArray());
        Expect(ExitCode.Usage, "did you mean 'broker.url'", "run", "--config", file);
    }

    [Fact]
    public void A_node_without_a_source_ends_with_code_2() => Expect(ExitCode.Usage, "no source", "run", "--model", model);

    [Fact]
    public void An_unknown_flag_ends_with_code_2() => Expect(ExitCode.Usage, "--modle", "run", "test://", "--modle", "x");

    [Fact]
    public void A_replay_without_its_broker_ends_with_code_5()
    {
        int port = UnusedPort();
        Expect(ExitCode.Broker, $"127.0.0.1:{port}", "replay", Recording.Write(folder.Path, 2), "--model", model, "--broker", $"mqtt://127.0.0.1:{port}");
    }

    [Fact]
    public void A_taken_broker_port_ends_with_code_5_and_the_port()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        Expect(ExitCode.Broker, port.ToString(System.Globalization.CultureInfo.InvariantCulture), "replay", Recording.Write(folder.Path, 2), "--model", model, "--broker-port", $"{port}");
    }

    [Fact]
    public void A_password_in_the_broker_address_is_refused_and_not_repeated()
    {
        using NodeProcess node = NodeProcess.Start("run", "test://", "--model", model, "--broker", "mqtt://robot:hunter2@127.0.0.1");
        Assert.Equal((int)ExitCode.Usage, node.WaitForExit());
        Assert.DoesNotContain("hunter2", node.Errors + node.Output, StringComparison.Ordinal);
    }

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Expect(ExitCode code, string named, params string[] arguments)
    {
        using NodeProcess node = NodeProcess.Start(arguments);
        int actual = node.WaitForExit();
        Assert.True((int)code == actual, $"exit code {actual}, expected {(int)code}; the program said:\n{node.Errors}");
        Assert.Contains(named, node.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at RoboPerception", node.Errors, StringComparison.Ordinal); // no stack trace for a user's mistake
        return node.Errors;
    }
}
