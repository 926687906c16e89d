using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MQTTnet;

namespace RoboPerception.Messaging;

/// <summary>Judges the broker's certificate. Nothing but a certificate without any fault is accepted; the fault of our own clock is told apart.</summary>
internal static class BrokerCertificate
{
    /// <summary>True for a certificate without fault; never false.</summary>
    /// <exception cref="ClockBehindException">Its only fault is that it begins after this machine's present time.</exception>
    /// <exception cref="AuthenticationException">It has another fault.</exception>
    public static bool IsGood(MqttClientCertificateValidationEventArgs args)
    {
        if (args.SslPolicyErrors == SslPolicyErrors.None)
        {
            return true;
        }
        DateTime now = DateTime.Now;
        // Whether a certificate was revoked is not to be learnt of one that does not hold yet.
        X509ChainStatusFlags[] faults = [.. (args.Chain?.ChainStatus ?? []).Select(s => s.Status)];
        if (args.SslPolicyErrors == SslPolicyErrors.RemoteCertificateChainErrors && faults.Contains(X509ChainStatusFlags.NotTimeValid) && faults.All(f => f is X509ChainStatusFlags.NotTimeValid or X509ChainStatusFlags.RevocationStatusUnknown or X509ChainStatusFlags.OfflineRevocation)
            && args.Chain!.ChainElements.Select(e => e.Certificate.NotBefore).Max() is var begins && begins > now)
        {
            throw new ClockBehindException(string.Create(
                CultureInfo.InvariantCulture, $"its certificate is valid from {begins:yyyy-MM-dd HH:mm} and it is {now:yyyy-MM-dd HH:mm} by this machine's clock: set the clock, or let NTP do it."));
        }
        string[] words = [.. Words(args.SslPolicyErrors), .. faults.Distinct().Select(f => f.ToString())];
        throw new AuthenticationException($"its certificate is not accepted ({string.Join(", ", words)}).");
    }

    private static IEnumerable<string> Words(SslPolicyErrors errors)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            yield return "it is another host's";
        }
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            yield return "it has none";
        }
    }
}

/// <summary>The broker's certificate begins in the future: a machine that has just booted does not know the time yet.</summary>
/// <param name="message">Both times, and what to do.</param>
internal sealed class ClockBehindException(string message) : AuthenticationException(message);
