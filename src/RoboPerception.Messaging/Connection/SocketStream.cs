using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace RoboPerception.Messaging;

/// <summary>
/// The bytes under MQTTnet. Three things its own TCP stream does not do: a thread that may block writes without a suspended task, so
/// that a frame costs no state machines; the network is read in large pieces instead of 4 KiB ones; and a lost connection is cut off,
/// so that the kernel does not deliver old frames to the broker once the network is back.
/// </summary>
internal sealed class SocketStream(Socket socket) : Stream
{
    private const int ReadBytes = 256 * 1024;
    private const int PollMicroseconds = 20_000;

    [ThreadStatic]
    private static CancellationToken blocking;

    private readonly byte[] received = GC.AllocateUninitializedArray<byte>(ReadBytes, pinned: true);
    private int start;
    private int end;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Lets this thread wait inside writes until the token is cancelled; a write that then is not done goes on without it. The default token forbids it.</summary>
    public static void AllowBlocking(CancellationToken until) => blocking = until;

    /// <summary>From now on closing sends what is still on its way (the farewell) instead of throwing it away.</summary>
    public void CloseGracefully()
    {
        try
        {
            socket.LingerState = new LingerOption(false, 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int sent = 0;
        while (sent < buffer.Length)
        {
            int count = socket.Send(buffer.Span[sent..], SocketFlags.None, out SocketError error);
            if (error == SocketError.Success)
            {
                sent += count;
            }
            else if (error != SocketError.WouldBlock)
            {
                throw new SocketException((int)error);
            }
            else if (!blocking.CanBeCanceled || blocking.IsCancellationRequested)
            {
                return SendRestAsync(buffer[sent..], cancellationToken);
            }
            else
            {
                socket.Poll(PollMicroseconds, SelectMode.SelectWrite);
            }
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (start < end)
        {
            return new ValueTask<int>(Take(buffer.Span));
        }
        ValueTask<int> receive = socket.ReceiveAsync(received.AsMemory(), SocketFlags.None, cancellationToken);
        if (!receive.IsCompletedSuccessfully)
        {
            return TakeWhenReceivedAsync(receive, buffer);
        }
        (start, end) = (0, receive.Result);
        return new ValueTask<int>(Take(buffer.Span));
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is held back.
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("MQTTnet reads asynchronously.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("MQTTnet writes asynchronously.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            socket.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Take(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, end - start);
        received.AsSpan(start, count).CopyTo(destination);
        start += count;
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> TakeWhenReceivedAsync(ValueTask<int> receive, Memory<byte> destination)
    {
        (start, end) = (0, await receive.ConfigureAwait(false));
        return Take(destination.Span);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendRestAsync(ReadOnlyMemory<byte> rest, CancellationToken cancellationToken)
    {
        while (!rest.IsEmpty)
        {
            rest = rest[await socket.SendAsync(rest, SocketFlags.None, cancellationToken).ConfigureAwait(false)..];
        }
    }
}
