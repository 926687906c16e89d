using System.Runtime.InteropServices;
using System.Text;

namespace MQTTnet.Native;

/// <summary>Owns one struct mosquitto. Destroying it closes the socket without DISCONNECT, so the broker publishes the will.</summary>
internal sealed class MosquittoHandle : SafeHandle
{
    private MosquittoHandle(nint mosq)
        : base(0, ownsHandle: true) => SetHandle(mosq);

    public override bool IsInvalid => handle == 0;

    public static unsafe MosquittoHandle Create(string clientId, bool cleanSession, nint userData)
    {
        nint mosq;
        if (string.IsNullOrEmpty(clientId))
        {
            mosq = LibMosquitto.mosquitto_new(null, true, userData);
        }
        else
        {
            fixed (byte* id = Encoding.UTF8.GetBytes(clientId + '\0'))
            {
                mosq = LibMosquitto.mosquitto_new(id, cleanSession, userData);
            }
        }

        return mosq != 0 ? new MosquittoHandle(mosq) : throw new InvalidOperationException($"libmosquitto refused to create a client with the id '{clientId}'.");
    }

    protected override bool ReleaseHandle()
    {
        LibMosquitto.mosquitto_destroy(handle);
        return true;
    }
}
