using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RoboPerception.Messaging.Tests;

/// <summary>A mosquitto with one account and, if asked for, TLS: somebody else's broker.</summary>
internal sealed class SecuredBroker : IDisposable
{
    private readonly Process process;

    public SecuredBroker(string user, string password, (X509Certificate2 Certificate, ECDsa Key)? tls, int? port = null)
    {
        Folder = Directory.CreateTempSubdirectory("rp-secured-").FullName;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            Address = new BrokerAddress("127.0.0.1", port ?? ((IPEndPoint)listener.LocalEndpoint).Port);
        }
        using (Process hash = Process.Start("mosquitto_passwd", ["-b", "-c", $"{Folder}/accounts", user, password]))
        {
            hash.WaitForExit();
        }
        List<string> lines = [$"listener {Address.Port} 127.0.0.1", "allow_anonymous false", $"password_file {Folder}/accounts", $"user {Environment.UserName}"];
        if (tls is var (certificate, key))
        {
            File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
            File.WriteAllText($"{Folder}/server.key", key.ExportPkcs8PrivateKeyPem());
            lines.AddRange([$"certfile {CertificateFile}", $"keyfile {Folder}/server.key"]);
        }
        File.WriteAllLines($"{Folder}/mosquitto.conf", lines);
        process = Process.Start(new ProcessStartInfo("mosquitto", ["-c", $"{Folder}/mosquitto.conf"]) { RedirectStandardError = true })!;
        process.BeginErrorReadLine();
        for (int attempt = 0; !Accepts(); attempt++)
        {
            Assert.True(attempt < 500 && !process.HasExited, "mosquitto did not start");
            Thread.Sleep(10);
        }
    }

    public string Folder { get; }

    public string CertificateFile => $"{Folder}/server.pem";

    public BrokerAddress Address { get; }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private bool Accepts()
    {
        try
        {
            using var client = new TcpClient(Address.Host, Address.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
