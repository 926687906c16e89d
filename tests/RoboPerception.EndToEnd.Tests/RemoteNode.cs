using OpenCvSharp;
using RoboPerception.Inference.Tests;
using RoboPerception.Messaging;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>A real node that may be controlled, on a real broker, with a folder for recordings and one for models.</summary>
internal sealed class RemoteNode : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string configuration;
    private NodeProcess? process;

    public RemoteNode(string model, string extra = "", LocalBroker? broker = null)
    {
        Broker = broker ?? LocalBroker.Start();
        Models = Directory.CreateDirectory(Path.Combine(folder.Path, "models")).FullName;
        configuration = folder.Write("node.yaml", System.Text.Encoding.UTF8.GetBytes($$"""
            node: {id: e2e}
            broker: {url: "{{Broker.Address}}"}
            model: {file: "{{model}}", providers: [cpu]}
            remote:
              control: all
              recordings: {{Recordings}}
              models: {{Models}}
            {{extra}}
            """));
    }

    public LocalBroker Broker { get; }

    public string Recordings => Path.Combine(folder.Path, "recordings");

    public string Models { get; }

    public NodeProcess Process => process!;

    /// <summary>Starts it and waits until it publishes.</summary>
    public Task StartAsync(string source, params string[] more) => StartAsync(NodeProcess.Start(["run", source, "--config", configuration, .. more]));

    /// <summary>The same where no file may grow beyond a size.</summary>
    public Task StartOnFullDiskAsync(int bytes, string source, params string[] more) => StartAsync(NodeProcess.StartOnFullDisk(bytes, ["run", source, "--config", configuration, .. more]));

    private async Task StartAsync(NodeProcess started)
    {
        process = started;
        await using Collector collector = await Collector.ConnectAsync(Broker.Address.Port, "roboperception/v1/e2e/#");
        await collector.WaitUntilAsync(all => all.Any(m => m.Topic.EndsWith("/depth", StringComparison.Ordinal)) && all.Any(m => m.Topic.EndsWith("/description", StringComparison.Ordinal)), "the node runs");
    }

    /// <summary>A folder with images of one colour, to be played again and again.</summary>
    public string Wall(byte level)
    {
        string images = Directory.CreateDirectory(Path.Combine(folder.Path, $"wall-{level}")).FullName;
        using var wall = new Mat(48, 64, MatType.CV_8UC3, new Scalar(level, level, level));
        for (int i = 0; i < 20; i++)
        {
            Cv2.ImWrite(Path.Combine(images, $"{i:000}.png"), wall);
        }
        return images;
    }

    /// <summary>Writes a model into the folder of those that may be asked for.</summary>
    public string Model(string name, byte[] content)
    {
        File.WriteAllBytes(Path.Combine(Models, name), content);
        return name;
    }

    public void Dispose()
    {
        process?.Dispose();
        Broker.Dispose();
        folder.Dispose();
    }
}
