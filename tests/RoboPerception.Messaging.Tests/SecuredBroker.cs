using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RoboPerception.Messaging.Tests;

/// <summary>A broker with one account and, if asked for, TLS.</summary>
internal sealed class SecuredBroker : IDisposable
{
    private readonly ConfiguredBroker broker;

    public SecuredBroker(string user, string password, (X509Certificate2 Certificate, ECDsa Key)? tls, int? port = null)
    {
        using (Process hash = Process.Start("mosquitto_passwd", ["-b", "-c", $"{Folder}/accounts", user, password]))
        {
            hash.WaitForExit();
        }
        List<string> lines = ["allow_anonymous false", $"password_file {Folder}/accounts"];
        if (tls is var (certificate, key))
        {
            File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
            File.WriteAllText($"{Folder}/server.key", key.ExportPkcs8PrivateKeyPem());
            lines.AddRange([$"certfile {CertificateFile}", $"keyfile {Folder}/server.key"]);
        }
        broker = new ConfiguredBroker(port ?? LocalBroker.FreePort(), [.. lines]);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("rp-secured-").FullName;

    public string CertificateFile => $"{Folder}/server.pem";

    public BrokerAddress Address => broker.Address;

    public void Dispose()
    {
        broker.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
