namespace MQTTnet.Native;

/// <summary>enum mosq_opt_t.</summary>
internal enum MosquittoOption
{
    ProtocolVersion = 1,
    ReceiveMaximum = 4,
    TcpNoDelay = 11,
    UseOperatingSystemCertificates = 13,
}

/// <summary>enum mosq_err_t, the values that are told apart. MQTT reason codes start at 128 and share the same integers.</summary>
internal static class MosquittoError
{
    public const int Success = 0;
    public const int Protocol = 2;
    public const int Invalid = 3;
    public const int NoConnection = 4;
    public const int ConnectionRefused = 5;
    public const int ConnectionLost = 7;
    public const int Tls = 8;
    public const int PayloadSize = 9;
    public const int Errno = 14;
    public const int AddressInfo = 15;
    public const int MalformedUtf8 = 18;
    public const int KeepAlive = 19;
    public const int Lookup = 20;
    public const int TlsHandshake = 23;
    public const int QosNotSupported = 24;
    public const int OversizePacket = 25;
    public const int RetainNotSupported = 28;
    public const int FirstReasonCode = 128;
}
