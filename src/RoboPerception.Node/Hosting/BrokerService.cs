using Microsoft.Extensions.Logging;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Brokers;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Logging;

namespace RoboPerception.Node.Hosting;

/// <summary>
/// The broker and the connection to it: the first service up and the last one down, because everything else talks through it. Where
/// no broker is named it starts our own, and starts it again when it dies; it says <c>starting</c> first and <c>stopped</c> last.
/// </summary>
internal sealed class BrokerService : BeatService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    private readonly NodeRequest request;
    private readonly NodeIdentity identity;
    private readonly ModelFile model;
    private readonly NodeEnd end;
    private readonly ILogger log;
    private LocalBroker? own;
    private MqttConnection? connection;

    /// <summary>A service that does not run yet. It is given the model because a model that breaks its contract is told before a broker is looked for.</summary>
    public BrokerService(NodeRequest request, NodeIdentity identity, ModelFile model, NodeEnd end, ILoggerFactory logs)
        : base(end, Period) =>
        (this.request, this.identity, this.model, this.end, log) = (request, identity, model, end, logs.CreateLogger(LogComponents.Broker));

    /// <summary>What everything is published through; there once the service has started.</summary>
    public MqttConnection Connection => connection ?? throw new InvalidOperationException("The broker has not been started.");

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        NodeSettings settings = request.Settings;
        MqttConnectionOptions options = ConnectionOptions(settings);
        connection = new MqttConnection(options);
        connection.Listen(identity.Topics.TakeOver, OnTakeOver);
        if (own is null)
        {
            await new BrokerStart(BrokerAccess.Options(settings, options.Broker, $"{options.ClientId}-look", failFast: true), identity.Topics, identity.Session, log.Say).LookAsync(model.Description, settings, request.TakeOver, cancellationToken).ConfigureAwait(false);
        }
        await connection.StartAsync(cancellationToken).ConfigureAwait(false);
        connection.SetRetained(identity.Topics.Status, Status(NodeStates.Starting));
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        if (connection is not null)
        {
            await connection.StopAsync(identity.Topics.Status, Status(NodeStates.Stopped)).ConfigureAwait(false);
            await connection.DisposeAsync().ConfigureAwait(false);
        }
        own?.Dispose();
    }

    /// <summary>Our own broker died (killed, out of memory): a new one on the same port, where subscribers expect it.</summary>
    protected override void Beat()
    {
        if (own is not { HasExited: true } dead)
        {
            return;
        }
        log.LogWarning("our broker at {Broker} has ended; starting it again", dead.Address);
        dead.Dispose();
        own = LocalBroker.Start(port: dead.Address.Port);
    }

    private byte[] Status(string state) => MessageJson.Write(new StatusDocument(state, identity.Session, DateTimeOffset.UtcNow));

    private MqttConnectionOptions ConnectionOptions(NodeSettings settings)
    {
        BrokerAddress address;
        if (settings.BrokerUrl is { } url)
        {
            address = BrokerAddress.Parse(url);
        }
        else
        {
            own = LocalBroker.Start(port: settings.BrokerPort > 0 ? settings.BrokerPort : null);
            address = own.Address;
            log.LogInformation("own broker at {Broker}, WebSocket at ws://127.0.0.1:{Port}", address, own.WebSocketPort);
        }
        // A robot that boots waits for its broker; a replay in CI must not.
        return BrokerAccess.Options(
            settings, address, $"roboperception-{settings.NodeId}-{identity.Session}", request.Replay,
            new MqttWill(identity.Topics.Status, MessageJson.Write(new StatusDocument(NodeStates.Lost, identity.Session))), log.Say);
    }

    private void OnTakeOver(byte[] json)
    {
        try
        {
            string other = MessageJson.Read<StatusDocument>(json).Session;
            if (other != identity.Session)
            {
                end.Fail(new UserErrorException(ExitCode.Broker, $"another node has taken over the name '{identity.Topics.Node}' (session {other}); this one ends"));
            }
        }
        catch (System.Text.Json.JsonException)
        {
            log.LogWarning("{Topic}: not a take-over message", identity.Topics.TakeOver);
        }
    }
}
