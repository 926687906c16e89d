using System.Text;

namespace MQTTnet.Packets;

/// <summary>A name and a UTF-8 value that travel with an MQTT 5 packet.</summary>
public sealed class MqttUserProperty
{
    public MqttUserProperty(string name, ArraySegment<byte> value)
        : this(name, value.AsMemory())
    {
    }

    public MqttUserProperty(string name, ReadOnlyMemory<byte> value)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        ValueBuffer = value;
    }

    public string Name { get; }

    public ReadOnlyMemory<byte> ValueBuffer { get; }

    public override bool Equals(object obj) => Equals(obj as MqttUserProperty);

    public bool Equals(MqttUserProperty other) =>
        other is not null && string.Equals(Name, other.Name, StringComparison.Ordinal) && ValueBuffer.Span.SequenceEqual(other.ValueBuffer.Span);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Name, StringComparer.Ordinal);
        hash.AddBytes(ValueBuffer.Span);
        return hash.ToHashCode();
    }

    public override string ToString() => $"{Name} = {Encoding.UTF8.GetString(ValueBuffer.Span)}";
}
