using System.Net;
using System.Net.Sockets;

namespace RoboPerception.Messaging.Tests;

/// <summary>A network between client and broker that can stop carrying bytes toward the broker without closing, or forget connections as a firewall does.</summary>
internal sealed class StallingProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;
    private readonly List<Task> carrying = [];
    private volatile TaskCompletionSource open = Opened();
    private volatile int accepted;
    private volatile int forgotten;

    public StallingProxy(BrokerAddress broker)
    {
        // Small buffers, or the kernel would swallow what the test wants to pile up.
        listener.Server.ReceiveBufferSize = 16 * 1024;
        listener.Start();
        Address = broker with { Port = ((IPEndPoint)listener.LocalEndpoint).Port };
        accepting = AcceptAsync(broker);
    }

    public BrokerAddress Address { get; }

    public void Stall() => open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume() => open.TrySetResult();

    /// <summary>Carries nothing any more in connections that there are, in either direction, and closes none; new ones work.</summary>
    public void Forget() => forgotten = accepted;

    public async ValueTask DisposeAsync()
    {
        Resume();
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(carrying);
        stopping.Dispose();
    }

    private static TaskCompletionSource Opened()
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        source.SetResult();
        return source;
    }

    private async Task AcceptAsync(BrokerAddress broker)
    {
        try
        {
            while (true)
            {
                Socket client = await listener.AcceptSocketAsync(stopping.Token);
                carrying.Add(ServeAsync(client, broker, ++accepted));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(Socket client, BrokerAddress broker, int number)
    {
        using (client)
        using (var server = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            try
            {
                await server.ConnectAsync(broker.Host, broker.Port);
                await Task.WhenAny(CarryAsync(client, server, true, number), CarryAsync(server, client, false, number));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
            }
        }
    }

    private async Task CarryAsync(Socket from, Socket to, bool stallable, int number)
    {
        byte[] bytes = new byte[16 * 1024];
        while (true)
        {
            if (stallable)
            {
                await open.Task;
            }
            int count = await from.ReceiveAsync(bytes, stopping.Token);
            if (number <= forgotten)
            {
                await Task.Delay(Timeout.Infinite, stopping.Token);
            }
            if (count == 0)
            {
                return;
            }
            for (int sent = 0; sent < count;)
            {
                sent += await to.SendAsync(bytes.AsMemory(sent, count - sent), stopping.Token);
            }
        }
    }
}
