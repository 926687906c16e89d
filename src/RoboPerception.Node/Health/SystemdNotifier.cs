using System.Net.Sockets;
using System.Text;

namespace RoboPerception.Node.Health;

/// <summary>
/// Tells systemd how we are (sd_notify): one datagram to the socket it names in NOTIFY_SOCKET. Without systemd it does
/// nothing. READY=1 goes out after the first published frame, WATCHDOG=1 only while frames flow or the source is known
/// to be down (conventions section 5), so that a silent hang is restarted and an unplugged camera is not.
/// </summary>
internal sealed class SystemdNotifier : IDisposable
{
    private readonly Socket? socket;
    private bool ready;

    /// <summary>Connects to the socket named by the environment, if any.</summary>
    public SystemdNotifier(string? notifySocket)
    {
        if (string.IsNullOrEmpty(notifySocket))
        {
            return;
        }
        // A leading '@' is systemd's spelling of Linux's abstract socket names, which start with a zero byte.
        string path = notifySocket[0] == '@' ? "\0" + notifySocket[1..] : notifySocket;
        socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
    }

    /// <summary>The service is up; only the first call counts.</summary>
    public void Ready()
    {
        if (!ready)
        {
            ready = true;
            Send("READY=1");
        }
    }

    /// <summary>The service is alive.</summary>
    public void Alive() => Send("WATCHDOG=1");

    /// <summary>The service is going down on purpose.</summary>
    public void Stopping() => Send("STOPPING=1");

    /// <summary>One line for <c>systemctl status</c>.</summary>
    public void Status(string line) => Send("STATUS=" + line);

    /// <inheritdoc/>
    public void Dispose() => socket?.Dispose();

    private void Send(string message)
    {
        try
        {
            socket?.Send(Encoding.UTF8.GetBytes(message));
        }
        catch (SocketException)
        {
            // systemd went away or restarts: perception goes on without it.
        }
    }
}
