using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace RoboPerception.Training.Data;

/// <summary>
/// The file as the reader may see it. Places in an HDF5 file point at each other, and a damaged one may send the reader in circles: it then
/// meets the limit of bytes for one call, or that of the stack, as an exception. And PureHDF takes an array for whatever length it has read before
/// it asks for the bytes: gigabytes, at worst. The places where such lengths stand are known when it comes by, and are looked at first.
/// </summary>
internal sealed class Hdf5Stream(Stream inner) : Stream
{
    // Object header messages that hold a value of a length of their own, within the message's (HDF5 file format, IV.A.2).
    private const ushort FillValue = 5, DataLayout = 8;

    // Type (2 bytes), size (2), flags (1), three zeros.
    private const int MessageHead = 8;

    // A file's own asks the system each time.
    private readonly long length = inner.Length;
    private long allowed = 64 << 20;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => inner.Position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public void Allow(long bytes) => allowed = bytes;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();

        if (buffer.Length > length - inner.Position)
        {
            throw new EndOfStreamException("it points beyond its end");
        }

        // A short step costs time too.
        allowed -= Math.Max(buffer.Length, 128);
        if (allowed < 0)
        {
            throw new InvalidDataException("it sends its reader in circles");
        }

        var read = inner.Read(buffer);
        if (buffer.Length is 2 or 4 && read == buffer.Length)
        {
            Look(buffer);
        }

        return read;
    }

    private void Look(ReadOnlySpan<byte> begin)
    {
        var isHeap = begin.SequenceEqual("HEAP"u8);
        if (!isHeap && (begin.Length != 2 || BinaryPrimitives.ReadUInt16LittleEndian(begin) is not (FillValue or DataLayout)))
        {
            return;
        }

        Span<byte> all = stackalloc byte[512];
        all.Clear();
        begin.CopyTo(all);
        var at = inner.Position;
        inner.ReadAtLeast(all[begin.Length..], all.Length - begin.Length, throwOnEndOfStream: false);
        inner.Position = at;
        var (size, most) = isHeap ? (BinaryPrimitives.ReadUInt64LittleEndian(all[8..]), (ulong)length) : (SizeIn(all), BinaryPrimitives.ReadUInt16LittleEndian(all[2..]));
        if (size > most)
        {
            throw new InvalidDataException($"a part of it says it has {size} bytes where {most} can be");
        }
    }

    /// <summary>What a message says of the value in it; 0 where these bytes are no such message.</summary>
    private static ulong SizeIn(ReadOnlySpan<byte> message)
    {
        var body = message[MessageHead..];
        if (message[5] != 0 || message[6] != 0 || message[7] != 0)
        {
            return 0;
        }

        return (message[0], body[0]) switch
        {
            ((byte)FillValue, 1 or 2) when body[3] != 0 => BinaryPrimitives.ReadUInt32LittleEndian(body[4..]),
            ((byte)FillValue, 3) when (body[1] & 32) != 0 => BinaryPrimitives.ReadUInt32LittleEndian(body[2..]),

            // Compact: behind the sizes of its dimensions.
            ((byte)DataLayout, 1 or 2) when body[2] == 0 && body[1] < 100 => BinaryPrimitives.ReadUInt32LittleEndian(body[(8 + (4 * body[1]))..]),
            _ => 0,
        };
    }

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
