using System.Runtime.CompilerServices;
using PureHDF;

namespace RoboPerception.Training.Data;

/// <summary>
/// The file as the reader may see it. Places in an HDF5 file point at each other, and a damaged one may send the reader in circles: it then
/// meets the limit of bytes for one call, or that of the stack, as an exception. Lengths that a part claims are looked at before the reader acts on them
/// (<see cref="Hdf5Claims"/>). Which part it is at, its steps tell: every part begins behind a jump, with reads of sizes that no other begins with.
/// Content is read by a call of its own, and never taken for a part.
/// </summary>
internal sealed class Hdf5Stream : Stream, IDatasetStream
{
    // Sizes of the reads behind a jump, a hexadecimal digit each (15 = 15 or more): a signature; version and flags of a link (a header of version 1
    // begins so, too, and then reads as a link with a name of its count's length); a signature after its first letter, where the version of a header
    // may be; version, count, references and length of such a header.
    private const ulong Signature = 0x4, FileSignature = 0x8, LinkInHeap = 0x11, NewHeader = 0x13, OldHeader = 0x11244;

    private readonly Stream inner;
    private readonly Hdf5Claims claims;

    // A file's own asks the system each time.
    private readonly long length;
    private long allowed = 64 << 20;
    private ulong steps;
    private byte first;

    /// <summary>Begins at the stream's position, and owns it.</summary>
    public Hdf5Stream(Stream inner)
    {
        this.inner = inner;
        length = inner.Length;
        claims = new Hdf5Claims(inner, Spend);
    }

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
        var at = inner.Position;
        Take(buffer);
        first = steps == 0 && buffer.Length > 0 ? buffer[0] : first;
        steps = (steps << 4) | (uint)Math.Min(buffer.Length, 15);

        // Version 1 has two bytes for a message's kind, version 2 one.
        if (buffer.Length is 1 or 2 && claims.IsUnread(at))
        {
            buffer.Clear();
        }

        Look(buffer, at + buffer.Length);
        return buffer.Length;
    }

    /// <inheritdoc/>
    public void ReadDataset(Span<byte> buffer) => Take(buffer);

    private void Take(Span<byte> buffer)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();

        if (buffer.Length > length - inner.Position)
        {
            throw new EndOfStreamException("it points beyond its end");
        }

        Spend(buffer.Length);
        inner.ReadExactly(buffer);
    }

    private void Spend(int bytes)
    {
        // A short step costs time too.
        allowed -= Math.Max(bytes, 128);
        if (allowed < 0)
        {
            throw new InvalidDataException("it sends its reader in circles");
        }
    }

    // Next: where the reader goes on.
    private void Look(ReadOnlySpan<byte> read, long next)
    {
        switch (steps)
        {
            case FileSignature when read is [0x89, (byte)'H', (byte)'D', (byte)'F', ..]:
                claims.Superblock(next);
                break;
            case Signature when read.SequenceEqual("TREE"u8):
                claims.Chunks(next, Rank);
                break;
            case Signature when read.SequenceEqual("HEAP"u8):
                claims.Heap(next);
                break;
            case Signature when read.SequenceEqual("FRHP"u8):
                claims.HeapOfLinks(next);
                break;
            case LinkInHeap:
                claims.LinkInHeap(next - 2);
                break;
            case NewHeader when first == 'O' && read.SequenceEqual("HDR"u8):
                claims.NewHeader(next);
                break;
            case OldHeader when first == 1:
                claims.OldHeader(next - 12);
                break;
            default:
                return;
        }

        inner.Position = next;
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        steps = 0;
        return inner.Seek(offset, origin);
    }

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
