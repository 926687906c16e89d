namespace RoboPerception.Recording.Mcap;

/// <summary>How messages of some channels are laid out.</summary>
/// <param name="Id">1 or more; 0 means "no schema" in a channel.</param>
/// <param name="Name">e.g. <c>foxglove.CompressedImage</c> or <c>sensor_msgs/msg/Image</c>.</param>
/// <param name="Encoding">e.g. <c>protobuf</c>, <c>ros2msg</c>, <c>jsonschema</c>.</param>
/// <param name="Data">The definition, in that encoding.</param>
internal sealed record McapSchema(ushort Id, string Name, string Encoding, byte[] Data);

/// <summary>A topic of a recording.</summary>
/// <param name="Id">Number within the file.</param>
/// <param name="SchemaId">A schema of the file, or 0.</param>
/// <param name="Topic">Name that viewers show.</param>
/// <param name="MessageEncoding">e.g. <c>protobuf</c>, <c>cdr</c>, <c>json</c>.</param>
/// <param name="Metadata">Whatever else is to be known of it.</param>
internal sealed record McapChannel(ushort Id, ushort SchemaId, string Topic, string MessageEncoding, IReadOnlyDictionary<string, string> Metadata);

/// <summary>A message as it stands in a recording.</summary>
/// <param name="Channel">Its channel.</param>
/// <param name="Sequence">Number that its sender gave it.</param>
/// <param name="LogTime">Nanoseconds since the UNIX epoch: when it was recorded, by which viewers play back.</param>
/// <param name="PublishTime">Nanoseconds since the UNIX epoch: when it was made.</param>
/// <param name="Data">Its bytes; good until the reader goes on.</param>
internal readonly record struct McapMessage(McapChannel Channel, uint Sequence, ulong LogTime, ulong PublishTime, ReadOnlyMemory<byte> Data);

/// <summary>A file within the recording.</summary>
/// <param name="Name">e.g. <c>node.yaml</c>.</param>
/// <param name="MediaType">e.g. <c>application/yaml</c>.</param>
/// <param name="LogTime">Nanoseconds since the UNIX epoch.</param>
/// <param name="Data">Content.</param>
internal sealed record McapAttachment(string Name, string MediaType, ulong LogTime, byte[] Data);

/// <summary>Named key-value pairs within the recording.</summary>
internal sealed record McapMetadata(string Name, IReadOnlyDictionary<string, string> Entries);
