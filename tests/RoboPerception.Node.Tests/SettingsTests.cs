using System.Collections;
using Microsoft.Extensions.Logging;
using RoboPerception.Core;
using RoboPerception.Node.Configuration;

namespace RoboPerception.Node.Tests;

/// <summary>Promise: what the user wrote is what the node does, or it says so by name.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rp-settings").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_full_file_is_taken_in()
    {
        NodeSettings settings = new SettingsReader().AddFile(Write("""
            node: {id: front, prefix: site-7}
            cameras:
              - {id: left, source: "test://?size=64x48", loop: true, pace: fast}
              - source: /tmp/x.avi
            model:
              file: m.onnx
              providers: [cuda, cpu]
              threads: 3
            broker:
              url: mqtts://robot@host:8884
            outputs: {depth: rvl, normals: fast, overlay: 0.5}
            http: {port: 8080}
            log: {format: json, level: warning, levels: {broker: debug}}
            """)).Build();
        Assert.Equal(("front", "site-7"), (settings.NodeId, settings.Prefix));
        Assert.Equal(["left", "cam1"], settings.Cameras.Select(c => c.Id));
        Assert.True(settings.Cameras[0].Loop && settings.Cameras[0].FastPace);
        Assert.Equal(["cuda", "cpu"], settings.Providers);
        Assert.Equal(3, settings.Threads);
        Assert.Equal(PayloadEncoding.Rvl, settings.DepthEncoding);
        Assert.Equal(PayloadEncoding.Png, settings.SegmentationEncoding);
        Assert.Equal(0.5, settings.OverlayRate);
        Assert.Equal(8080, settings.HttpPort);
        Assert.Equal((true, LogLevel.Warning, LogLevel.Debug), (settings.LogJson, settings.LogLevel, settings.LogLevels["broker"]));
    }

    [Fact]
    public void The_environment_wins_over_the_file_and_a_flag_over_both()
    {
        string file = Write("broker: {url: mqtt://file}\nmodel: {threads: 1}\nnode: {id: a}\n");
        var environment = new Hashtable { ["ROBOPERCEPTION__BROKER__URL"] = "mqtt://env", ["ROBOPERCEPTION__MODEL__THREADS"] = "2", ["PATH"] = "/bin" };
        NodeSettings settings = new SettingsReader().AddFile(file).AddEnvironment(environment).Add("broker.url", "mqtt://flag", "--broker").Add("node.id", null, "--node").Build();
        Assert.Equal(("mqtt://flag", 2, "a"), (settings.BrokerUrl, settings.Threads, settings.NodeId));
    }

    [Theory]
    [InlineData("broker:\n  ulr: x\n", ":2: unknown key 'broker.ulr'; did you mean 'broker.url'?")]
    [InlineData("camera:\n  - id: x\n", ":1: unknown key 'camera'; did you mean 'cameras'?")]
    [InlineData("cameras:\n  - sourse: x\n", ":2: unknown key 'cameras.0.sourse'; did you mean 'cameras.*.source'?")]
    [InlineData("model: {threads: many}\n", ":1: model.threads is 'many', must be a whole number from 0 to 1024")]
    [InlineData("outputs: {depth: jpeg}\n", "must be png or fast or rvl or raw")]
    [InlineData("node: {id: Front Left}\n", "must consist of a-z, 0-9 and '-'")]
    [InlineData("a: [1\n", "not valid YAML")]
    [InlineData("just words\n", "expected 'section:'")]
    [InlineData("cameras:\n  - {id: a, source: x}\n  - {id: a, source: y}\n", "two cameras are named 'a'")]
    [InlineData("cameras:\n  - {id: a}\n", "camera 'a' has no source")]
    [InlineData("log: {levels: {brokr: debug}}\n", ":1: unknown key 'log.levels.brokr'; did you mean 'log.levels.broker'?")]
    [InlineData("log: {level: loud}\n", "must be debug or info or warning or error or none")]
    [InlineData("model: {providers: [gpu]}\n", "must be tensorrt or cuda or cpu")]
    public void A_mistake_is_named_with_file_line_and_remedy(string yaml, string named)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => new SettingsReader().AddFile(Write(yaml)).Build());
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_wrong_variable_are_named()
    {
        Assert.Contains("nowhere.yaml", Assert.Throws<UserErrorException>(() => new SettingsReader().AddFile("nowhere.yaml")).Message, StringComparison.Ordinal);
        var environment = new Hashtable { ["ROBOPERCEPTION__BROKER__PORTT"] = "1" };
        Assert.Contains("ROBOPERCEPTION__BROKER__PORTT: unknown key 'broker.portt'; did you mean 'broker.port'?",
            Assert.Throws<UserErrorException>(() => new SettingsReader().AddEnvironment(environment)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_in_the_environment_never_becomes_a_setting()
    {
        var environment = new Hashtable { ["ROBOPERCEPTION__BROKER__PASSWORD"] = "hunter2" };
        NodeSettings settings = new SettingsReader().AddEnvironment(environment).Build();
        Assert.DoesNotContain("hunter2", System.Text.Json.JsonSerializer.Serialize(settings), StringComparison.Ordinal);
    }

    [Fact]
    public void Sources_of_the_command_line_replace_those_of_the_file()
    {
        string file = Write("cameras:\n  - {id: a, source: x}\n  - {id: b, source: y}\n");
        NodeSettings settings = new SettingsReader().AddFile(file).AddSources(["z.avi"]).Build();
        CameraSettings camera = Assert.Single(settings.Cameras);
        Assert.Equal(("a", "z.avi"), (camera.Id, camera.Source));
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("url", "ulr", 2)]
    public void Edit_distance_counts_letters(string a, string b, int expected) => Assert.Equal(expected, EditDistance.Between(a, b));

    private string Write(string yaml)
    {
        string path = Path.Combine(folder, "node.yaml");
        File.WriteAllText(path, yaml);
        return path;
    }
}
