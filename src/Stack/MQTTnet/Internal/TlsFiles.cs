using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MQTTnet.Native;

namespace MQTTnet.Internal;

/// <summary>
/// libmosquitto reads certificates from paths. They are given as memory files of this process, which exist until the socket is
/// open and never on a disk.
/// </summary>
internal sealed unsafe class TlsFiles : IDisposable
{
    private const int VerifyPeer = 1;

    private readonly List<SafeFileHandle> _files = [];

    private TlsFiles()
    {
    }

    public static TlsFiles Apply(MosquittoHandle handle, MqttClientTlsOptions options)
    {
        var files = new TlsFiles();
        try
        {
            byte[] trust = options.TrustChain is { Count: > 0 } chain ? files.Add(Encoding.ASCII.GetBytes(chain.ExportCertificatePems())) : null;
            (byte[] certificate, byte[] key) = files.AddClientCertificate(options.ClientCertificatesProvider?.GetCertificates());
            fixed (byte* trustPath = trust, certificatePath = certificate, keyPath = key)
            {
                if (trust is null)
                {
                    Require(LibMosquitto.mosquitto_int_option(handle, MosquittoOption.UseOperatingSystemCertificates, 1));
                }

                if (trust is not null || certificate is not null)
                {
                    Require(LibMosquitto.mosquitto_tls_set(handle, trustPath, null, certificatePath, keyPath, 0));
                }
            }

            // Both are the defaults; said again because everything rests on them.
            Require(LibMosquitto.mosquitto_tls_opts_set(handle, VerifyPeer, null, null));
            Require(LibMosquitto.mosquitto_tls_insecure_set(handle, false));
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (SafeFileHandle file in _files)
        {
            file.Dispose();
        }
    }

    private (byte[] Certificate, byte[] Key) AddClientCertificate(X509CertificateCollection certificates)
    {
        if (certificates is not { Count: > 0 })
        {
            return (null, null);
        }

        var certificate = (X509Certificate2)certificates[0];
        using AsymmetricAlgorithm key = certificate.GetRSAPrivateKey() ?? (AsymmetricAlgorithm)certificate.GetECDsaPrivateKey()
            ?? throw new InvalidOperationException($"The client certificate '{certificate.Subject}' has no private key.");
        byte[] pem = Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem());
        try
        {
            return (Add(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem())), Add(pem));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
        }
    }

    /// <returns>The NUL-terminated path of a memory file with this content.</returns>
    private byte[] Add(ReadOnlySpan<byte> content)
    {
        SafeFileHandle file = LibC.CreateMemoryFile(content);
        _files.Add(file);
        return Encoding.ASCII.GetBytes($"/proc/self/fd/{file.DangerousGetHandle()}\0");
    }

    private static void Require(int error)
    {
        if (error != MosquittoError.Success)
        {
            throw new InvalidOperationException($"libmosquitto refused the TLS options: {LibMosquitto.Describe(error)}");
        }
    }
}
