using System.Net.Sockets;
using MQTTnet.Exceptions;

namespace RoboPerception.Messaging;

/// <summary>The many forms in which MQTTnet says that a connection ended while something was being sent.</summary>
internal static class ConnectionLoss
{
    /// <summary>True if the exception means no more than that.</summary>
    public static bool Is(Exception exception) => exception switch
    {
        AggregateException { InnerException: { } inner } => Is(inner),
        MqttCommunicationException or MqttProtocolViolationException or ObjectDisposedException or SocketException or IOException => true,
        // A task that was cancelled because its connection ended; who passes a token of his own looks at that first.
        OperationCanceledException => true,
        // The client lets go of its parts when it cleans up, and whoever publishes at that moment finds them gone.
        NullReferenceException => true,
        _ => false,
    };
}
