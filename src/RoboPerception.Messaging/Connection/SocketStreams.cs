using System.Net;
using System.Net.Sockets;
using MQTTnet.Channel;
using MQTTnet.Exceptions;

namespace RoboPerception.Messaging;

/// <summary>Opens the TCP connections of one client and knows the last of them. TLS, where asked for, is MQTTnet's layer on top.</summary>
internal sealed class SocketStreams(int sendBufferBytes) : IMqttClientStreamProvider
{
    // Not ours to dispose of: the stream belongs to MQTTnet.
    private volatile WeakReference<SocketStream>? last;

    /// <inheritdoc/>
    public async Task<Stream> ConnectAsync(EndPoint brokerEndPoint, CancellationToken cancellationToken)
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
            await socket.ConnectAsync(brokerEndPoint, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new MqttCommunicationException(exception.Message, exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        socket.Blocking = false;
        var stream = new SocketStream(socket);
        last = new WeakReference<SocketStream>(stream);
        return stream;
    }

    /// <summary>The present connection ends on purpose: its last bytes shall arrive.</summary>
    public void CloseGracefully()
    {
        if (last?.TryGetTarget(out SocketStream? stream) == true)
        {
            stream.CloseGracefully();
        }
    }
}
