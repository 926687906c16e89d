using System.Net.Sockets;
using Microsoft.Extensions.Hosting.Systemd;

namespace RoboPerception.Node.Health;

/// <summary>
/// Tells systemd how we are, through the notifier of Microsoft.Extensions.Hosting.Systemd; without systemd it does nothing. READY=1
/// goes out after the first published frame, WATCHDOG=1 only while frames flow or the source is known to be down (conventions
/// section 5), so that a silent hang is restarted and an unplugged camera is not. The package's own lifetime says READY as soon as
/// the services are up, so it is not used.
/// </summary>
internal sealed class ServiceManager
{
    private const string SocketVariable = "NOTIFY_SOCKET";

    private readonly SystemdNotifier notifier = new();
    private int ready;

    /// <summary>Reads where systemd listens. The variable is taken away then: a broker that we start would say READY to it, too.</summary>
    public ServiceManager() => Environment.SetEnvironmentVariable(SocketVariable, null);

    /// <summary>The service is up; only the first call counts.</summary>
    public void Ready()
    {
        if (Interlocked.Exchange(ref ready, 1) == 0)
        {
            Send("READY=1");
        }
    }

    /// <summary>The service is alive.</summary>
    public void Alive() => Send("WATCHDOG=1");

    /// <summary>The service is going down on purpose.</summary>
    public void Stopping() => Send("STOPPING=1");

    /// <summary>One line for <c>systemctl status</c>.</summary>
    public void Status(string line) => Send("STATUS=" + line);

    private void Send(string message)
    {
        if (!notifier.IsEnabled)
        {
            return;
        }
        try
        {
            notifier.Notify(new ServiceState(message));
        }
        catch (SocketException)
        {
            // systemd went away or restarts: perception goes on without it.
        }
    }
}
