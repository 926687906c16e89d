using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;
using MQTTnet.Exceptions;
using MQTTnet.Native;

namespace MQTTnet.Internal;

/// <summary>
/// One connection: one native client, one network thread that owns it from its creation to its destruction.
/// Every call into libmosquitto is made under one lock, so its callbacks run under it too and never run user code: they fill
/// queues and complete tasks. libmosquitto's own thread is not used, because then a publish would only be queued (without
/// bound) and nobody would know when it has gone to the socket; here a publish writes to the socket itself, and what does
/// not fit stays pending until poll says that the socket takes more.
/// </summary>
internal sealed partial class MosquittoSession
{
    private const int PollMilliseconds = 500;

    // The dispatcher of received messages is far behind: stop reading, so that TCP slows the broker down.
    private const long MaximumQueuedBytes = 64 << 20;

    private const int WouldBlock = 11;

    private readonly MqttClientOptions _options;
    private readonly Lock _native = new();
    private readonly Thread _thread;
    private readonly TaskCompletionSource<MqttClientConnectResult> _connAck = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<SessionEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<MqttApplicationMessageReceivedEventArgs> _received =
        Channel.CreateUnbounded<MqttApplicationMessageReceivedEventArgs>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private SafeFileHandle _wake;
    private MosquittoHandle _handle;
    private long _queuedBytes;
    private volatile bool _active;
    private volatile bool _abort;
    private bool _finished;
    private bool _wasConnected;

    public MosquittoSession(MqttClientOptions options)
    {
        _options = options;
        _thread = new Thread(Run) { IsBackground = true, Name = "mqtt network" };
    }

    public bool IsConnected => _active;

    /// <summary>The broker's answer; faults when there is none.</summary>
    public Task<MqttClientConnectResult> ConnAck => _connAck.Task;

    /// <summary>Never faults.</summary>
    public Task<SessionEnd> Ended => _ended.Task;

    public ChannelReader<MqttApplicationMessageReceivedEventArgs> Received => _received.Reader;

    public void Start() => _thread.Start();

    /// <summary>Closes the socket without DISCONNECT; the broker then publishes the will.</summary>
    public void Abort()
    {
        _abort = true;
        Wake();
    }

    /// <summary>Called by the dispatcher when a message has been handled.</summary>
    public void Handled(MqttApplicationMessageReceivedEventArgs args)
    {
        long length = args.ApplicationMessage.Payload.Length;
        long left = Interlocked.Add(ref _queuedBytes, -length);
        if (left <= MaximumQueuedBytes && left + length > MaximumQueuedBytes)
        {
            Wake();
        }
    }

    private void Wake()
    {
        lock (_native)
        {
            if (!_finished && _wake is not null)
            {
                LibC.SignalEvent(_wake);
            }
        }
    }

    private void Run()
    {
        GCHandle self = GCHandle.Alloc(this);
        Exception failure = null;
        try
        {
            lock (_native)
            {
                _wake = LibC.CreateEvent();
                _handle = MosquittoHandle.Create(_options.ClientId, _options.CleanSession, GCHandle.ToIntPtr(self));
                SetCallbacks();
            }

            MosquittoConnector.Connect(_handle, _options, () => _lastError);
            while (!_abort && Step(out failure))
            {
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        Finish(_callbackFailure ?? failure);
        self.Free();
    }

    /// <summary>Waits for the socket or a wake-up and does what is due. False when the connection has ended.</summary>
    private unsafe bool Step(out Exception failure)
    {
        failure = null;
        PollDescriptor* descriptors = stackalloc PollDescriptor[2];
        bool wantWrite;
        lock (_native)
        {
            descriptors[0].Descriptor = LibMosquitto.mosquitto_socket(_handle);
            wantWrite = LibMosquitto.mosquitto_want_write(_handle);
        }

        if (descriptors[0].Descriptor < 0 || _callbackFailure is not null)
        {
            return false;
        }

        bool reading = Interlocked.Read(ref _queuedBytes) <= MaximumQueuedBytes;
        descriptors[0].Events = (short)((reading ? LibC.PollIn : 0) | (wantWrite ? LibC.PollOut : 0));
        descriptors[1].Descriptor = (int)_wake.DangerousGetHandle();
        descriptors[1].Events = LibC.PollIn;
        // Interrupted or timed out: Returned is 0 everywhere, and keep-alive is due anyway.
        _ = LibC.poll(descriptors, 2, PollMilliseconds);
        if (descriptors[1].Returned != 0)
        {
            LibC.ClearEvent(_wake);
        }

        int error = MosquittoError.Success;
        int errno = 0;
        if ((descriptors[0].Returned & (LibC.PollIn | LibC.PollHangUp | LibC.PollError)) != 0)
        {
            error = Read(out errno);
        }

        if (error == MosquittoError.Success && (descriptors[0].Returned & LibC.PollOut) != 0)
        {
            lock (_native)
            {
                error = LibMosquitto.mosquitto_loop_write(_handle, 1);
                errno = Marshal.GetLastPInvokeError();
            }
        }

        if (error == MosquittoError.Success)
        {
            lock (_native)
            {
                error = LibMosquitto.mosquitto_loop_misc(_handle);
            }
        }

        if (error != MosquittoError.Success && error < MosquittoError.FirstReasonCode)
        {
            failure = Failures.ToException(error == MosquittoError.NoConnection ? MosquittoError.ConnectionLost : error, errno, _lastError);
            return false;
        }

        return true;
    }

    /// <summary>
    /// Reads until the socket would block: TLS may hold decrypted packets that poll does not see. The lock is released between
    /// two packets so that a publisher waits for one packet at most.
    /// </summary>
    private int Read(out int errno)
    {
        while (true)
        {
            int error;
            lock (_native)
            {
                error = LibMosquitto.mosquitto_loop_read(_handle, 1);
                errno = Marshal.GetLastPInvokeError();
                if (error != MosquittoError.Success || LibMosquitto.mosquitto_socket(_handle) < 0)
                {
                    return error;
                }
            }

            if (errno == WouldBlock || _abort || Interlocked.Read(ref _queuedBytes) > MaximumQueuedBytes)
            {
                return error;
            }
        }
    }

    private void Finish(Exception failure)
    {
        SessionEnd end;
        lock (_native)
        {
            _active = false;
            _finished = true;
            _handle?.Dispose();
            _wake?.Dispose();
            if (_abort && failure is null && !_disconnectSeen)
            {
                failure = new MqttCommunicationException("The connection was closed by this client.", new IOException("closed"));
            }

            end = DescribeEnd(failure);
            var lost = new MqttClientDisconnectedException(end.Exception);
            foreach (TaskCompletionSource<MqttClientPublishResult> pending in _publishes.Values)
            {
                pending.TrySetException(lost);
            }

            foreach (TaskCompletionSource<Acknowledgement> pending in _requests.Values)
            {
                pending.TrySetException(lost);
            }

            _publishes.Clear();
            _requests.Clear();
        }

        _received.Writer.TryComplete();
        _connAck.TrySetException(end.Exception ?? new MqttCommunicationException("The broker closed the connection before it answered.", new IOException(_lastError ?? "connection closed")));
        // Nobody may be waiting for the answer any more; that is not an unobserved error.
        _ = _connAck.Task.Exception;
        _ended.TrySetResult(end);
    }

    private SessionEnd DescribeEnd(Exception failure)
    {
        MqttClientDisconnectReason reason = MqttClientDisconnectReason.UnspecifiedError;
        MqttClientConnectResult result = _connAck.Task.IsCompletedSuccessfully ? _connAck.Task.Result : null;
        if (result is not null && result.ResultCode != MqttClientConnectResultCode.Success)
        {
            return new SessionEnd(false, result, (MqttClientDisconnectReason)(int)result.ResultCode, result.ReasonString, result.UserProperties, null);
        }

        if (_disconnectSeen && failure is null or MqttCommunicationException)
        {
            if (_disconnectCode == 0)
            {
                return new SessionEnd(_wasConnected, result, MqttClientDisconnectReason.NormalDisconnection, _disconnectReasonString, _disconnectProperties, null);
            }

            if (_disconnectCode >= MosquittoError.FirstReasonCode)
            {
                return new SessionEnd(_wasConnected, result, (MqttClientDisconnectReason)_disconnectCode, _disconnectReasonString, _disconnectProperties, failure);
            }

            failure ??= Failures.ToException(_disconnectCode == MosquittoError.NoConnection ? MosquittoError.ConnectionLost : _disconnectCode, 0, _lastError);
            reason = _disconnectCode == MosquittoError.KeepAlive ? MqttClientDisconnectReason.KeepAliveTimeout : reason;
        }

        return new SessionEnd(_wasConnected, result, reason, null, null, failure);
    }
}
