using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace RoboPerception.Recording.Schemas;

/// <summary>What a viewer needs to read our messages: the definitions, as MCAP holds them (a serialised FileDescriptorSet).</summary>
internal static class FoxgloveSchemas
{
    /// <summary>The definitions of all our messages and what they import.</summary>
    public static byte[] Definitions { get; } = Set(TimestampReflection.Descriptor, FoxgloveReflection.Descriptor);

    /// <summary>A time stamp.</summary>
    /// <param name="nanoseconds">Since the UNIX epoch.</param>
    public static Timestamp Time(long nanoseconds)
    {
        long seconds = Math.DivRem(nanoseconds, 1_000_000_000, out long rest);
        return rest < 0 ? new Timestamp { Seconds = seconds - 1, Nanos = (int)rest + 1_000_000_000 } : new Timestamp { Seconds = seconds, Nanos = (int)rest };
    }

    /// <summary>FileDescriptorSet: field 1, once for each file, in the order of their imports.</summary>
    private static byte[] Set(params FileDescriptor[] files)
    {
        using var bytes = new MemoryStream();
        var output = new CodedOutputStream(bytes, leaveOpen: true);
        foreach (FileDescriptor file in files)
        {
            output.WriteTag(1, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(file.SerializedData);
        }
        output.Flush();
        return bytes.ToArray();
    }
}
