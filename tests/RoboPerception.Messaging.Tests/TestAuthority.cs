using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RoboPerception.Messaging.Tests;

/// <summary>A certificate authority of one's own, as people with brokers have it; what it issues lies in files.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 certificate;

    public TestAuthority()
    {
        Folder = Directory.CreateTempSubdirectory("rp-authority-").FullName;
        var request = new CertificateRequest("CN=somebody's authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(5));
        CertificateFile = Path.Combine(Folder, "ca.pem");
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
    }

    public string Folder { get; }

    public string CertificateFile { get; }

    /// <summary>Files of a certificate and its key.</summary>
    public (string Certificate, string Key) Issue(string name, TimeSpan from, TimeSpan to, string? host = null)
    {
        using ECDsa own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", own, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(host ?? name);
        }
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 issued = request.Create(certificate, DateTimeOffset.UtcNow + from, DateTimeOffset.UtcNow + to, RandomNumberGenerator.GetBytes(8));
        (string Certificate, string Key) files = (Path.Combine(Folder, $"{name}.pem"), Path.Combine(Folder, $"{name}.key"));
        File.WriteAllText(files.Certificate, issued.ExportCertificatePem());
        File.WriteAllText(files.Key, own.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(files.Key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return files;
    }

    public void Dispose()
    {
        key.Dispose();
        certificate.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
