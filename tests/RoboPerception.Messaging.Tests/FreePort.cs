using System.Net;
using System.Net.Sockets;

namespace RoboPerception.Tests;

/// <summary>Ports on loopback that nobody uses.</summary>
internal static class FreePort
{
    /// <summary>One that is free now.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
