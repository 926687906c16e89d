namespace RoboPerception.Training.Data;

/// <summary>The messages that describe an object, in either form of its header (HDF5 file format, IV.A.1).</summary>
internal sealed class Hdf5Header
{
    /// <summary>Kinds of messages that are read.</summary>
    public const ushort Dataspace = 1, LinkInfo = 2, Datatype = 3, FillValue = 5, Link = 6, ExternalFiles = 7, Layout = 8, Filters = 11, SymbolTable = 17;

    private const ushort Continuation = 16;
    private const byte IsShared = 2;

    private readonly List<(ushort Kind, byte Flags, ReadOnlyMemory<byte> Body)> messages = [];

    private Hdf5Header()
    {
    }

    /// <summary>Reads all messages of the object at an address.</summary>
    public static Hdf5Header Read(Hdf5Bytes file, ulong address)
    {
        const int longest = 34;
        var header = new Hdf5Header();
        var blocks = new Queue<(ulong Address, ulong Length)>();
        var first = file.ReadUpTo(address, longest);
        var fields = new Hdf5Fields(first);
        var isNew = first.AsSpan().StartsWith("OHDR"u8);
        var hasOrder = false;
        if (isNew)
        {
            fields.Skip(4);
            fields.Version("object header", 2, 2);
            var flags = fields.Byte();
            fields.Skip(((flags & 32) != 0 ? 16 : 0) + ((flags & 16) != 0 ? 4 : 0));
            hasOrder = (flags & 4) != 0;
            var length = fields.UInt(1 << (flags & 3));
            blocks.Enqueue((address + (ulong)(first.Length - fields.Rest.Length), length));
        }
        else
        {
            fields.Version("object header", 1, 1);
            fields.Skip(7);
            blocks.Enqueue((address + 16, fields.UInt32()));
        }

        for (var isFirst = true; blocks.TryDequeue(out var block); isFirst = false)
        {
            ReadOnlyMemory<byte> content = file.Read(block.Address, block.Length);
            if (isNew && !isFirst)
            {
                // A signature in front, a checksum behind.
                new Hdf5Fields(content.Span).Signature("OCHK"u8);
                content = content.Length >= 8 ? content[4..^4] : throw new FormatException("a part of its header is too short");
            }

            header.Add(content, isNew, hasOrder, blocks);
        }

        return header;
    }

    /// <summary>Whether there is a message of a kind.</summary>
    public bool Has(ushort kind) => messages.Any(message => message.Kind == kind);

    /// <summary>The messages of a kind.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> All(ushort kind) => messages.Where(message => message.Kind == kind).Select(message =>
        (message.Flags & IsShared) == 0 ? message.Body : throw new FormatException("a part of its description is shared with other arrays"));

    /// <summary>The message of a kind, which must be there.</summary>
    public ReadOnlySpan<byte> One(ushort kind, string what) => All(kind).Select(body => (ReadOnlyMemory<byte>?)body).FirstOrDefault() is { } body
        ? body.Span
        : throw new FormatException($"it has no {what}");

    private void Add(ReadOnlyMemory<byte> content, bool isNew, bool hasOrder, Queue<(ulong Address, ulong Length)> blocks)
    {
        var fields = new Hdf5Fields(content.Span);
        var head = isNew ? hasOrder ? 6 : 4 : 8;
        while (fields.Rest.Length >= head)
        {
            var kind = isNew ? fields.Byte() : fields.UInt16();
            var size = fields.UInt16();
            var flags = fields.Byte();
            fields.Skip(isNew ? head - 4 : 3);
            var at = content.Length - fields.Rest.Length;
            fields.Skip(size);
            var body = content.Slice(at, size);
            if (kind == Continuation)
            {
                var place = new Hdf5Fields(body.Span);
                blocks.Enqueue((place.UInt64(), place.UInt64()));
            }
            else if (kind != 0)
            {
                messages.Add((kind, flags, body));
            }
        }
    }
}
