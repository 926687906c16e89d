using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>How to reach and keep a broker. Not a record: its text form must never show a password.</summary>
public sealed class MqttConnectionOptions
{
    /// <summary>The broker.</summary>
    public required BrokerAddress Broker { get; init; }

    /// <summary>MQTT client id; unique per process, or two clients throw each other out.</summary>
    public required string ClientId { get; init; }

    /// <summary>File whose first line is the password, read again at every connect; null = none.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Password from the environment; <see cref="PasswordFile"/> wins.</summary>
    public string? Password { get; init; }

    /// <summary>PEM file with the certificate authorities to trust; null = those of the operating system. Only with mqtts.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM file with our own certificate, for brokers that ask for one; null = none. Read again at every connect. Only with mqtts.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file with that certificate's key, without a password; null = in the same file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Topic and payload the broker publishes (QoS 1, retained) when we vanish.</summary>
    public MqttWill? Will { get; init; }

    /// <summary>True: an unreachable broker is an error at the start. False: it is waited for.</summary>
    public bool FailFast { get; init; }

    /// <summary>Two of these periods without a word and the connection counts as lost.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Limit of one connection attempt.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>First delay before a new attempt; doubles up to <see cref="MaximumDelay"/>, each time shortened by up to a half at random.</summary>
    public TimeSpan MinimumDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest delay; with the attempt itself it decides how soon frames flow again once the broker is back.</summary>
    public TimeSpan MaximumDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Bytes of the kernel's send buffer (the system's <c>net.core.wmem_max</c> is its limit). What is in there can grow old, so it holds
    /// few frames; but a whole raw one of 640x480, or its sender waits for the broker to read.
    /// </summary>
    public int SendBufferBytes { get; init; } = 1024 * 1024;

    /// <summary>Told in words what happens to the connection; never a secret.</summary>
    public Action<string>? Log { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{ClientId} at {Broker}";

    /// <summary>Secrets that other users of the machine may read, each with the remedy.</summary>
    internal IEnumerable<string> Warnings() =>
        new[] { PasswordFile, KeyFile ?? CertificateFile }.OfType<string>().Select(SecretFile.Warning).OfType<string>();

    internal string? ReadPassword()
    {
        if (PasswordFile is null)
        {
            return Password;
        }
        try
        {
            return File.ReadLines(PasswordFile).FirstOrDefault() ?? "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Usage, $"The broker password file '{PasswordFile}' cannot be read: {exception.Message}", exception);
        }
    }
}

/// <summary>The last will.</summary>
/// <param name="Topic">Where.</param>
/// <param name="Payload">What.</param>
public sealed record MqttWill(string Topic, byte[] Payload);
