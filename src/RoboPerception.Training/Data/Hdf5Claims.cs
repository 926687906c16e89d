using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace RoboPerception.Training.Data;

/// <summary>
/// Holds what a part of an HDF5 file claims of lengths against what can be, before the reader comes to them: PureHDF takes an array for whatever
/// length it has read before it asks for the bytes, gigabytes at worst. Object headers are walked by the steps the reader will make (HDF5 file
/// format, IV.A). What a message holds lies within it; PureHDF refuses one that goes beyond, too, but with the array taken: so nothing is refused
/// here that it would have read.
/// </summary>
/// <param name="file">All of it; restoring its position is the caller's.</param>
/// <param name="step">Counts a look at so many bytes; throws when there were too many.</param>
internal sealed class Hdf5Claims(Stream file, Action<int> step)
{
    private const byte Datatype = 3, OldFillValue = 4, FillValue = 5, Link = 6, DataLayout = 8, Attribute = 12, Continuation = 16;

    // A bit of a message's flags: what it says lies elsewhere.
    private const byte Shared = 2;

    // A file's own asks the system each time.
    private readonly long end = file.Length;
    private readonly HashSet<long> unread = [];
    private long baseAddress;
    private int offsetSize = 8, lengthSize = 8;

    /// <summary>
    /// Whether the message that begins here is of a kind that is never asked for: attributes, and fill values in the form that went before the one
    /// of today (which is always beside it). The reader need not see them.
    /// </summary>
    public bool IsUnread(long at) => unread.Contains(at);

    /// <summary>The superblock, from behind its signature: how wide addresses and lengths are, and from where addresses count (II).</summary>
    public void Superblock(long at)
    {
        var version = Number(at, 1);
        var sizes = at + (version < 2 ? 5 : 1);
        (offsetSize, lengthSize) = ((int)Number(sizes, 1), (int)Number(sizes + 1, 1));
        baseAddress = (long)Number(at + version switch { 0 => 16, 1 => 20, _ => 4 }, offsetSize);
    }

    /// <summary>A heap of names, from behind its signature, says how long it is (III.D).</summary>
    public void Heap(long at) => Check(Number(at + 4, lengthSize), (ulong)end);

    /// <summary>A heap of links, from behind its signature: its table has a place in the file for each entry (III.G).</summary>
    public void HeapOfLinks(long at)
    {
        var width = at + 10 + (10 * lengthSize) + (2 * offsetSize);
        var rows = width + 6 + (2 * lengthSize) + offsetSize;
        Check(Number(width, 2) * Number(rows, 2) * (ulong)offsetSize, (ulong)end);
    }

    /// <summary>A link, from its first byte, of which nobody says how long it is.</summary>
    public void LinkInHeap(long at)
    {
        var (place, width) = Claim(Link, at);
        Check(Number(at + place, width), (ulong)end);
    }

    /// <summary>The index of an array's chunks, from behind its signature, says of each how long it is in the file (III.A.1).</summary>
    /// <param name="at">Place in the file.</param>
    /// <param name="rank">Dimensions of the array.</param>
    public void Chunks(long at, int rank)
    {
        if (Number(at, 1) != 1)
        {
            return;
        }

        // Size (4 bytes), filters left out (4), a coordinate of each dimension and of the bytes of an element, the place.
        var entry = at + 4 + (2 * offsetSize);
        for (var n = Number(at + 2, 2); n > 0 && entry < end; n--)
        {
            Check(Number(entry, 4), (ulong)end);
            entry += 8 + (8 * (rank + 1)) + offsetSize;
        }
    }

    /// <summary>A header of version 1, from its first byte.</summary>
    public void OldHeader(long at) => Walk(at + 16, Number(at + 8, 4), isOld: true, headSize: 8);

    /// <summary>A header of version 2, from behind its signature.</summary>
    public void NewHeader(long at)
    {
        var flags = Number(at + 1, 1);
        var size = at + 2 + ((flags & 32) != 0 ? 16 : 0) + ((flags & 16) != 0 ? 4 : 0);
        var width = 1 << (int)(flags & 3);
        Walk(size + width, Number(size, width), isOld: false, (flags & 4) != 0 ? 6 : 4);
    }

    private void Walk(long at, ulong length, bool isOld, int headSize)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();

        // Behind the messages of version 2 may be a gap, of less than a head. In a damaged header the length may pass zero, as the reader's does.
        List<(long At, ulong Length)> continued = [];
        while (length > (isOld ? 0UL : (ulong)headSize) && at >= 0 && at <= end - headSize)
        {
            step(headSize);
            var (type, size, flags) = isOld ? (Number(at, 2), Number(at + 2, 2), Number(at + 4, 1)) : (Number(at, 1), Number(at + 1, 2), Number(at + 3, 1));
            var body = at + headSize;
            switch (type)
            {
                case OldFillValue or Attribute:
                    unread.Add(at);
                    break;
                case Continuation:
                    continued.Add((baseAddress + (long)Number(body, offsetSize), Number(body + offsetSize, lengthSize)));
                    break;
                case FillValue or Datatype when (flags & Shared) != 0:
                    break;
                case Datatype:
                    CheckType(body);
                    break;
                default:
                    var (place, width) = Claim(type, body);
                    Check(Number(body + place, width), width == 0 ? 0 : size - Math.Min(size, (ulong)(place + width)));
                    break;
            }

            at = body + (long)size;
            length -= size + (ulong)headSize;
        }

        foreach (var (place, more) in continued)
        {
            // In version 2 between a signature and a checksum.
            Walk(isOld ? place : place + 4, isOld ? more : more - 8, isOld, headSize);
        }
    }

    /// <summary>Where in a message the length of the bytes behind it stands; nowhere: of no bytes.</summary>
    private (int Place, int Width) Claim(ulong type, long body) => (type, Number(body, 1)) switch
    {
        (FillValue, 1 or 2) when Number(body + 3, 1) == 1 => (4, 4),
        (FillValue, 3) when (Number(body + 1, 1) & 48) == 32 => (2, 4),

        // The array itself: behind the sizes of its dimensions.
        (DataLayout, 1 or 2) when Number(body + 2, 1) == 0 => (8 + (4 * (int)Number(body + 1, 1)), 4),

        // A name: behind the link's kind, its place in the order of creation and the name's encoding, each if a flag says so.
        (Link, _) when Number(body + 1, 1) is var flags => (2 + ((flags & 8) != 0 ? 1 : 0) + ((flags & 4) != 0 ? 8 : 0) + ((flags & 16) != 0 ? 1 : 0), 1 << (int)(flags & 3)),
        _ => (0, 0),
    };

    // Types of types claim lengths at any depth; no array of them is read.
    private void CheckType(long body)
    {
        var kind = (Number(body, 1) & 15) switch { 6 => "records", 8 => "of an enumeration", 9 => "lists", 10 => "arrays", _ => null };
        if (kind is not null)
        {
            throw new InvalidDataException($"its elements are {kind}, not numbers");
        }
    }

    private static void Check(ulong claimed, ulong most)
    {
        if (claimed > most)
        {
            throw new InvalidDataException($"a part of it says it has {claimed} bytes where {most} can be");
        }
    }

    // What lies beyond the end is zero: the reader meets the end by itself.
    private ulong Number(long at, int width)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        if (at >= 0 && at < end && width <= 8)
        {
            file.Position = at;
            file.ReadAtLeast(bytes[..width], width, throwOnEndOfStream: false);
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }
}
