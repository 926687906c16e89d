using System.Net;

namespace MQTTnet;

public sealed class MqttClientTcpOptions : IMqttClientChannelOptions
{
    internal const int DefaultBufferSize = 8192;

    /// <summary>Bytes of the socket's send buffer: it bounds how many frames can grow old in the kernel. The default leaves the size to the kernel.</summary>
    public int BufferSize { get; set; } = DefaultBufferSize;

    public bool NoDelay { get; set; } = true;

    /// <summary>A <see cref="DnsEndPoint"/> or an <see cref="IPEndPoint"/>.</summary>
    public EndPoint RemoteEndpoint { get; set; }

    public MqttClientTlsOptions TlsOptions { get; set; } = new();

    public override string ToString() => RemoteEndpoint switch
    {
        DnsEndPoint dns => $"{dns.Host}:{dns.Port}",
        null => "",
        _ => RemoteEndpoint.ToString(),
    };
}
