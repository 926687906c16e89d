using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>
/// A mosquitto of our own on free loopback ports, for when no broker was named: MQTT and MQTT over WebSocket, nobody but this
/// machine, nothing kept on disk. It ends with <see cref="Dispose"/>, and with this process however that ends.
/// </summary>
public sealed class LocalBroker : IDisposable
{
    private const int Attempts = 5;
    private const string FolderPrefix = "roboperception-broker-";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);
    // mosquitto says that it runs in words of its version; one that says nothing like it is believed after this.
    private static readonly TimeSpan PatienceWithWord = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(3);

    private readonly BrokerProcess process;
    private readonly string folder;

    private LocalBroker(BrokerProcess process, string folder, int port, int webSocketPort)
    {
        this.process = process;
        this.folder = folder;
        Address = new BrokerAddress(IPAddress.Loopback.ToString(), port);
        WebSocketPort = webSocketPort;
    }

    /// <summary>Where MQTT clients connect.</summary>
    public BrokerAddress Address { get; }

    /// <summary>Where browsers connect: <c>ws://127.0.0.1:port</c>, sub-protocol <c>mqtt</c>.</summary>
    public int WebSocketPort { get; }

    /// <summary>Id of the mosquitto process.</summary>
    public int ProcessId => process.Id;

    /// <summary>True once mosquitto has ended, for whatever reason.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Starts mosquitto and waits until it accepts connections. A port that is taken meanwhile is replaced by another.</summary>
    /// <param name="executable">Name or path of mosquitto.</param>
    /// <param name="port">Port to insist on; null = any free one.</param>
    /// <exception cref="UserErrorException">mosquitto is missing or does not start (exit code 5).</exception>
    public static LocalBroker Start(string executable = "mosquitto", int? port = null)
    {
        string program = Find(executable) ?? throw new UserErrorException(
            ExitCode.Broker, $"The MQTT broker program '{executable}' is not installed: run 'sudo apt install mosquitto', or name a running broker with --broker mqtt://host.");
        RemoveLeftFolders();
        string folder = Directory.CreateTempSubdirectory($"{FolderPrefix}{Environment.ProcessId}-").FullName;
        try
        {
            string report = "";
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                int chosen = port ?? FreePort();
                if (TryStart(program, folder, chosen, FreePort(), out report) is { } broker)
                {
                    return broker;
                }
            }
            throw new UserErrorException(ExitCode.Broker, $"The MQTT broker '{program}' did not start{(port is null ? "" : $" on port {port}")}: {report}");
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Ends mosquitto and removes its folder.</summary>
    public void Dispose()
    {
        process.Stop(StopLimit);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static LocalBroker? TryStart(string program, string folder, int port, int webSocketPort, out string report)
    {
        string configuration = Path.Combine(folder, "mosquitto.conf");
        string log = Path.Combine(folder, "mosquitto.log");
        File.Delete(log);
        File.WriteAllText(configuration, Configuration(port, webSocketPort, log));
        BrokerProcess process;
        try
        {
            process = BrokerProcess.Start(program, configuration);
        }
        catch (Win32Exception exception)
        {
            report = exception.Message;
            return null;
        }
        long began = Stopwatch.GetTimestamp();
        while (!process.HasExited && Stopwatch.GetElapsedTime(began) < StartLimit)
        {
            // Somebody else may have taken one of the ports and accept there, while this mosquitto is about to end for that: its own word counts.
            if (Accepts(port) && Accepts(webSocketPort) && (IsRunning(log) || Stopwatch.GetElapsedTime(began) > PatienceWithWord) && !process.HasExited)
            {
                report = "";
                return new LocalBroker(process, folder, port, webSocketPort);
            }
            Thread.Sleep(5);
        }
        process.Stop(StopLimit);
        string last = File.Exists(log) ? File.ReadLines(log).LastOrDefault() ?? "" : "";
        report = last.Length > 0 ? last : "it ended without a word";
        return null;
    }

    private static string Configuration(int port, int webSocketPort, string log) => string.Join('\n',
        // mosquitto 2.0.11 counts only TCP listeners as listening: the WebSocket one must not stand alone or come first.
        $"listener {port} 127.0.0.1",
        $"listener {webSocketPort} 127.0.0.1",
        "protocol websockets",
        "socket_domain ipv4",
        "allow_anonymous true",
        "persistence false",
        // What holds the age of a slow plain subscriber's frames (conventions section 2): beyond those in flight one frame waits, or a few documents.
        // The bytes alone would do, but the count is what bounds a viewer on WebSocket: mosquitto 2.0 hands its packets over one at a time, and with a
        // count of 2 drops what follows the answers to a subscription, retained documents first.
        "max_queued_bytes 4096",
        "max_queued_messages 20",
        // Frames are published at QoS 0, where neither those bytes nor Receive Maximum count; a subscriber that asks for QoS 1 gets QoS 1.
        "upgrade_outgoing_qos true",
        "set_tcp_nodelay true",
        $"log_dest file {log}",
        "log_type error",
        "log_type warning",
        "log_type notice",
        "log_type information",
        // Without this line a broker started by root becomes the user mosquitto, and Linux then forgets the death signal.
        $"user {Environment.UserName}",
        "");

    // A process that was killed has no time to tidy: the next one does it. The folder's name holds the owner's process id.
    private static void RemoveLeftFolders()
    {
        foreach (string left in Directory.EnumerateDirectories(Path.GetTempPath(), $"{FolderPrefix}*-*"))
        {
            if (int.TryParse(Path.GetFileName(left)[FolderPrefix.Length..].Split('-')[0], out int owner) && !Directory.Exists($"/proc/{owner}"))
            {
                try
                {
                    Directory.Delete(left, recursive: true);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Another user's, or another process tidies at this moment.
                }
            }
        }
    }

    private static string? Find(string executable)
    {
        if (executable.Contains('/', StringComparison.Ordinal))
        {
            return File.Exists(executable) ? executable : null;
        }
        // Debian puts mosquitto into /usr/sbin, which is not on every user's PATH.
        IEnumerable<string> folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/sbin", "/usr/local/sbin"];
        return folders.Select(f => Path.Combine(f, executable)).FirstOrDefault(File.Exists);
    }

    /// <summary>A port of loopback that nobody listens on at this moment.</summary>
    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool IsRunning(string log)
    {
        try
        {
            return File.Exists(log) && File.ReadAllText(log).Contains(" running", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool Accepts(int port)
    {
        try
        {
            using var client = new TcpClient(AddressFamily.InterNetwork);
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
