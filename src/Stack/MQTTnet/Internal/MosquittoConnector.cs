using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using MQTTnet.Formatter;
using MQTTnet.Native;
using MQTTnet.Protocol;

namespace MQTTnet.Internal;

/// <summary>Configures a native client from the options and opens its socket. Blocks while TCP connects.</summary>
internal static unsafe class MosquittoConnector
{
    private const int ShortestKeepAliveSeconds = 5;

    public static void Connect(MosquittoHandle handle, MqttClientOptions options, Func<string> lastError)
    {
        var tcp = (MqttClientTcpOptions)options.ChannelOptions;
        bool v5 = options.ProtocolVersion == MqttProtocolVersion.V500;
        Require(LibMosquitto.mosquitto_int_option(handle, MosquittoOption.ProtocolVersion, (int)options.ProtocolVersion), "protocol version");
        Require(LibMosquitto.mosquitto_int_option(handle, MosquittoOption.TcpNoDelay, tcp.NoDelay ? 1 : 0), "NoDelay");
        if (v5 && options.ReceiveMaximum != 0)
        {
            Require(LibMosquitto.mosquitto_int_option(handle, MosquittoOption.ReceiveMaximum, options.ReceiveMaximum), "receive maximum");
        }

        SetCredentials(handle, options);
        SetWill(handle, options, v5);
        using TlsFiles tls = tcp.TlsOptions?.UseTls == true ? TlsFiles.Apply(handle, tcp.TlsOptions) : null;
        Open(handle, options, tcp, v5, lastError);
        int size = tcp.BufferSize;
        int socket = LibMosquitto.mosquitto_socket(handle);
        // Only the send side: it is where frames grow old. A receive buffer set after the connect would choke TCP's window.
        if (size > 0 && size != MqttClientTcpOptions.DefaultBufferSize && socket >= 0)
        {
            _ = LibC.setsockopt(socket, LibC.SolSocket, LibC.SoSendBuffer, &size, sizeof(int));
        }
    }

    private static void Open(MosquittoHandle handle, MqttClientOptions options, MqttClientTcpOptions tcp, bool v5, Func<string> lastError)
    {
        (string host, int port) = tcp.RemoteEndpoint switch
        {
            DnsEndPoint dns => (dns.Host, dns.Port),
            IPEndPoint ip => (ip.Address.ToString(), ip.Port),
            _ => throw new NotSupportedException("The broker must be named by a DnsEndPoint or an IPEndPoint."),
        };
        int keepAlive = options.KeepAlivePeriod <= TimeSpan.Zero ? 0 : Math.Max(ShortestKeepAliveSeconds, (int)Math.Min(ushort.MaxValue, options.KeepAlivePeriod.TotalSeconds));
        var properties = default(PropertyList);
        try
        {
            if (v5 && options.SessionExpiryInterval != 0)
            {
                properties.AddUInt32(MqttPropertyId.SessionExpiryInterval, options.SessionExpiryInterval);
            }

            if (v5 && options.MaximumPacketSize != 0)
            {
                properties.AddUInt32(MqttPropertyId.MaximumPacketSize, options.MaximumPacketSize);
            }

            properties.AddUserProperties(options.UserProperties);
            fixed (byte* hostBytes = Encoding.UTF8.GetBytes(host + '\0'))
            {
                int error = LibMosquitto.mosquitto_connect_bind_v5(handle, hostBytes, port, keepAlive, null, properties.Pointer);
                if (error != MosquittoError.Success)
                {
                    throw Failures.ToException(error, Marshal.GetLastPInvokeError(), lastError());
                }
            }
        }
        finally
        {
            properties.Dispose();
        }
    }

    private static void SetCredentials(MosquittoHandle handle, MqttClientOptions options)
    {
        string userName = options.Credentials?.GetUserName(options);
        if (userName is null)
        {
            return;
        }

        byte[] password = options.Credentials.GetPassword(options);
        if (password is not null && password.Contains((byte)0))
        {
            throw new NotSupportedException("libmosquitto takes no password with a zero byte.");
        }

        using var user = new Utf8Argument(userName, stackalloc byte[Utf8Argument.StackSize]);
        Span<byte> scratch = stackalloc byte[Utf8Argument.StackSize];
        using var secret = new Utf8Argument(password, scratch);
        fixed (byte* userBytes = user.Bytes, secretBytes = secret.Bytes)
        {
            Require(LibMosquitto.mosquitto_username_pw_set(handle, userBytes, password is null ? null : secretBytes), "user name");
        }

        scratch.Clear();
    }

    private static void SetWill(MosquittoHandle handle, MqttClientOptions options, bool v5)
    {
        if (string.IsNullOrEmpty(options.WillTopic))
        {
            return;
        }

        TopicRules.ThrowIfNotATopic(options.WillTopic);
        byte[] payload = options.WillPayload ?? [];
        var properties = default(PropertyList);
        try
        {
            if (v5)
            {
                AddWillProperties(ref properties, options);
            }

            fixed (byte* topic = Encoding.UTF8.GetBytes(options.WillTopic + '\0'), payloadBytes = payload)
            {
                Require(
                    LibMosquitto.mosquitto_will_set_v5(handle, topic, payload.Length, payloadBytes, (int)options.WillQualityOfServiceLevel, options.WillRetain, properties.Pointer),
                    "will");
                // On success the native client owns the list.
                properties.Release();
            }
        }
        finally
        {
            properties.Dispose();
        }
    }

    private static void AddWillProperties(ref PropertyList properties, MqttClientOptions options)
    {
        if (options.WillDelayInterval != 0)
        {
            properties.AddUInt32(MqttPropertyId.WillDelayInterval, options.WillDelayInterval);
        }

        if (options.WillMessageExpiryInterval != 0)
        {
            properties.AddUInt32(MqttPropertyId.MessageExpiryInterval, options.WillMessageExpiryInterval);
        }

        if (!string.IsNullOrEmpty(options.WillContentType))
        {
            properties.AddString(MqttPropertyId.ContentType, options.WillContentType);
        }

        if (options.WillPayloadFormatIndicator != MqttPayloadFormatIndicator.Unspecified)
        {
            properties.AddByte(MqttPropertyId.PayloadFormatIndicator, (byte)options.WillPayloadFormatIndicator);
        }

        properties.AddUserProperties(options.WillUserProperties);
    }

    private static void Require(int error, string what)
    {
        if (error != MosquittoError.Success)
        {
            throw new InvalidOperationException($"libmosquitto refused the {what}: {LibMosquitto.Describe(error)}");
        }
    }
}
