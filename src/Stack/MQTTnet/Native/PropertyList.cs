using System.Runtime.CompilerServices;
using MQTTnet.Exceptions;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace MQTTnet.Native;

/// <summary>Builds and frees a native MQTT 5 property list. Lives on the stack of one call and allocates nothing managed.</summary>
internal unsafe ref struct PropertyList
{
    private nint _list;

    public readonly nint Pointer => _list;

    public void AddByte(MqttPropertyId id, byte value)
    {
        fixed (nint* list = &_list)
        {
            Check(LibMosquitto.mosquitto_property_add_byte(list, (int)id, value), id);
        }
    }

    public void AddUInt16(MqttPropertyId id, ushort value)
    {
        fixed (nint* list = &_list)
        {
            Check(LibMosquitto.mosquitto_property_add_int16(list, (int)id, value), id);
        }
    }

    public void AddUInt32(MqttPropertyId id, uint value)
    {
        fixed (nint* list = &_list)
        {
            Check(LibMosquitto.mosquitto_property_add_int32(list, (int)id, value), id);
        }
    }

    public void AddVariable(MqttPropertyId id, uint value)
    {
        fixed (nint* list = &_list)
        {
            Check(LibMosquitto.mosquitto_property_add_varint(list, (int)id, value), id);
        }
    }

    public void AddBinary(MqttPropertyId id, ReadOnlySpan<byte> value)
    {
        if (value.Length > ushort.MaxValue)
        {
            throw new MqttProtocolViolationException($"{id} has {value.Length} bytes; MQTT allows 65535.");
        }

        fixed (nint* list = &_list)
        fixed (byte* bytes = value)
        {
            Check(LibMosquitto.mosquitto_property_add_binary(list, (int)id, bytes, (ushort)value.Length), id);
        }
    }

    [SkipLocalsInit]
    public void AddString(MqttPropertyId id, string value)
    {
        using var text = new Utf8Argument(value, stackalloc byte[Utf8Argument.StackSize]);
        fixed (nint* list = &_list)
        fixed (byte* bytes = text.Bytes)
        {
            Check(LibMosquitto.mosquitto_property_add_string(list, (int)id, bytes), id);
        }
    }

    [SkipLocalsInit]
    public void AddUserProperties(List<MqttUserProperty> properties)
    {
        if (properties is null)
        {
            return;
        }

        Span<byte> nameScratch = stackalloc byte[Utf8Argument.StackSize];
        Span<byte> valueScratch = stackalloc byte[Utf8Argument.StackSize];
        foreach (MqttUserProperty property in properties)
        {
            using var name = new Utf8Argument(property.Name, nameScratch);
            using var value = new Utf8Argument(property.ValueBuffer.Span, valueScratch);
            fixed (nint* list = &_list)
            fixed (byte* nameBytes = name.Bytes, valueBytes = value.Bytes)
            {
                Check(LibMosquitto.mosquitto_property_add_string_pair(list, (int)MqttPropertyId.UserProperty, nameBytes, valueBytes), MqttPropertyId.UserProperty);
            }
        }
    }

    /// <summary>Hands the list to a native owner.</summary>
    public nint Release()
    {
        nint list = _list;
        _list = 0;
        return list;
    }

    public void Dispose()
    {
        if (_list != 0)
        {
            fixed (nint* list = &_list)
            {
                LibMosquitto.mosquitto_property_free_all(list);
            }

            _list = 0;
        }
    }

    private static void Check(int error, MqttPropertyId id)
    {
        if (error != MosquittoError.Success)
        {
            throw new MqttProtocolViolationException($"The MQTT property {id} is not valid: {LibMosquitto.Describe(error)}");
        }
    }
}
