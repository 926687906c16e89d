using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;

namespace RoboPerception.Node.Web.Foxglove;

/// <summary>
/// One viewer: reads its requests, and sends what waits in the slots of its subscriptions, one message of each in turn. Only this client's own
/// tasks ever wait for its network.
/// </summary>
internal sealed class FoxgloveClient(WebSocket socket, FoxgloveHub hub)
{
    /// <summary>Bytes of a request. A viewer that subscribes to a thousand channels needs half of it.</summary>
    public const int LargestRequest = 64 * 1024;

    private const byte MessageData = 1;
    private const byte TimeData = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private readonly Dictionary<uint, FoxgloveSubscription> subscriptions = [];
    private readonly Channel<bool> wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    // A client that floods us with bad requests waits for its own answers.
    private readonly Channel<byte[]> answers = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(16) { SingleReader = true, SingleWriter = true });
    private readonly byte[] prefix = new byte[13];
    private volatile Farewell? closing;
    private long time;

    /// <summary>Serves it until it leaves or <paramref name="stop"/>.</summary>
    public async Task ServeAsync(CancellationToken stop)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task sending = SendAllAsync(gone.Token), receiving = ReceiveAllAsync(gone.Token);
        try
        {
            Task first = await Task.WhenAny(sending, receiving).ConfigureAwait(false);
            if (first != sending)
            {
                // It has said goodbye or is sent away: the last words go out, but nobody waits for a network that is gone.
                await Task.WhenAny(sending, Task.Delay(Patience, gone.Token)).ConfigureAwait(false);
            }
        }
        finally
        {
            await gone.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(sending, receiving).ConfigureAwait(false);
            lock (gate)
            {
                foreach (FoxgloveSubscription subscription in subscriptions.Values)
                {
                    subscription.Channel.Remove(subscription);
                }
                subscriptions.Clear();
            }
        }
    }

    /// <summary>The time of the source, for a recording; the newest is sent.</summary>
    public void Tell(long now)
    {
        Interlocked.Exchange(ref time, now);
        Wake();
    }

    private void Wake() => wakes.Writer.TryWrite(true);

    private async Task ReceiveAllAsync(CancellationToken stop)
    {
        byte[] buffer = new byte[LargestRequest];
        try
        {
            while (closing is null)
            {
                int length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(length), stop).ConfigureAwait(false);
                    length += part.Count;
                }
                while (!part.EndOfMessage && length < buffer.Length);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    closing = new Farewell(WebSocketCloseStatus.NormalClosure, null);
                }
                else if (!part.EndOfMessage)
                {
                    closing = new Farewell(WebSocketCloseStatus.MessageTooBig, $"a request may have {LargestRequest} bytes");
                }
                else
                {
                    await AnswerAsync(part.MessageType, buffer.AsMemory(0, length), stop).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            closing = new Farewell(WebSocketCloseStatus.EndpointUnavailable, null);
        }
        Wake();
    }

    private async Task AnswerAsync(WebSocketMessageType type, ReadOnlyMemory<byte> text, CancellationToken stop)
    {
        if (type == WebSocketMessageType.Binary)
        {
            await SayAsync(StatusMessage.Error("this node takes no messages from clients: it has neither the capability clientPublish nor services"), stop).ConfigureAwait(false);
            return;
        }
        FoxgloveRequest request = FoxgloveRequest.Read(text);
        if (request.Refusal is { } refusal)
        {
            await SayAsync(StatusMessage.Error(refusal), stop).ConfigureAwait(false);
        }
        foreach (SubscriptionRequest asked in request.Subscribe)
        {
            if (Subscribe(asked) is { } problem)
            {
                await SayAsync(problem, stop).ConfigureAwait(false);
            }
        }
        foreach (uint id in request.Unsubscribe)
        {
            if (!Unsubscribe(id))
            {
                await SayAsync(StatusMessage.Warning($"there is no subscription {id} that could end"), stop).ConfigureAwait(false);
            }
        }
    }

    private StatusMessage? Subscribe(SubscriptionRequest asked)
    {
        if (hub.ChannelOf(asked.Channel) is not { } channel)
        {
            return StatusMessage.Warning($"there is no channel {asked.Channel}");
        }
        lock (gate)
        {
            if (subscriptions.ContainsKey(asked.Id))
            {
                return StatusMessage.Error($"subscription {asked.Id} is in use: end it before its number is used again");
            }
            if (subscriptions.Values.Any(s => s.Channel == channel))
            {
                return StatusMessage.Warning($"channel {asked.Channel} is subscribed already: once is enough");
            }
            var subscription = new FoxgloveSubscription(asked.Id, channel, Wake);
            subscriptions.Add(asked.Id, subscription);
            channel.Add(subscription);
        }
        return null;
    }

    private bool Unsubscribe(uint id)
    {
        lock (gate)
        {
            if (!subscriptions.Remove(id, out FoxgloveSubscription? subscription))
            {
                return false;
            }
            subscription.Channel.Remove(subscription);
            return true;
        }
    }

    private async Task SayAsync(StatusMessage status, CancellationToken stop)
    {
        await answers.Writer.WriteAsync(Json(status, FoxgloveJson.Default.StatusMessage), stop).ConfigureAwait(false);
        Wake();
    }

    private async Task SendAllAsync(CancellationToken stop)
    {
        try
        {
            await SendTextAsync(Json(hub.Info, FoxgloveJson.Default.ServerInfo), stop).ConfigureAwait(false);
            await SendTextAsync(hub.Advertisement, stop).ConfigureAwait(false);
            while (true)
            {
                await wakes.Reader.ReadAsync(stop).ConfigureAwait(false);
                bool isMore;
                do
                {
                    isMore = await SendRoundAsync(stop).ConfigureAwait(false);
                }
                while (isMore);
                if (closing is { } end)
                {
                    await socket.CloseOutputAsync(end.Status, end.Why, stop).ConfigureAwait(false);
                    return;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            // The viewer went away, or the node stops.
        }
    }

    /// <summary>Sends answers, the time, and at most one message of each subscription; false if there was none.</summary>
    private async Task<bool> SendRoundAsync(CancellationToken stop)
    {
        bool sent = false;
        while (answers.Reader.TryRead(out byte[]? answer))
        {
            await SendTextAsync(answer, stop).ConfigureAwait(false);
        }
        if (Interlocked.Exchange(ref time, 0) is var now and not 0)
        {
            prefix[0] = TimeData;
            BinaryPrimitives.WriteInt64LittleEndian(prefix.AsSpan(1), now);
            await socket.SendAsync(prefix.AsMemory(0, 9), WebSocketMessageType.Binary, endOfMessage: true, stop).ConfigureAwait(false);
        }
        foreach (FoxgloveSubscription subscription in Subscriptions())
        {
            if (closing is null && subscription.TryTake(out FoxgloveMessage? message))
            {
                prefix[0] = MessageData;
                BinaryPrimitives.WriteUInt32LittleEndian(prefix.AsSpan(1), subscription.Id);
                BinaryPrimitives.WriteInt64LittleEndian(prefix.AsSpan(5), message.LogTime);
                // Two parts of one message: the data are the same bytes for every client.
                await socket.SendAsync(prefix, WebSocketMessageType.Binary, endOfMessage: false, stop).ConfigureAwait(false);
                await socket.SendAsync(message.Data.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, stop).ConfigureAwait(false);
                sent = true;
            }
        }
        return sent;
    }

    private FoxgloveSubscription[] Subscriptions()
    {
        lock (gate)
        {
            return [.. subscriptions.Values];
        }
    }

    private ValueTask SendTextAsync(byte[] text, CancellationToken stop) => socket.SendAsync(text.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, stop);

    private static byte[] Json<T>(T document, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(document, type);

    private sealed record Farewell(WebSocketCloseStatus Status, string? Why);
}
