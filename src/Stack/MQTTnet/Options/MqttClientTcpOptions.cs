using System.Net;

namespace MQTTnet;

public sealed class MqttClientTcpOptions : IMqttClientChannelOptions
{
    /// <summary>Bytes of each of the socket's two kernel buffers. A small one bounds how many frames can grow old in the kernel.</summary>
    public int BufferSize { get; set; } = 8192;

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
