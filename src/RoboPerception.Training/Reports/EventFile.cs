using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace RoboPerception.Training.Reports;

/// <summary>
/// Writes scalars to a TensorBoard event file: records of a length (uint64), its masked CRC-32C, an Event message (protocol buffers) and its
/// masked CRC-32C, all little-endian. Each record is flushed, so that a viewer follows a run and a kill loses nothing.
/// </summary>
internal sealed class EventFile : IDisposable
{
    private readonly FileStream file;

    /// <summary>Starts a file of its own in a folder: a resumed run adds a second one, which viewers put together by step.</summary>
    public EventFile(string folder, DateTimeOffset now)
    {
        Directory.CreateDirectory(folder);
        var name = $"events.out.tfevents.{now.ToUnixTimeMilliseconds() / 1000}.{now.ToUnixTimeMilliseconds() % 1000:D3}.roboperception";
        file = new FileStream(Path.Combine(folder, name), FileMode.Append, FileAccess.Write, FileShare.Read);
        using var version = Message(now, steps: 0);
        Text(version, 3, "brain.Event:2");
        Record(version);
    }

    /// <summary>Adds numbers of one step; those that are not finite are left out.</summary>
    public void Add(DateTimeOffset now, long steps, IEnumerable<KeyValuePair<string, double>> scalars)
    {
        using var summary = new MemoryStream();
        foreach (var (tag, value) in scalars)
        {
            if (!double.IsFinite(value))
            {
                continue;
            }

            using var entry = new MemoryStream();
            Text(entry, 1, tag);
            entry.WriteByte((2 << 3) | 5);
            entry.Write(BitConverter.GetBytes((float)value));
            Bytes(summary, 1, entry.ToArray());
        }

        using var message = Message(now, steps);
        Bytes(message, 5, summary.ToArray());
        Record(message);
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    /// <summary>CRC-32C (Castagnoli) in the masked form of the record format.</summary>
    internal static uint MaskedCrc(ReadOnlySpan<byte> data)
    {
        var crc = Crc32.HashToUInt32(Crc32ParameterSet.Crc32C, data);
        return unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8);
    }

    private static MemoryStream Message(DateTimeOffset now, long steps)
    {
        var message = new MemoryStream();
        message.WriteByte((1 << 3) | 1);
        message.Write(BitConverter.GetBytes(now.ToUnixTimeMilliseconds() / 1000.0));
        message.WriteByte(2 << 3);
        Varint(message, (ulong)steps);
        return message;
    }

    private static void Text(Stream to, int field, string text) => Bytes(to, field, Encoding.UTF8.GetBytes(text));

    private static void Bytes(Stream to, int field, byte[] bytes)
    {
        to.WriteByte((byte)((field << 3) | 2));
        Varint(to, (ulong)bytes.Length);
        to.Write(bytes);
    }

    private static void Varint(Stream to, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            to.WriteByte((byte)(value | 0x80));
        }

        to.WriteByte((byte)value);
    }

    private void Record(MemoryStream message)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], MaskedCrc(head[..8]));
        var bytes = message.ToArray();
        file.Write(head);
        file.Write(bytes);
        file.Write(BitConverter.GetBytes(MaskedCrc(bytes)));
        file.Flush();
    }
}
