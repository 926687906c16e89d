using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace RoboPerception.Stack.Tests.Mqtt;

/// <summary>A real mosquitto on a free loopback port.</summary>
internal sealed class TestBroker : IDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private TestBroker(Process process, string folder, int port)
    {
        _process = process;
        _folder = folder;
        Port = port;
    }

    public int Port { get; }

    public static TestBroker Start(int? port = null, TestCertificates? certificates = null, (string User, string Password)? login = null, bool demandClientCertificate = false)
    {
        string folder = Directory.CreateTempSubdirectory("rp-broker-").FullName;
        int chosen = port ?? FreePort();
        var lines = new List<string> { $"listener {chosen} 127.0.0.1", "persistence false", $"allow_anonymous {(login is null ? "true" : "false")}" };
        if (Environment.UserName == "root")
        {
            lines.Add("user root");
        }

        if (certificates is not null)
        {
            certificates.Write(folder);
            lines.AddRange([$"certfile {folder}/server.pem", $"keyfile {folder}/server.key", $"cafile {folder}/ca.pem", $"require_certificate {(demandClientCertificate ? "true" : "false")}"]);
        }

        if (login is var (user, password))
        {
            using var hash = Process.Start("mosquitto_passwd", ["-b", "-c", $"{folder}/passwords", user, password]);
            hash.WaitForExit();
            lines.Add($"password_file {folder}/passwords");
        }

        File.WriteAllLines($"{folder}/broker.conf", lines);
        Process process = Process.Start(new ProcessStartInfo("mosquitto", ["-c", $"{folder}/broker.conf"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        for (int attempt = 0; !Accepts(chosen); attempt++)
        {
            Assert.False(process.HasExited || attempt > 400, "mosquitto did not start");
            Thread.Sleep(10);
        }

        return new TestBroker(process, folder, chosen);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static bool Accepts(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
