using System.Collections.Concurrent;
using System.Runtime.Versioning;
using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

/// <summary>Promise: nobody but the broker that was meant gets a password or a frame, and the secrets stay on this machine.</summary>
[SupportedOSPlatform("linux")]
public sealed class SecurityTests : IDisposable
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly TestAuthority authority = new();
    private readonly ConcurrentQueue<string> log = new();

    public void Dispose() => authority.Dispose();

    [Fact]
    public async Task A_certificate_of_the_named_authority_is_trusted()
    {
        using ConfiguredBroker broker = TlsBroker("localhost", -Day, Day);
        await using var connection = new MqttConnection(Options(broker));
        await connection.StartAsync();
        Assert.True(connection.IsConnected);
    }

    [Theory]
    [InlineData("expired", "localhost", -20, -1)]
    [InlineData("of another host", "elsewhere.example", -1, 1)]
    public async Task A_certificate_with_a_fault_is_refused_for_good(string what, string host, int from, int to)
    {
        using ConfiguredBroker broker = TlsBroker(host, from * Day, to * Day);
        await using var connection = new MqttConnection(Options(broker));
        UserErrorException exception = await Assert.ThrowsAsync<UserErrorException>(() => connection.StartAsync());
        Assert.True(exception.ExitCode == ExitCode.Broker, what);
        Assert.Contains("TLS", exception.Message, StringComparison.Ordinal);
        Assert.False(connection.IsConnected);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused_for_good()
    {
        using var other = new TestAuthority();
        using ConfiguredBroker broker = TlsBroker("localhost", -Day, Day);
        await using var connection = new MqttConnection(Options(broker, caFile: other.CertificateFile));
        Assert.Equal(ExitCode.Broker, (await Assert.ThrowsAsync<UserErrorException>(() => connection.StartAsync())).ExitCode);
    }

    [Fact]
    public async Task A_certificate_that_begins_tomorrow_is_waited_for_because_our_clock_may_be_wrong()
    {
        using ConfiguredBroker broker = TlsBroker("localhost", Day, 20 * Day);
        await using var connection = new MqttConnection(Options(broker));
        await connection.StartAsync();
        Assert.False(connection.IsConnected);
        Assert.True(log.Any(l => l.Contains("set the clock", StringComparison.Ordinal)), string.Join('\n', log));
        await using var impatient = new MqttConnection(Options(broker, failFast: true));
        Assert.Contains("set the clock", (await Assert.ThrowsAsync<UserErrorException>(() => impatient.StartAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_asks_for_our_certificate_gets_it_and_refuses_who_has_none()
    {
        (string certificate, string key) = authority.Issue("robot", -Day, Day);
        using ConfiguredBroker broker = TlsBroker("localhost", -Day, Day, $"cafile {authority.CertificateFile}", "require_certificate true");
        await using var known = new MqttConnection(Options(broker, certificate: certificate, key: key));
        await known.StartAsync();
        Assert.True(known.IsConnected);

        string both = Path.Combine(authority.Folder, "both.pem");
        File.WriteAllText(both, $"{File.ReadAllText(certificate)}\n{File.ReadAllText(key)}\n");
        await using var inOneFile = new MqttConnection(Options(broker, certificate: both));
        await inOneFile.StartAsync();
        Assert.True(inOneFile.IsConnected);

        await using var stranger = new MqttConnection(Options(broker, failFast: true));
        Assert.Equal(ExitCode.Broker, (await Assert.ThrowsAsync<UserErrorException>(() => stranger.StartAsync())).ExitCode);
        Assert.False(stranger.IsConnected);
    }

    [Fact]
    public void A_certificate_that_cannot_be_used_is_named_before_anything_is_opened()
    {
        (string certificate, string key) = authority.Issue("a", -Day, Day);
        (_, string foreignKey) = authority.Issue("b", -Day, Day);
        var tls = new BrokerAddress("h", 1, Tls: true);
        Assert.Contains(foreignKey, Refused(new() { Broker = tls, ClientId = "c", CertificateFile = certificate, KeyFile = foreignKey }), StringComparison.Ordinal);
        Assert.Contains("/not/there", Refused(new() { Broker = tls, ClientId = "c", CertificateFile = "/not/there", KeyFile = key }), StringComparison.Ordinal);
        Assert.Contains(certificate, Refused(new() { Broker = tls, ClientId = "c", CertificateFile = certificate }), StringComparison.Ordinal);
        Assert.Contains("without its certificate", Refused(new() { Broker = tls, ClientId = "c", KeyFile = key }), StringComparison.Ordinal);
        Assert.Contains("mqtts://", Refused(new() { Broker = tls with { Tls = false }, ClientId = "c", CertificateFile = certificate, KeyFile = key }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_that_was_changed_on_the_broker_and_in_the_file_needs_no_restart()
    {
        string file = Path.Combine(authority.Folder, "password");
        File.WriteAllText(file, "first-secret\n");
        var broker = new SecuredBroker("robot", "first-secret", null);
        BrokerAddress address = broker.Address with { UserName = "robot" };
        await using var connection = new MqttConnection(new MqttConnectionOptions
        {
            Broker = address,
            ClientId = "c",
            PasswordFile = file,
            MinimumDelay = TimeSpan.FromMilliseconds(10),
            MaximumDelay = TimeSpan.FromMilliseconds(100),
            Log = log.Enqueue,
        });
        await connection.StartAsync();
        broker.Dispose();
        using var changed = new SecuredBroker("robot", "second-secret", null, address.Port);
        await TestSupport.EventuallyAsync(() => log.Any(l => l.Contains("refused", StringComparison.Ordinal)), "the old password is refused");
        Assert.False(connection.IsConnected);
        File.WriteAllText(file, "second-secret\n");
        await TestSupport.EventuallyAsync(() => connection.IsConnected, "the new password is taken");
        Assert.DoesNotContain("-secret", string.Join('\n', log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_that_others_may_read_are_told_at_the_start()
    {
        using LocalBroker broker = LocalBroker.Start();
        string file = Path.Combine(authority.Folder, "password");
        File.WriteAllText(file, "secret\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        await StartAsync();
        Assert.Contains(log, l => l.Contains($"chmod 600 {file}", StringComparison.Ordinal));
        log.Clear();
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await StartAsync();
        Assert.DoesNotContain(log, l => l.Contains("chmod", StringComparison.Ordinal));

        async Task StartAsync()
        {
            await using var connection = new MqttConnection(new MqttConnectionOptions { Broker = broker.Address with { UserName = "robot" }, ClientId = "c", PasswordFile = file, Log = log.Enqueue });
            await connection.StartAsync();
            Assert.True(connection.IsConnected);
        }
    }

    private static string Refused(MqttConnectionOptions options)
    {
        UserErrorException exception = Assert.Throws<UserErrorException>(() => new MqttConnection(options));
        Assert.Equal(ExitCode.Usage, exception.ExitCode);
        return exception.Message;
    }

    private ConfiguredBroker TlsBroker(string host, TimeSpan from, TimeSpan to, params string[] lines)
    {
        (string certificate, string key) = authority.Issue("server", from, to, host);
        return new ConfiguredBroker([$"certfile {certificate}", $"keyfile {key}", .. lines]);
    }

    private MqttConnectionOptions Options(ConfiguredBroker broker, string? caFile = null, string? certificate = null, string? key = null, bool failFast = false) => new()
    {
        Broker = broker.Address with { Host = "localhost", Tls = true },
        ClientId = $"c-{Guid.NewGuid():N}",
        CaFile = caFile ?? authority.CertificateFile,
        CertificateFile = certificate,
        KeyFile = key,
        FailFast = failFast,
        Log = log.Enqueue,
    };
}
