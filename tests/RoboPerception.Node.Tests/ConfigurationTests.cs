using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using RoboPerception.Core;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Configuration;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace RoboPerception.Node.Tests;

/// <summary>Promise: what an editor is told of the configuration is what the reader accepts.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private static readonly JsonSchema Schema = JsonSchema.FromText(ConfigurationSchema.Build().ToJsonString());

    private readonly string folder = Directory.CreateTempSubdirectory("rp-configuration").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_shipped_configuration_keeps_to_the_schema() => Assert.True(IsValid(File.ReadAllText(Shipped())));

    [Theory]
    [InlineData("brokr: {url: mqtt://b}")]
    [InlineData("broker: {ulr: mqtt://b}")]
    [InlineData("cameras: [{source: test://, clibration: a.yaml}]")]
    [InlineData("outputs: {depth: jpeg}")]
    [InlineData("model: {threads: -1}")]
    [InlineData("model: {providers: [cuda, rocm]}")]
    [InlineData("node: {id: Front}")]
    [InlineData("cameras: [{source: test://, loop: maybe}]")]
    public void What_the_reader_refuses_the_schema_refuses_too(string yaml)
    {
        Assert.Equal(ExitCode.Usage, Assert.Throws<UserErrorException>(() => Read(yaml)).ExitCode);
        Assert.False(IsValid(yaml));
    }

    [Theory]
    [InlineData("outputs: {depth: rvl, overlay: 0.5}")]
    [InlineData("model:\n  # fp16: true\nbroker: {url: 'mqtts://r@h:1', port: 0}")]
    [InlineData("cameras: [{id: a-1, source: 0, fit: crop, loop: true}, {source: test://}]")]
    public void What_the_reader_takes_in_the_schema_takes_too(string yaml)
    {
        Read(yaml);
        Assert.True(IsValid(yaml));
    }

    [Fact]
    public void Every_setting_is_in_the_schema_with_its_meaning()
    {
        JsonObject schema = ConfigurationSchema.Build();
        foreach (Setting setting in Setting.All)
        {
            JsonNode place = schema;
            foreach (string part in setting.Path.Split('.'))
            {
                place = (part == "*" ? place["items"] : place["properties"]![part])!;
            }
            Assert.Equal(setting.Meaning, place["description"]!.GetValue<string>());
        }
    }

    [Fact]
    public void What_is_shown_can_be_read_again_and_says_where_each_value_comes_from()
    {
        string file = Path.Combine(folder, "node.yaml");
        File.WriteAllText(file, "node: {id: front}\ncameras:\n  - {source: \"gst://a ! it's # odd\", loop: true}\n  - {id: back, source: test://}\nmodel: {providers: [cuda, cpu], threads: 3}\nlog: {level: debug, levels: {broker: warning}}\n");
        var environment = new Dictionary<string, string> { ["ROBOPERCEPTION__OUTPUTS__DEPTH"] = "rvl", ["ROBOPERCEPTION__BROKER__PASSWORD"] = "secret" };
        SettingsReader first = new SettingsReader().AddFile(file).AddEnvironment(environment);
        first.Build();
        string shown = ConfigurationText.Of(first.Given);
        Assert.Contains("depth: rvl   # environment variable ROBOPERCEPTION__OUTPUTS__DEPTH", shown, StringComparison.Ordinal);
        Assert.Contains($"threads: 3   # {file}:5", shown, StringComparison.Ordinal);
        Assert.Contains("# overlay:   # overlay images a second", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", shown, StringComparison.Ordinal);
        string again = Path.Combine(folder, "again.yaml");
        File.WriteAllText(again, shown);
        SettingsReader second = new SettingsReader().AddFile(again);
        Assert.Equal(JsonSerializer.Serialize(first.Build()), JsonSerializer.Serialize(second.Build()));
        Assert.True(IsValid(shown));
    }

    [Fact]
    public void A_configuration_is_checked_with_the_files_it_names()
    {
        string file = Path.Combine(folder, "node.yaml");
        File.WriteAllText(file, "cameras: [{source: test://, calibration: /not/there.yaml}]\n");
        Assert.Contains("/not/there.yaml", Assert.Throws<UserErrorException>(() => Run("config", "check", file)).Message, StringComparison.Ordinal);
        File.WriteAllText(file, "cameras: [{source: test://}]\nbroker: {url: mqtts://h, ca_file: /not/ca.pem}\n");
        Assert.Contains("/not/ca.pem", Assert.Throws<UserErrorException>(() => Run("config", "check", file)).Message, StringComparison.Ordinal);
        File.WriteAllText(file, "cameras: [{source: test://}]\nmodel: {file: /not/m.onnx}\n");
        Assert.Contains("/not/m.onnx", Assert.Throws<UserErrorException>(() => Run("config", "check", file)).Message, StringComparison.Ordinal);
        File.WriteAllText(file, "cameras: [{source: test://}]\nremote: {models: /not/models}\n");
        Assert.Contains("/not/models", Assert.Throws<UserErrorException>(() => Run("config", "check", file)).Message, StringComparison.Ordinal);
        File.WriteAllText(file, "cameras: [{source: test://}]\n");
        Assert.Equal(0, Run("config", "check", file));
    }

    [Fact]
    public void Words_of_others_do_not_steer_the_terminal()
    {
        Assert.Equal("?[[2Jred?", TerminalText.Of("\u001b[2Jred\u202e"));
        Assert.Equal("-", TerminalText.Of(""));
        Assert.Equal(303, TerminalText.Of(new string('x', 5000)).Length);
    }

    private static int Run(params string[] arguments) =>
        Program.Root().Parse(arguments).Invoke(new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = TextWriter.Null });

    private static string Shipped()
    {
        DirectoryInfo? place = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(place!.FullName, "launch", "node.yaml")))
        {
            place = place.Parent;
        }
        return Path.Combine(place.FullName, "launch", "node.yaml");
    }

    private void Read(string yaml)
    {
        string file = Path.Combine(folder, "read.yaml");
        File.WriteAllText(file, yaml);
        new SettingsReader().AddFile(file).Build();
    }

    private static bool IsValid(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        using var json = JsonDocument.Parse(Json(stream.Documents[0].RootNode)!.ToJsonString());
        return Schema.Evaluate(json.RootElement).IsValid;
    }

    /// <summary>As an editor reads YAML: plain words that look like numbers or truth are that.</summary>
    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, Json(c.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => plain.Value switch
        {
            null or "" or "~" or "null" => null,
            "true" => true,
            "false" => false,
            var text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) => whole,
            var text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => number,
            var text => text,
        },
        YamlScalarNode scalar => scalar.Value,
        _ => throw new InvalidOperationException(),
    };
}
