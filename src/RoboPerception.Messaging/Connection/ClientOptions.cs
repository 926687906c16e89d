using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MQTTnet;
using MQTTnet.Protocol;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>Turns our options into those of the client and refuses what cannot work before anything is opened.</summary>
internal static class ClientOptions
{
    public static MqttClientOptions Build(MqttConnectionOptions options, SocketStreams streams)
    {
        BrokerAddress broker = options.Broker;
        MqttClientOptionsBuilder builder = new MqttClientOptionsBuilder()
            .WithTcpServer(broker.Host, broker.Port)
            .WithTcpServer(tcp => tcp.StreamProvider = streams)
            .WithClientId(options.ClientId)
            .WithCleanStart()
            .WithKeepAlivePeriod(options.KeepAlive)
            .WithTimeout(options.ConnectTimeout);
        bool hasPassword = options.ReadPassword() is not null;
        if (hasPassword && broker.UserName is null)
        {
            throw new UserErrorException(ExitCode.Usage, $"A password was given for the broker {broker} but no user name: write {(broker.Tls ? "mqtts" : "mqtt")}://user@{broker.Host}.");
        }
        if (broker.UserName is not null)
        {
            builder.WithCredentials(new FileCredentials(options));
        }
        if (options.CaFile is not null && !broker.Tls)
        {
            throw new UserErrorException(ExitCode.Usage, $"A CA file was given but {broker} has no TLS: write mqtts://{broker.Host}.");
        }
        if (options.CertificateFile is not null && !broker.Tls)
        {
            throw new UserErrorException(ExitCode.Usage, $"A client certificate was given but {broker} has no TLS: write mqtts://{broker.Host}.");
        }
        if (options.KeyFile is not null && options.CertificateFile is null)
        {
            throw new UserErrorException(ExitCode.Usage, $"The key '{options.KeyFile}' was given without its certificate: name both.");
        }
        if (broker.Tls)
        {
            X509Certificate2Collection? authorities = options.CaFile is null ? null : ReadAuthorities(options.CaFile);
            builder.WithTlsOptions(tls =>
            {
                tls.UseTls().WithCertificateValidationHandler(BrokerCertificate.IsGood);
                if (authorities is not null)
                {
                    tls.WithTrustChain(authorities);
                }
                if (options.CertificateFile is { } own)
                {
                    var certificate = new ClientCertificate(own, options.KeyFile ?? own);
                    certificate.Read().Dispose();
                    tls.WithClientCertificatesProvider(certificate);
                }
            });
        }
        if (options.Will is { } will)
        {
            builder.WithWillTopic(will.Topic).WithWillPayload(will.Payload).WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).WithWillRetain();
        }
        MqttClientOptions built = builder.Build();
        // For a broker of MQTT 3.1.1: what the older protocol lacks is left out instead of being an error.
        built.ValidateFeatures = false;
        return built;
    }

    private static X509Certificate2Collection ReadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UserErrorException(ExitCode.Usage, $"The CA file '{path}' cannot be read: {exception.Message}", exception);
        }
        return authorities.Count > 0 ? authorities : throw new UserErrorException(ExitCode.Usage, $"The CA file '{path}' holds no certificate in PEM form.");
    }

    /// <summary>Reads the password file at every connect, so that a rotated password needs no restart.</summary>
    private sealed class FileCredentials(MqttConnectionOptions options) : IMqttClientCredentialsProvider
    {
        public byte[]? GetPassword(MqttClientOptions clientOptions) => options.ReadPassword() is { } password ? Encoding.UTF8.GetBytes(password) : null;

        public string? GetUserName(MqttClientOptions clientOptions) => options.Broker.UserName;
    }
}
