namespace MQTTnet;

/// <summary>
/// An MQTT client. Publish, subscribe and unsubscribe may be called from any thread; connect and disconnect one after the other.
/// A QoS 0 publish completes when the message has gone to the socket, QoS 1 and 2 when the broker has acknowledged it.
/// </summary>
public interface IMqttClient : IDisposable
{
    /// <summary>Messages are handed over one after another: the handler is awaited before the next one.</summary>
    event Func<MqttApplicationMessageReceivedEventArgs, Task> ApplicationMessageReceivedAsync;

    event Func<MqttClientConnectedEventArgs, Task> ConnectedAsync;

    event Func<MqttClientDisconnectedEventArgs, Task> DisconnectedAsync;

    bool IsConnected { get; }

    MqttClientOptions Options { get; }

    /// <exception cref="InvalidOperationException">The client is connected or connecting.</exception>
    /// <exception cref="Exceptions.MqttCommunicationException">The broker could not be reached, or TLS failed.</exception>
    Task<MqttClientConnectResult> ConnectAsync(MqttClientOptions options, CancellationToken cancellationToken = default);

    Task DisconnectAsync(MqttClientDisconnectOptions options, CancellationToken cancellationToken = default);

    /// <exception cref="Exceptions.MqttClientNotConnectedException">There is no connection.</exception>
    /// <exception cref="Exceptions.MqttProtocolViolationException">The topic is empty or has a wildcard.</exception>
    Task<MqttClientPublishResult> PublishAsync(MqttApplicationMessage applicationMessage, CancellationToken cancellationToken = default);

    Task<MqttClientSubscribeResult> SubscribeAsync(MqttClientSubscribeOptions options, CancellationToken cancellationToken = default);

    Task<MqttClientUnsubscribeResult> UnsubscribeAsync(MqttClientUnsubscribeOptions options, CancellationToken cancellationToken = default);
}
