using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RoboPerception.Core;
using RoboPerception.Messaging;

namespace RoboPerception.Benchmarks.Faults;

/// <summary>A mosquitto on all addresses of this machine (the node under test may live in another network), which keeps nothing on disk and can be killed.</summary>
internal sealed class FaultBroker : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly string folder = Directory.CreateTempSubdirectory("rp-faults-").FullName;
    private Process? process;

    public FaultBroker(IPAddress address)
    {
        using (var listener = new TcpListener(address, 0))
        {
            listener.Start();
            Address = new BrokerAddress(address.ToString(), ((IPEndPoint)listener.LocalEndpoint).Port);
        }
        string[] lines =
        [
            string.Create(CultureInfo.InvariantCulture, $"listener {Address.Port} {Address.Host}"), "allow_anonymous true", "persistence false", "set_tcp_nodelay true",
            "max_queued_bytes 4096", "max_queued_messages 20", "upgrade_outgoing_qos true", "log_type none", $"user {Environment.UserName}",
        ];
        File.WriteAllLines(Configuration, lines);
        Start();
    }

    /// <summary>Where it listens, also after a restart.</summary>
    public BrokerAddress Address { get; }

    private string Configuration => Path.Combine(folder, "mosquitto.conf");

    /// <summary>Starts it and returns once it accepts connections.</summary>
    public void Start()
    {
        process = Process.Start(new ProcessStartInfo("mosquitto", ["-c", Configuration]))!;
        long started = Stopwatch.GetTimestamp();
        while (!Accepts())
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(started) > StartLimit)
            {
                throw new UserErrorException(ExitCode.Broker, $"mosquitto did not start with {Configuration}");
            }
            Thread.Sleep(1);
        }
    }

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        process!.Kill();
        process.WaitForExit();
        process.Dispose();
        process = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (process is not null)
        {
            Kill();
        }
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
