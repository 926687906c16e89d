using System.Runtime.InteropServices;

namespace MQTTnet.Native;

/// <summary>The functions of libmosquitto 2.x that the client calls. Strings are NUL-terminated UTF-8.</summary>
internal static unsafe partial class LibMosquitto
{
    private const string Library = "libmosquitto.so.1";

    static LibMosquitto()
    {
        if (mosquitto_lib_init() != 0)
        {
            throw new InvalidOperationException("libmosquitto could not be initialised.");
        }
    }

    [LibraryImport(Library)]
    private static partial int mosquitto_lib_init();

    [LibraryImport(Library)]
    internal static partial nint mosquitto_new(byte* id, [MarshalAs(UnmanagedType.U1)] bool cleanSession, nint userData);

    [LibraryImport(Library)]
    internal static partial void mosquitto_destroy(nint mosq);

    [LibraryImport(Library)]
    internal static partial int mosquitto_int_option(MosquittoHandle mosq, MosquittoOption option, int value);

    [LibraryImport(Library)]
    internal static partial int mosquitto_will_set_v5(MosquittoHandle mosq, byte* topic, int payloadLength, byte* payload, int qos, [MarshalAs(UnmanagedType.U1)] bool retain, nint properties);

    [LibraryImport(Library)]
    internal static partial int mosquitto_username_pw_set(MosquittoHandle mosq, byte* userName, byte* password);

    [LibraryImport(Library)]
    internal static partial int mosquitto_tls_set(MosquittoHandle mosq, byte* caFile, byte* caPath, byte* certificateFile, byte* keyFile, nint passwordCallback);

    [LibraryImport(Library)]
    internal static partial int mosquitto_tls_opts_set(MosquittoHandle mosq, int certificateRequirements, byte* tlsVersion, byte* ciphers);

    [LibraryImport(Library)]
    internal static partial int mosquitto_tls_insecure_set(MosquittoHandle mosq, [MarshalAs(UnmanagedType.U1)] bool value);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int mosquitto_connect_bind_v5(MosquittoHandle mosq, byte* host, int port, int keepAlive, byte* bindAddress, nint properties);

    [LibraryImport(Library)]
    internal static partial int mosquitto_disconnect_v5(MosquittoHandle mosq, int reasonCode, nint properties);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int mosquitto_publish_v5(MosquittoHandle mosq, int* mid, byte* topic, int payloadLength, byte* payload, int qos, [MarshalAs(UnmanagedType.U1)] bool retain, nint properties);

    [LibraryImport(Library)]
    internal static partial int mosquitto_subscribe_v5(MosquittoHandle mosq, int* mid, byte* filter, int qos, int options, nint properties);

    [LibraryImport(Library)]
    internal static partial int mosquitto_unsubscribe_v5(MosquittoHandle mosq, int* mid, byte* filter, nint properties);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int mosquitto_loop_read(MosquittoHandle mosq, int maxPackets);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int mosquitto_loop_write(MosquittoHandle mosq, int maxPackets);

    [LibraryImport(Library)]
    internal static partial int mosquitto_loop_misc(MosquittoHandle mosq);

    [LibraryImport(Library)]
    internal static partial int mosquitto_socket(MosquittoHandle mosq);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool mosquitto_want_write(MosquittoHandle mosq);

    [LibraryImport(Library)]
    internal static partial byte* mosquitto_strerror(int error);

    [LibraryImport(Library)]
    internal static partial void mosquitto_connect_v5_callback_set(MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void> callback);

    [LibraryImport(Library)]
    internal static partial void mosquitto_disconnect_v5_callback_set(MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, int, nint, void> callback);

    [LibraryImport(Library)]
    internal static partial void mosquitto_publish_v5_callback_set(MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void> callback);

    [LibraryImport(Library)]
    internal static partial void mosquitto_message_v5_callback_set(MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, NativeMessage*, nint, void> callback);

    [LibraryImport(Library)]
    internal static partial void mosquitto_subscribe_v5_callback_set(MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, int, int, int*, nint, void> callback);

    [LibraryImport(Library)]
    internal static partial void mosquitto_unsubscribe_v5_callback_set(MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, int, nint, void> callback);

    [LibraryImport(Library)]
    internal static partial void mosquitto_log_callback_set(MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, int, byte*, void> callback);

    [LibraryImport(Library)]
    internal static partial int mosquitto_property_add_byte(nint* list, int identifier, byte value);

    [LibraryImport(Library)]
    internal static partial int mosquitto_property_add_int16(nint* list, int identifier, ushort value);

    [LibraryImport(Library)]
    internal static partial int mosquitto_property_add_int32(nint* list, int identifier, uint value);

    [LibraryImport(Library)]
    internal static partial int mosquitto_property_add_varint(nint* list, int identifier, uint value);

    [LibraryImport(Library)]
    internal static partial int mosquitto_property_add_binary(nint* list, int identifier, byte* value, ushort length);

    [LibraryImport(Library)]
    internal static partial int mosquitto_property_add_string(nint* list, int identifier, byte* value);

    [LibraryImport(Library)]
    internal static partial int mosquitto_property_add_string_pair(nint* list, int identifier, byte* name, byte* value);

    [LibraryImport(Library)]
    internal static partial void mosquitto_property_free_all(nint* list);

    [LibraryImport(Library)]
    internal static partial int mosquitto_property_identifier(nint property);

    [LibraryImport(Library)]
    internal static partial nint mosquitto_property_next(nint property);

    [LibraryImport(Library)]
    internal static partial nint mosquitto_property_read_byte(nint list, int identifier, byte* value, [MarshalAs(UnmanagedType.U1)] bool skipFirst);

    [LibraryImport(Library)]
    internal static partial nint mosquitto_property_read_int16(nint list, int identifier, ushort* value, [MarshalAs(UnmanagedType.U1)] bool skipFirst);

    [LibraryImport(Library)]
    internal static partial nint mosquitto_property_read_int32(nint list, int identifier, uint* value, [MarshalAs(UnmanagedType.U1)] bool skipFirst);

    [LibraryImport(Library)]
    internal static partial nint mosquitto_property_read_varint(nint list, int identifier, uint* value, [MarshalAs(UnmanagedType.U1)] bool skipFirst);

    [LibraryImport(Library)]
    internal static partial nint mosquitto_property_read_binary(nint list, int identifier, byte** value, ushort* length, [MarshalAs(UnmanagedType.U1)] bool skipFirst);

    [LibraryImport(Library)]
    internal static partial nint mosquitto_property_read_string(nint list, int identifier, byte** value, [MarshalAs(UnmanagedType.U1)] bool skipFirst);

    [LibraryImport(Library)]
    internal static partial nint mosquitto_property_read_string_pair(nint list, int identifier, byte** name, byte** value, [MarshalAs(UnmanagedType.U1)] bool skipFirst);

    internal static string Describe(int error) => Marshal.PtrToStringUTF8((nint)mosquitto_strerror(error)) ?? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"error {error}");
}

/// <summary>struct mosquitto_message.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeMessage
{
    public int Mid;
    public byte* Topic;
    public byte* Payload;
    public int PayloadLength;
    public int Qos;
    public byte Retain;
}
