using RoboPerception.Messaging;
using RoboPerception.Node.Brokers;
using RoboPerception.Node.Configuration;

namespace RoboPerception.Node.Tests;

public sealed class BrokerAccessTests
{
    [Fact]
    public void Every_connection_takes_the_configured_secrets_along()
    {
        var settings = new NodeSettings { PasswordFile = "password", CaFile = "authority.pem", CertificateFile = "own.pem", KeyFile = "own.key" };
        MqttConnectionOptions options = BrokerAccess.Options(settings, BrokerAddress.Parse("mqtts://robot@broker.local"), "worker", failFast: true);
        Assert.Equal(("password", "authority.pem", "own.pem", "own.key"), (options.PasswordFile, options.CaFile, options.CertificateFile, options.KeyFile));
        Assert.Equal(("worker", true), (options.ClientId, options.FailFast));
    }
}
