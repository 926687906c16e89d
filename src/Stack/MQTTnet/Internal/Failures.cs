using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using MQTTnet.Exceptions;
using MQTTnet.Native;

namespace MQTTnet.Internal;

/// <summary>Turns libmosquitto's error numbers into the exceptions of the official client.</summary>
internal static class Failures
{
    /// <param name="error">enum mosq_err_t.</param>
    /// <param name="errno">The errno that goes with <see cref="MosquittoError.Errno"/>.</param>
    /// <param name="log">What libmosquitto logged last about it (TLS details); may be null.</param>
    public static Exception ToException(int error, int errno, string log) => error switch
    {
        MosquittoError.NoConnection => new MqttClientNotConnectedException(),
        MosquittoError.Invalid or MosquittoError.MalformedUtf8 or MosquittoError.PayloadSize or MosquittoError.OversizePacket
            or MosquittoError.QosNotSupported or MosquittoError.RetainNotSupported => new MqttProtocolViolationException(LibMosquitto.Describe(error)),
        MosquittoError.Errno when errno != 0 => Socket(errno),
        MosquittoError.AddressInfo or MosquittoError.Lookup => new MqttCommunicationException("The broker's host name could not be resolved.", new SocketException((int)SocketError.HostNotFound)),
        MosquittoError.Tls or MosquittoError.TlsHandshake => Tls(log),
        MosquittoError.KeepAlive => new MqttCommunicationTimedOutException(),
        _ => new MqttCommunicationException(LibMosquitto.Describe(error), new IOException(log ?? LibMosquitto.Describe(error))),
    };

    private static MqttCommunicationException Tls(string log)
    {
        string message = log is null ? "TLS with the broker failed." : $"TLS with the broker failed: {log}";
        return new MqttCommunicationException(message, new AuthenticationException(message));
    }

    private static MqttCommunicationException Socket(int errno)
    {
        // Linux numbers; SocketException wants the portable ones.
        SocketError code = errno switch
        {
            111 => SocketError.ConnectionRefused,
            110 => SocketError.TimedOut,
            113 => SocketError.HostUnreachable,
            101 => SocketError.NetworkUnreachable,
            104 or 32 => SocketError.ConnectionReset,
            13 => SocketError.AccessDenied,
            _ => SocketError.SocketError,
        };
        return new MqttCommunicationException($"The broker could not be reached: {Marshal.GetPInvokeErrorMessage(errno)}", new SocketException((int)code));
    }
}
