using System.Diagnostics;
using System.Net.Sockets;

namespace RoboPerception.Messaging.Tests;

/// <summary>A mosquitto with lines of the test's own in its configuration: somebody else's broker with its limits.</summary>
internal sealed class ConfiguredBroker : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rp-configured-").FullName;
    private readonly Process process;

    public ConfiguredBroker(params string[] lines)
        : this(LocalBroker.FreePort(), ["allow_anonymous true", .. lines])
    {
    }

    /// <summary>One on a port of the test's choice, where the lines also say who may enter.</summary>
    public ConfiguredBroker(int port, string[] lines)
    {
        Address = new BrokerAddress("127.0.0.1", port);
        File.WriteAllText($"{folder}/nothing.acl", "topic read #\n");
        string[] configuration = [$"listener {Address.Port} 127.0.0.1", $"user {Environment.UserName}", .. lines.Select(l => l.Replace("FOLDER", folder, StringComparison.Ordinal))];
        File.WriteAllLines($"{folder}/mosquitto.conf", configuration);
        process = Process.Start(new ProcessStartInfo("mosquitto", ["-c", $"{folder}/mosquitto.conf"]) { RedirectStandardError = true })!;
        process.BeginErrorReadLine();
        for (int attempt = 0; !Accepts(); attempt++)
        {
            Assert.True(attempt < 1000 && !process.HasExited, "mosquitto did not start");
            Thread.Sleep(10);
        }
    }

    /// <summary>Lines for a broker that lets everybody read and nobody write.</summary>
    public static string ReadOnly => "acl_file FOLDER/nothing.acl";

    public BrokerAddress Address { get; }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
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
