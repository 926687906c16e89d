using System.Text.Json;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Recorders;
using RoboPerception.Recording.Schemas;

namespace RoboPerception.Node.Web.Foxglove;

/// <summary>
/// The live node as Foxglove sees it (<c>foxglove.websocket.v1</c>): the channels of a recording, and who is subscribed to them. It is there where
/// HTTP is on; while nobody is subscribed a frame costs a comparison.
/// </summary>
internal sealed class FoxgloveHub : IDisposable
{
    /// <summary>Viewers at a time; one more is refused.</summary>
    public const int MostClients = 32;

    private const int KeptLines = 64;

    private readonly Dictionary<string, FoxgloveCamera> cameras = [];
    private readonly List<FoxgloveChannel> channels = [];
    private readonly FoxgloveChannel log;
    private readonly FoxgloveChannel metrics;
    private readonly NodeLog lines;
    private readonly Dictionary<string, string> metadata;
    private readonly string name;
    private readonly string session;
    private readonly Lock gate = new();
    private volatile FoxgloveClient[] clients = [];
    private long sourceTime;
    private volatile bool hasOwnTime;

    /// <summary>The channels of every camera.</summary>
    public FoxgloveHub(NodeSettings settings, ModelFile model, NodeIdentity identity, NodeLog lines, ILoggerFactory logs)
    {
        this.lines = lines;
        ILogger http = logs.CreateLogger(LogComponents.Http);
        foreach (CameraSettings camera in settings.Cameras)
        {
            cameras[camera.Id] = new FoxgloveCamera(camera.Id, model.Description, settings, this, http);
        }
        log = Add(id => FoxgloveChannel.Protobuf(id, "/log", Log.Descriptor, KeptLines));
        metrics = Add(id => FoxgloveChannel.Json(id, "/metrics"));
        Advertisement = JsonSerializer.SerializeToUtf8Bytes(new Advertise([.. channels.Select(c => c.Description)]), FoxgloveJson.Default.Advertise);
        metadata = new Dictionary<string, string> { ["node"] = settings.NodeId };
        (name, session) = ($"RoboPerception {settings.NodeId}", identity.Session);
        lines.Written += Write;
    }

    /// <summary>What a client is told first. A recording has a time of its own, which is then told with every frame.</summary>
    public ServerInfo Info => new(name, hasOwnTime ? ["time"] : [], metadata, session);

    /// <summary>All channels, as they are advertised.</summary>
    public byte[] Advertisement { get; }

    /// <summary>Who watches now.</summary>
    public int Clients => clients.Length;

    /// <summary>A channel by its number; null if there is none.</summary>
    public FoxgloveChannel? ChannelOf(long id) => id < channels.Count ? channels[(int)id] : null;

    /// <summary>A channel by its name.</summary>
    public FoxgloveChannel ChannelOf(string topic) => channels.Single(c => c.Topic == topic);

    /// <summary>What shows a camera's frames.</summary>
    public FoxgloveCamera TapOf(CameraSettings camera) => cameras[camera.Id];

    /// <summary>Says how a camera sees, and whether its time is that of a recording.</summary>
    public void Describe(CameraInfoDocument info, string camera, bool isLive)
    {
        hasOwnTime |= !isLive;
        long now = isLive ? UnixClock.Now : 0;
        cameras[camera].Calibration.Stand(new FoxgloveMessage(now, FoxgloveMessages.Calibration(info, now).ToByteArray()));
    }

    /// <summary>Publishes the metrics.</summary>
    public void Metrics(byte[] document)
    {
        if (metrics.IsWatched)
        {
            metrics.Offer(new FoxgloveMessage(Now, document));
        }
    }

    /// <summary>Tells the time of a recording to all clients.</summary>
    public void Tell(long stamp)
    {
        if (!hasOwnTime)
        {
            return;
        }
        Interlocked.Exchange(ref sourceTime, stamp);
        foreach (FoxgloveClient client in clients)
        {
            client.Tell(stamp);
        }
    }

    /// <summary>A new viewer; false if there are too many.</summary>
    public bool Join(FoxgloveClient client)
    {
        lock (gate)
        {
            if (clients.Length == MostClients)
            {
                return false;
            }
            clients = [.. clients, client];
            return true;
        }
    }

    /// <summary>A viewer left.</summary>
    public void Leave(FoxgloveClient client)
    {
        lock (gate)
        {
            clients = [.. clients.Where(c => c != client)];
        }
    }

    /// <summary>Adds a channel, with the next number.</summary>
    internal FoxgloveChannel Add(Func<int, FoxgloveChannel> make)
    {
        FoxgloveChannel channel = make(channels.Count);
        channels.Add(channel);
        return channel;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lines.Written -= Write;
        foreach (FoxgloveCamera camera in cameras.Values)
        {
            camera.Dispose();
        }
    }

    /// <summary>On the clock of the frames' stamps: a viewer sorts by it.</summary>
    private long Now => Interlocked.Read(ref sourceTime) is var now and not 0 ? now : UnixClock.Now;

    private void Write(LogLine line)
    {
        // Who connects later reads the last lines: what went wrong went wrong before he looked.
        (Log message, long stamp) = FoxgloveMessages.Line(line);
        log.Stand(new FoxgloveMessage(Interlocked.Read(ref sourceTime) is var now and not 0 ? now : stamp, message.ToByteArray()));
    }
}
