using System.Runtime.InteropServices;
using System.Text;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace MQTTnet.Native;

/// <summary>Reads a native property list that a callback was given. String and binary reads are copies that libmosquitto allocates and we free.</summary>
internal readonly unsafe struct PropertyReader(nint list)
{
    public byte? Byte(MqttPropertyId id)
    {
        byte value;
        return list != 0 && LibMosquitto.mosquitto_property_read_byte(list, (int)id, &value, false) != 0 ? value : null;
    }

    public ushort? UInt16(MqttPropertyId id)
    {
        ushort value;
        return list != 0 && LibMosquitto.mosquitto_property_read_int16(list, (int)id, &value, false) != 0 ? value : null;
    }

    public uint? UInt32(MqttPropertyId id)
    {
        uint value;
        return list != 0 && LibMosquitto.mosquitto_property_read_int32(list, (int)id, &value, false) != 0 ? value : null;
    }

    public string String(MqttPropertyId id)
    {
        byte* value = null;
        return list != 0 && LibMosquitto.mosquitto_property_read_string(list, (int)id, &value, false) != 0 ? TakeString(value) : null;
    }

    public byte[] Binary(MqttPropertyId id)
    {
        byte* value = null;
        ushort length;
        if (list == 0 || LibMosquitto.mosquitto_property_read_binary(list, (int)id, &value, &length, false) == 0)
        {
            return null;
        }

        byte[] copy = new ReadOnlySpan<byte>(value, length).ToArray();
        NativeMemory.Free(value);
        return copy;
    }

    public List<uint> SubscriptionIdentifiers()
    {
        List<uint> result = null;
        uint value;
        nint position = list;
        bool skipFirst = false;
        while (position != 0 && (position = LibMosquitto.mosquitto_property_read_varint(position, (int)MqttPropertyId.SubscriptionIdentifier, &value, skipFirst)) != 0)
        {
            (result ??= []).Add(value);
            skipFirst = true;
        }

        return result;
    }

    /// <summary>Null when there is none, as in the official client.</summary>
    public List<MqttUserProperty> UserProperties()
    {
        List<MqttUserProperty> result = null;
        byte* name = null;
        byte* value = null;
        nint position = list;
        bool skipFirst = false;
        while (position != 0 && (position = LibMosquitto.mosquitto_property_read_string_pair(position, (int)MqttPropertyId.UserProperty, &name, &value, skipFirst)) != 0)
        {
            string text = TakeString(name);
            byte[] bytes = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(value).ToArray();
            NativeMemory.Free(value);
            (result ??= []).Add(new MqttUserProperty(text, bytes));
            skipFirst = true;
        }

        return result;
    }

    private static string TakeString(byte* text)
    {
        string copy = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
        NativeMemory.Free(text);
        return copy;
    }
}
