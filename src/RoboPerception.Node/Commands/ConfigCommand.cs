using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Brokers;
using RoboPerception.Node.Configuration;

namespace RoboPerception.Node.Commands;

/// <summary><c>config check | show | schema</c>: what a configuration says, before a robot does it.</summary>
internal static class ConfigCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var file = new Argument<string?>("file") { Description = "YAML configuration file", Arity = ArgumentArity.ZeroOrOne };
        var check = new Command("check", "read a configuration and what it names; exit code 2 and the place if something is wrong") { file };
        check.SetAction(parsed =>
        {
            Console.WriteLine(Check(Read(parsed.GetValue(file))));
            return (int)ExitCode.Ok;
        });
        var show = new Command("show", "file and environment merged, each value with its origin; can be read again") { file };
        show.SetAction(parsed =>
        {
            SettingsReader reader = Read(parsed.GetValue(file));
            reader.Build();
            Console.Write(ConfigurationText.Of(reader.Given));
            return (int)ExitCode.Ok;
        });
        var schema = new Command("schema", "JSON schema of the configuration, for editors");
        schema.SetAction(_ =>
        {
            Console.WriteLine(ConfigurationSchema.Build().ToJsonString(Indented));
            return (int)ExitCode.Ok;
        });
        return new Command("config", "check, show or describe configurations") { check, show, schema };
    }

    private static SettingsReader Read(string? file)
    {
        var reader = new SettingsReader();
        if (file is not null)
        {
            reader.AddFile(file);
        }
        return reader.AddEnvironment(Environment.GetEnvironmentVariables());
    }

    /// <summary>Reads the files that the configuration names; devices and the broker are <c>doctor</c>'s matter.</summary>
    private static string Check(SettingsReader reader)
    {
        NodeSettings settings = reader.Build();
        NamedFiles.Check(settings);
        foreach (string named in new[] { settings.ModelFile, settings.OnnxRuntimeLibrary ?? "" }.Where(f => f.Length > 0 && !File.Exists(f)))
        {
            throw new UserErrorException(ExitCode.Usage, $"'{named}', named in the configuration, does not exist");
        }
        if (settings.Remote.Models is { } models && !Directory.Exists(models))
        {
            throw new UserErrorException(ExitCode.Usage, $"the folder '{models}', named in remote.models, does not exist");
        }
        if (settings.BrokerUrl is { } url)
        {
            new MqttConnection(BrokerAccess.Options(settings, BrokerAddress.Parse(url), "check")).DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
        string[] cameras = [.. settings.Cameras.Select(c => c.Id)];
        string names = cameras.Length == 0 ? "no camera: name a source on the command line" : $"{(cameras.Length == 1 ? "camera" : "cameras")} {string.Join(", ", cameras)}";
        return $"sound: node {settings.NodeId}, {names}, {(settings.BrokerUrl is { } broker ? $"broker {BrokerAddress.Parse(broker)}" : "a broker of its own")}";
    }
}
