using System.Security.Cryptography.X509Certificates;

namespace MQTTnet;

/// <summary>
/// TLS towards the broker. The certificate chain and the host name are always verified: none of the official options that
/// weaken verification exists in this library.
/// </summary>
public sealed class MqttClientTlsOptions
{
    public bool UseTls { get; set; }

    public IMqttClientCertificatesProvider ClientCertificatesProvider { get; set; }

    /// <summary>Certificate authorities to trust; without them, those of the operating system.</summary>
    public X509Certificate2Collection TrustChain { get; set; }
}
