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
    private const ushort OldFillValue = 4, FillValue = 5, DataLayout = 8;

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

    /// <summary>Dimensions of the array that is being read: so many coordinates each chunk in its index has, and one more (III.A.1).</summary>
    public int Rank { get; set; }

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
        if (begin.SequenceEqual("TREE"u8))
        {
            LookAtChunks();
            return;
        }

        var isHeap = begin.SequenceEqual("HEAP"u8);
        if (!isHeap && (begin.Length != 2 || BinaryPrimitives.ReadUInt16LittleEndian(begin) is not (OldFillValue or FillValue or DataLayout)))
        {
            return;
        }

        Span<byte> all = stackalloc byte[512];
        all.Clear();
        begin.CopyTo(all);
        var at = inner.Position;
        inner.ReadAtLeast(all[begin.Length..], all.Length - begin.Length, throwOnEndOfStream: false);
        inner.Position = at;
        Check(isHeap ? (BinaryPrimitives.ReadUInt64LittleEndian(all[8..]), (ulong)length) : (SizeIn(all), BinaryPrimitives.ReadUInt16LittleEndian(all[2..])));
    }

    /// <summary>The index of an array's chunks says of each how long it is in the file.</summary>
    private void LookAtChunks()
    {
        const int Head = 20, Children = 8;
        var at = inner.Position;
        Span<byte> head = stackalloc byte[Head];
        head.Clear();
        inner.ReadAtLeast(head, Head, throwOnEndOfStream: false);
        var isOfChunks = head[0] == 1;
        if (isOfChunks)
        {
            // Size (4 bytes), filters left out (4), a coordinate of each dimension and of the bytes of an element.
            Span<byte> chunk = stackalloc byte[4];
            var step = 8 + (8 * (Rank + 1)) + Children;
            for (var n = BinaryPrimitives.ReadUInt16LittleEndian(head[2..]); n > 0 && inner.ReadAtLeast(chunk, 4, throwOnEndOfStream: false) == 4; n--)
            {
                Check((BinaryPrimitives.ReadUInt32LittleEndian(chunk), (ulong)length));
                inner.Position += step - 4;
            }
        }

        inner.Position = at;
    }

    private static void Check((ulong Size, ulong Most) part)
    {
        if (part.Size > part.Most)
        {
            throw new InvalidDataException($"a part of it says it has {part.Size} bytes where {part.Most} can be");
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
            // Four names in a node of a group look like it but for the flag, which this kind has: it does not change.
            ((byte)OldFillValue, _) when message[2] >= 16 && message[2] % 8 == 0 && message[4] == 1 => BinaryPrimitives.ReadUInt32LittleEndian(body),
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
