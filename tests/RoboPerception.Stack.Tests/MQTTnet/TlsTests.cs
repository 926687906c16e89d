using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;

namespace RoboPerception.Stack.Tests.Mqtt;

public sealed class TlsTests : MqttTestBase
{
    [Fact]
    public async Task A_private_authority_is_trusted_when_it_is_named()
    {
        TestCertificates certificates = Own(new TestCertificates("localhost"));
        TestBroker broker = Own(TestBroker.Start(certificates: certificates));
        IMqttClient client = NewClient();
        MqttClientConnectResult result = await client.ConnectAsync(TlsOptions(broker, certificates).Build());
        Assert.Equal(MqttClientConnectResultCode.Success, result.ResultCode);

        var inbox = Channel.CreateUnbounded<MqttApplicationMessage>();
        client.ApplicationMessageReceivedAsync += args => inbox.Writer.WriteAsync(args.ApplicationMessage).AsTask();
        await client.SubscribeAsync("t");
        byte[] payload = new byte[300_000];
        new Random(2).NextBytes(payload);
        for (int i = 0; i < 5; i++)
        {
            await client.PublishAsync(new MqttApplicationMessageBuilder().WithTopic("t").WithPayload(payload).Build());
        }

        for (int i = 0; i < 5; i++)
        {
            Assert.True((await NextAsync(inbox)).Payload.FirstSpan.SequenceEqual(payload));
        }
    }

    [Fact]
    public async Task An_authority_that_was_not_named_is_not_trusted()
    {
        TestCertificates certificates = Own(new TestCertificates("localhost"));
        TestBroker broker = Own(TestBroker.Start(certificates: certificates));
        MqttClientOptions options = OptionsFor(broker.Port, "localhost").WithTlsOptions(tls => tls.UseTls()).Build();
        MqttCommunicationException exception = await Assert.ThrowsAnyAsync<MqttCommunicationException>(() => NewClient().ConnectAsync(options));
        Assert.IsType<AuthenticationException>(exception.InnerException);
    }

    [Fact]
    public async Task A_certificate_for_another_host_is_not_trusted()
    {
        TestCertificates certificates = Own(new TestCertificates("elsewhere.example"));
        TestBroker broker = Own(TestBroker.Start(certificates: certificates));
        MqttCommunicationException exception = await Assert.ThrowsAnyAsync<MqttCommunicationException>(() => NewClient().ConnectAsync(TlsOptions(broker, certificates).Build()));
        Assert.IsType<AuthenticationException>(exception.InnerException);
    }

    [Fact]
    public async Task A_client_certificate_opens_a_broker_that_demands_one()
    {
        TestCertificates certificates = Own(new TestCertificates("localhost"));
        TestBroker broker = Own(TestBroker.Start(certificates: certificates, demandClientCertificate: true));
        await Assert.ThrowsAnyAsync<MqttCommunicationException>(() => NewClient().ConnectAsync(TlsOptions(broker, certificates).Build()));
        MqttClientOptions options = TlsOptions(broker, certificates, [certificates.Client]).Build();
        Assert.Equal(MqttClientConnectResultCode.Success, (await NewClient().ConnectAsync(options)).ResultCode);
    }

    private static MqttClientOptionsBuilder TlsOptions(TestBroker broker, TestCertificates certificates, X509Certificate2Collection? client = null) =>
        OptionsFor(broker.Port, "localhost").WithTlsOptions(tls =>
        {
            tls.WithTrustChain([certificates.Authority]);
            if (client is not null)
            {
                tls.WithClientCertificates(client);
            }
        });
}
