using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>Where a broker listens: <c>mqtt[s]://[user@]host[:port]</c>. Never holds a password.</summary>
/// <param name="Host">Host name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Tls">TLS with verification of the chain and the host name.</param>
/// <param name="UserName">Name to log in with; null = anonymous.</param>
public sealed record BrokerAddress(string Host, int Port, bool Tls = false, string? UserName = null)
{
    private const int PlainPort = 1883;
    private const int TlsPort = 8883;

    /// <summary>Reads an address that a person wrote.</summary>
    /// <exception cref="UserErrorException">It is not one, or it holds a password.</exception>
    public static BrokerAddress Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("mqtt" or "mqtts") || uri.Host.Length == 0)
        {
            // Anything before an @ could hold a secret, so only what follows is repeated.
            string shown = text[(text.LastIndexOf('@') + 1)..];
            throw new UserErrorException(ExitCode.Usage, $"The broker '{shown}' is not an address: write mqtt://host, mqtts://host or mqtts://user@host:8883.");
        }
        if (uri.UserInfo.Contains(':', StringComparison.Ordinal))
        {
            throw new UserErrorException(
                ExitCode.Usage,
                $"The broker address for '{uri.Host}' holds a password, which process lists and logs would show. Write {uri.Scheme}://user@{uri.Host} and give the password in a file (--password-file) or in ROBOPERCEPTION__BROKER__PASSWORD.");
        }
        if (uri.AbsolutePath is not ("" or "/") || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            throw new UserErrorException(ExitCode.Usage, $"The broker address for '{uri.Host}' has a path or a query; an address ends after the port: {uri.Scheme}://{uri.Host}.");
        }
        bool tls = uri.Scheme == "mqtts";
        string? user = uri.UserInfo.Length == 0 ? null : Uri.UnescapeDataString(uri.UserInfo);
        return new BrokerAddress(uri.DnsSafeHost, uri.IsDefaultPort || uri.Port <= 0 ? (tls ? TlsPort : PlainPort) : uri.Port, tls, user);
    }

    /// <summary>The address as one writes it.</summary>
    public override string ToString()
    {
        string host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        return $"{(Tls ? "mqtts" : "mqtt")}://{(UserName is null ? "" : Uri.EscapeDataString(UserName) + "@")}{host}:{Port}";
    }
}
