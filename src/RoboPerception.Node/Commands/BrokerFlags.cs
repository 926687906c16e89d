using System.CommandLine;
using RoboPerception.Messaging;

namespace RoboPerception.Node.Commands;

/// <summary>The flags of commands that look at somebody's broker without a configuration.</summary>
internal sealed class BrokerFlags
{
    private readonly Option<string> broker = new("--broker", "-b") { Description = "mqtt[s]://user@host[:port]", HelpName = "URL", DefaultValueFactory = _ => "mqtt://127.0.0.1" };
    private readonly Option<string?> passwordFile = new("--password-file") { Description = "file whose first line is the broker password", HelpName = "FILE" };
    private readonly Option<string?> caFile = new("--ca-file") { Description = "PEM file of the authority that signed the broker's certificate", HelpName = "FILE" };
    private readonly Option<string?> certFile = new("--cert-file") { Description = "PEM file with our own certificate, for brokers that ask for one", HelpName = "FILE" };
    private readonly Option<string?> keyFile = new("--key-file") { Description = "PEM file with its key, if it is not in the same file", HelpName = "FILE" };
    private readonly Option<string> prefix = new("--prefix") { Description = "first part of every topic", HelpName = "ID", DefaultValueFactory = _ => Topics.DefaultPrefix };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { broker, passwordFile, caFile, certFile, keyFile, prefix })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>First part of every topic.</summary>
    public string Prefix(ParseResult parsed) => parsed.GetValue(prefix)!;

    /// <summary>How to reach the broker; one that is away is an error.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="name">What we are, for the client id.</param>
    public MqttConnectionOptions Options(ParseResult parsed, string name) => new()
    {
        Broker = BrokerAddress.Parse(parsed.GetValue(broker)!),
        ClientId = $"roboperception-{name}-{Guid.NewGuid():N}",
        PasswordFile = parsed.GetValue(passwordFile),
        Password = Environment.GetEnvironmentVariable("ROBOPERCEPTION__BROKER__PASSWORD"),
        CaFile = parsed.GetValue(caFile),
        CertificateFile = parsed.GetValue(certFile),
        KeyFile = parsed.GetValue(keyFile),
        FailFast = true,
    };
}
