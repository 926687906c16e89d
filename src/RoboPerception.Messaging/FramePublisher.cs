using System.Buffers;
using System.Globalization;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>
/// Sends the frames of one topic at QoS 0, never retained, from an out-slot of one and on a thread of its own, so that nobody who
/// makes frames waits for the network. Live: the newest frame wins and the loser is counted as superseded. Lossless (replay):
/// <see cref="Publish"/> waits until there is room, and a frame that could not be sent is sent again.
/// <example><code>
/// PayloadBuffer buffer = publisher.Rent();
/// encoder.EncodeDepth(header, metres, buffer);
/// publisher.Publish(buffer);
/// </code></example>
/// </summary>
public sealed class FramePublisher : IDisposable
{
    private const int ReconnectPollMilliseconds = 20;
    private const int AnswerMilliseconds = 10_000;
    private const uint ConfirmedExpirySeconds = 2;

    private readonly MqttConnection connection;
    private readonly FrameAcceptance acceptance;
    private readonly bool lossless;
    private readonly DropCounters? drops;
    private readonly ISlot<PayloadBuffer> slot;
    private readonly Stack<PayloadBuffer> free = new();
    private readonly MqttApplicationMessage message;
    private readonly DecimalProperty sequence = new("seq");
    private readonly DecimalProperty stamp = new("stamp");
    private readonly CancellationTokenSource stopping = new();
    private readonly Thread thread;
    private long submitted;
    private long finished;
    private long sent;
    private long superseded;
    private long disconnected;
    private long refused;
    private int capacity;

    /// <summary>Starts the sending thread.</summary>
    /// <param name="connection">The connection; may be closed at times.</param>
    /// <param name="topic">Full topic name.</param>
    /// <param name="contentType">MQTT 5 Content Type, see <see cref="ContentTypes"/>.</param>
    /// <param name="lossless">True for replay.</param>
    /// <param name="drops">Also counts drops here, by cause.</param>
    public FramePublisher(MqttConnection connection, string topic, string contentType, bool lossless = false, DropCounters? drops = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        this.connection = connection;
        acceptance = new FrameAcceptance(connection, topic);
        this.lossless = lossless;
        this.drops = drops;
        Topic = topic;
        ContentType = contentType;
        slot = lossless ? new LosslessSlot<PayloadBuffer>(1) : new LatestSlot<PayloadBuffer>(OnSuperseded);
        // One being encoded, one in the slot, one on its way.
        for (int i = 0; i < 3; i++)
        {
            free.Push(new PayloadBuffer());
        }
        message = new MqttApplicationMessage { Topic = topic, UserProperties = [sequence.Property, stamp.Property] };
        thread = new Thread(Send) { IsBackground = true, Name = $"publish {topic[(topic.LastIndexOf('/') + 1)..]}" };
        thread.Start();
    }

    /// <summary>Full topic name.</summary>
    public string Topic { get; }

    /// <summary>MQTT 5 Content Type of what is published from now on. For the thread that publishes.</summary>
    public string ContentType { get; set; }

    /// <summary>Frames handed to the socket.</summary>
    public long Sent => Interlocked.Read(ref sent);

    /// <summary>Frames that a newer one replaced before they were sent.</summary>
    public long Superseded => Interlocked.Read(ref superseded);

    /// <summary>Frames that the broker does not take: access rules, size limit (<see cref="MqttConnection.Refused"/> says why).</summary>
    public long Refused => Interlocked.Read(ref refused);

    /// <summary>Frames dropped because the broker was away (live only).</summary>
    public long DroppedWhileDisconnected => Interlocked.Read(ref disconnected);

    /// <summary>From the start of a send until the message was written to the socket, nanoseconds.</summary>
    public LatencyHistogram SendTime { get; } = new();

    /// <summary>From acquisition to publish stamp, nanoseconds; meaningless for recordings, whose stamps are their own.</summary>
    public LatencyHistogram Age { get; } = new();

    /// <summary>A buffer to encode into. It must go to <see cref="Publish"/> or <see cref="Return"/>.</summary>
    public PayloadBuffer Rent()
    {
        lock (free)
        {
            return free.Count > 0 ? free.Pop() : new PayloadBuffer();
        }
    }

    /// <summary>Gives a buffer back unsent.</summary>
    public void Return(PayloadBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        lock (free)
        {
            buffer.GrowTo(capacity);
            free.Push(buffer);
        }
    }

    /// <summary>Hands a message over. Live: never waits. Lossless: waits while the slot is full. False once the publisher is disposed.</summary>
    /// <param name="buffer">The message.</param>
    /// <param name="clockCorrection">
    /// What was added to the acquisition stamp (<see cref="SteadyClock.FollowWall"/>), so that the publish stamp lies on the same clock even if
    /// the wall clock has jumped since; null = nothing but the present correction.
    /// </param>
    public bool Publish(PayloadBuffer buffer, long? clockCorrection = null)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.ClockCorrection = clockCorrection ?? UnixClock.Process.Correction;
        buffer.ContentType = ContentType;
        Interlocked.Increment(ref submitted);
        GrowAll(buffer.Capacity);
        if (slot.Put(buffer))
        {
            return true;
        }
        Finish(buffer);
        return false;
    }

    /// <summary>Waits until everything handed over has been sent or dropped. False if the time is up first.</summary>
    public bool WaitUntilIdle(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        lock (message)
        {
            while (Interlocked.Read(ref finished) < Interlocked.Read(ref submitted))
            {
                long left = deadline - Environment.TickCount64;
                if (left <= 0)
                {
                    return false;
                }
                Monitor.Wait(message, (int)Math.Min(left, int.MaxValue));
            }
            return true;
        }
    }

    /// <summary>Ends the thread; what is still in the slot is not sent.</summary>
    public void Dispose()
    {
        slot.Complete();
        stopping.Cancel();
        thread.Join();
        stopping.Dispose();
    }

    /// <summary>
    /// What one frame needs the next will need too: all buffers grow together, at the first frames, and not when congestion first brings
    /// the third of them into use.
    /// </summary>
    private void GrowAll(int needed)
    {
        if (needed <= capacity)
        {
            return;
        }
        lock (free)
        {
            capacity = needed;
            foreach (PayloadBuffer other in free)
            {
                other.GrowTo(needed);
            }
        }
    }

    private void OnSuperseded(PayloadBuffer buffer)
    {
        Interlocked.Increment(ref superseded);
        drops?.Add(DropCause.Superseded);
        Finish(buffer);
    }

    private void Finish(PayloadBuffer buffer)
    {
        Return(buffer);
        lock (message)
        {
            finished++;
            Monitor.PulseAll(message);
        }
    }

    private void Send()
    {
        SocketStream.AllowBlocking(stopping.Token);
        while (slot.TryTake(out PayloadBuffer? buffer, Timeout.Infinite))
        {
            while (!stopping.IsCancellationRequested && !TrySend(buffer) && lossless)
            {
                // The broker is away; back-pressure holds the replay until it is back.
                stopping.Token.WaitHandle.WaitOne(ReconnectPollMilliseconds);
            }
            Finish(buffer);
        }
    }

    /// <summary>False if the frame should be tried again, as far as lossless sending is concerned.</summary>
    private bool TrySend(PayloadBuffer buffer)
    {
        if (!connection.IsConnected)
        {
            return Lost();
        }
        FrameRoute route = acceptance.RouteOf(buffer.Length);
        if (route == FrameRoute.Dropped)
        {
            return Refuse();
        }
        long now = UnixClock.Now;
        buffer.StampPublish(now + buffer.ClockCorrection);
        sequence.Set((long)buffer.Header.Sequence, message.UserProperties, 0);
        stamp.Set(buffer.Header.AcquisitionStamp, message.UserProperties, 1);
        message.Payload = new ReadOnlySequence<byte>(buffer.Memory);
        message.ContentType = buffer.ContentType;
        // A broker keeps QoS 1 for subscribers that are away; a frame must not wait there.
        (message.QualityOfServiceLevel, message.MessageExpiryInterval) = route == FrameRoute.Confirmed
            ? (MqttQualityOfServiceLevel.AtLeastOnce, ConfirmedExpirySeconds)
            : (MqttQualityOfServiceLevel.AtMostOnce, 0u);
        try
        {
            Task<MqttClientPublishResult> publish = connection.PublishFrame(message);
            if (!publish.IsCompletedSuccessfully && !publish.Wait(route == FrameRoute.Confirmed ? AnswerMilliseconds : Timeout.Infinite, stopping.Token))
            {
                acceptance.Assume(buffer.Length);
            }
            else if (route == FrameRoute.Confirmed && !acceptance.Judge(buffer.Length, publish.Result))
            {
                return Refuse();
            }
        }
        catch (Exception exception) when (ConnectionLoss.Is(exception) && !stopping.IsCancellationRequested)
        {
            return Lost();
        }
        catch (Exception exception) when (ConnectionLoss.Is(exception))
        {
            return false;
        }
        Interlocked.Increment(ref sent);
        SendTime.Record(UnixClock.Now - now);
        Age.Record(buffer.Header.PublishStamp - buffer.Header.AcquisitionStamp);
        return true;
    }

    private bool Refuse()
    {
        Interlocked.Increment(ref refused);
        return true;
    }

    private bool Lost()
    {
        if (!lossless)
        {
            Interlocked.Increment(ref disconnected);
            drops?.Add(DropCause.Disconnected);
        }
        return false;
    }

    /// <summary>A user property with a decimal number; a new object only when the number gets a digit more.</summary>
    private sealed class DecimalProperty(string name)
    {
        private byte[] digits = [];

        public MqttUserProperty Property { get; private set; } = new(name, "0"u8.ToArray().AsMemory());

        public void Set(long value, List<MqttUserProperty> properties, int place)
        {
            Span<byte> text = stackalloc byte[20];
            value.TryFormat(text, out int length, default, CultureInfo.InvariantCulture);
            if (length != digits.Length || !ReferenceEquals(properties[place], Property))
            {
                digits = new byte[length];
                Property = new MqttUserProperty(name, digits.AsMemory());
                properties[place] = Property;
            }
            text[..length].CopyTo(digits);
        }
    }
}
