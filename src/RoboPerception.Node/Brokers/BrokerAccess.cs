using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;

namespace RoboPerception.Node.Brokers;

/// <summary>How every connection of a configured program reaches its broker: one place for secrets and certificates, so that none is forgotten.</summary>
internal static class BrokerAccess
{
    /// <summary>The options of a connection.</summary>
    /// <param name="settings">Password, authority and certificate.</param>
    /// <param name="broker">The broker, which may be our own.</param>
    /// <param name="clientId">Unique per connection.</param>
    /// <param name="failFast">A broker that is away is an error.</param>
    /// <param name="will">What the broker says when we vanish.</param>
    /// <param name="log">Told what happens to the connection.</param>
    public static MqttConnectionOptions Options(NodeSettings settings, BrokerAddress broker, string clientId, bool failFast = false, MqttWill? will = null, Action<string>? log = null) => new()
    {
        Broker = broker,
        ClientId = clientId,
        PasswordFile = settings.PasswordFile,
        Password = Environment.GetEnvironmentVariable("ROBOPERCEPTION__BROKER__PASSWORD"),
        CaFile = settings.CaFile,
        CertificateFile = settings.CertificateFile,
        KeyFile = settings.KeyFile,
        FailFast = failFast,
        Will = will,
        Log = log,
    };
}
