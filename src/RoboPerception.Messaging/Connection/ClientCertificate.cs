using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MQTTnet;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>The certificate by which the broker knows us (mutual TLS). Read again at every connect, so that a renewed one needs no restart.</summary>
internal sealed class ClientCertificate(string certificateFile, string keyFile) : IMqttClientCertificatesProvider
{
    private X509Certificate2? current;

    /// <summary>Reads certificate and key.</summary>
    /// <exception cref="UserErrorException">A file is missing, is no PEM, or the key is not the certificate's (exit code 2).</exception>
    public X509Certificate2 Read()
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            string files = certificateFile == keyFile ? $"'{certificateFile}'" : $"'{certificateFile}' with the key '{keyFile}'";
            throw new UserErrorException(
                ExitCode.Usage, $"The client certificate {files} cannot be used: {exception.Message} Both must be PEM, the key without a password and the certificate's own.", exception);
        }
    }

    /// <inheritdoc/>
    public X509CertificateCollection GetCertificates()
    {
        current?.Dispose();
        current = Read();
        return [current];
    }
}
