using System.Diagnostics;
using System.Net.Sockets;

namespace RoboPerception.Capture;

/// <summary>
/// Sees when the host of a stream answers again, which costs a connection instead of a process: while a camera is away it is tried ten
/// times a second, so that little is lost between its return and the next real attempt. Who answers all the time and only refuses is not hurried.
/// </summary>
/// <param name="host">Name or address.</param>
/// <param name="port">TCP port.</param>
internal sealed class HostWatch(string host, int port)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    // A host that is off does not refuse: nothing comes.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private bool wasAway;

    /// <summary>The watch of an address such as <c>rtsp://user:password@host:554/stream</c>; null if it names no host.</summary>
    public static HostWatch? Of(string address) => Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri.Host.Length > 0
        ? new HostWatch(uri.Host, uri.Port > 0 ? uri.Port : uri.Scheme == "rtsps" ? 322 : 554)
        : null;

    /// <summary>Waits as long as told, or until the host, which was away, answers. False if it is to end.</summary>
    public bool Wait(TimeSpan wait, ManualResetEventSlim stopping)
    {
        long started = Stopwatch.GetTimestamp();
        while (wait - Stopwatch.GetElapsedTime(started) is var left && left > TimeSpan.Zero)
        {
            bool answers = Answers(left);
            if (answers)
            {
                bool isBack = wasAway;
                wasAway = false;
                left = wait - Stopwatch.GetElapsedTime(started);
                return isBack || left <= TimeSpan.Zero ? !stopping.IsSet : !stopping.Wait(left);
            }

            wasAway = true;
            if (stopping.Wait(left < Period ? left : Period))
            {
                return false;
            }
        }

        return !stopping.IsSet;
    }

    private bool Answers(TimeSpan left)
    {
        using var client = new TcpClient();
        using var limit = new CancellationTokenSource(left < Patience ? left : Patience);
        try
        {
            client.ConnectAsync(host, port, limit.Token).AsTask().GetAwaiter().GetResult();
            return true;
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
