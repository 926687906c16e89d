using System.Net;
using System.Net.Sockets;
using MQTTnet.Channel;
using MQTTnet.Exceptions;

namespace RoboPerception.Messaging;

/// <summary>Opens the TCP connections of one client and knows the last of them. TLS, where asked for, is MQTTnet's layer on top.</summary>
/// <remarks>
/// TCP on its own waits longer after every loss: once a cut network is back, a connection or an attempt at one may sleep for as long as the
/// cut lasted. So a connection is given up as soon as the other side has been silent for two seconds, and while an attempt waits another
/// starts every second; the first that succeeds is taken. A name may have several addresses, of which one leads to the broker (IPv6 and IPv4):
/// each attempt tries all of them, and begins with another.
/// </remarks>
/// <param name="sendBufferBytes">Of the kernel, for each connection.</param>
/// <param name="resolve">Addresses of a name; null: as the system knows them.</param>
internal sealed class SocketStreams(int sendBufferBytes, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null) : IMqttClientStreamProvider
{
    private const int ProtocolTcp = 6, TcpUserTimeout = 18;
    private const int SilenceMilliseconds = 2000;
    private static readonly TimeSpan NextAttempt = TimeSpan.FromSeconds(1);

    // Not ours to dispose of: the stream belongs to MQTTnet.
    private volatile WeakReference<SocketStream>? last;

    /// <inheritdoc/>
    public async Task<Stream> ConnectAsync(EndPoint brokerEndPoint, CancellationToken cancellationToken)
    {
        try
        {
            Socket socket = await FirstAsync(brokerEndPoint, cancellationToken).ConfigureAwait(false);
            socket.Blocking = false;
            var stream = new SocketStream(socket);
            last = new WeakReference<SocketStream>(stream);
            return stream;
        }
        catch (SocketException exception)
        {
            throw new MqttCommunicationException(exception.Message, exception);
        }
    }

    /// <summary>The present connection ends on purpose: its last bytes shall arrive.</summary>
    public void CloseGracefully()
    {
        if (last?.TryGetTarget(out SocketStream? stream) == true)
        {
            stream.CloseGracefully();
        }
    }

    private async Task<Socket> FirstAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var attempts = new List<Task<Socket>>();
        try
        {
            while (true)
            {
                attempts.Add(AttemptAsync(endPoint, attempts.Count, others.Token));
                Task next = Task.Delay(NextAttempt, others.Token);
                Task done = await Task.WhenAny([.. attempts, next]).ConfigureAwait(false);
                if (done is Task<Socket> attempt)
                {
                    // Refused is an answer too: then somebody is there, and no other attempt would have another.
                    attempts.Remove(attempt);
                    return await attempt.ConfigureAwait(false);
                }
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            await others.CancelAsync().ConfigureAwait(false);
            foreach (Task<Socket> late in attempts)
            {
                // A name that is still being looked up is not waited for.
                _ = late.ContinueWith(Close, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }

    private static void Close(Task<Socket> late)
    {
        if (late.IsCompletedSuccessfully)
        {
            late.Result.Dispose();
        }
        _ = late.Exception;
    }

    private async Task<Socket> AttemptAsync(EndPoint endPoint, int number, CancellationToken cancellationToken)
    {
        if (endPoint is not DnsEndPoint name)
        {
            return await ConnectedAsync(endPoint, cancellationToken).ConfigureAwait(false);
        }
        // A socket with options of its own tries only the first address of a name.
        IPAddress[] addresses = await (resolve ?? Dns.GetHostAddressesAsync)(name.Host, cancellationToken).ConfigureAwait(false);
        var failure = new SocketException((int)SocketError.HostNotFound);
        for (int i = 0; i < addresses.Length; i++)
        {
            try
            {
                return await ConnectedAsync(new IPEndPoint(addresses[(number + i) % addresses.Length], name.Port), cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException exception)
            {
                failure = exception;
            }
        }
        throw failure;
    }

    private async Task<Socket> ConnectedAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            SendBufferSize = sendBufferBytes,
            // Cut off when closed, unless it is closed on purpose: see SocketStream.CloseGracefully.
            LingerState = new LingerOption(true, 0),
        };
        try
        {
            EndWhenSilent(socket);
            await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Unanswered bytes end the connection, and one that is idle is asked every second whether the other side is still there.</summary>
    private static void EndWhenSilent(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, SilenceMilliseconds / 1000);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(ProtocolTcp, TcpUserTimeout, BitConverter.GetBytes(SilenceMilliseconds));
        }
    }
}
