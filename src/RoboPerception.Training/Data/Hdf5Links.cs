using System.Text;

namespace RoboPerception.Training.Data;

/// <summary>What lies in the root group of an HDF5 file: names, and addresses of the objects that bear them.</summary>
internal sealed class Hdf5Links
{
    private static readonly byte[] Signature = [0x89, .. "HDF\r\n"u8, 0x1A, (byte)'\n'];

    // Names of the old form are places in the heap; those of the new are here as they are.
    private readonly List<(ulong Name, ulong Address)> entries = [];
    private readonly List<(ReadOnlyMemory<byte> Name, ulong Address)> links = [];
    private byte[] heap = [];

    private Hdf5Links()
    {
    }

    /// <summary>Whether there may be more names than are known: in a form that is not read.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Reads the beginning of a file.</summary>
    public static Hdf5Links Read(Hdf5Bytes file)
    {
        var header = Hdf5Header.Read(file, Root(file));
        var links = new Hdf5Links();
        foreach (var message in header.All(Hdf5Header.Link))
        {
            links.Add(message);
        }

        if (header.Has(Hdf5Header.SymbolTable))
        {
            var table = new Hdf5Fields(header.One(Hdf5Header.SymbolTable, "table of names"));
            var (tree, place) = (table.UInt64(), table.UInt64());
            var fields = new Hdf5Fields(file.Read(place, 32));
            fields.Signature("HEAP"u8);
            fields.Skip(4);
            var length = fields.UInt64();
            fields.Skip(8);
            links.heap = file.Read(fields.UInt64(), length);
            links.Walk(file, tree, null);
        }

        links.HasMore = header.All(Hdf5Header.LinkInfo).Any(IsElsewhere);
        return links;
    }

    /// <summary>Address of the object of a name; null if there is none.</summary>
    public ulong? Find(string name)
    {
        var wanted = Encoding.UTF8.GetBytes(name);
        foreach (var link in links.Where(link => link.Name.Span.SequenceEqual(wanted)))
        {
            return link.Address;
        }

        foreach (var entry in entries)
        {
            var text = entry.Name < (ulong)heap.Length ? heap.AsSpan((int)entry.Name) : throw new FormatException("a name lies outside of the list of names");
            if (text.Length > wanted.Length && text.StartsWith(wanted) && text[wanted.Length] == 0)
            {
                return entry.Address;
            }
        }

        return null;
    }

    /// <summary>Address of the root group.</summary>
    private static ulong Root(Hdf5Bytes file)
    {
        const int longest = 112, leastBlock = 512;
        for (var at = 0L; at + Signature.Length < file.Length; at = Math.Max(2 * at, leastBlock))
        {
            var fields = new Hdf5Fields(file.ReadUpTo((ulong)at, longest));
            if (fields.Take((ulong)Signature.Length).SequenceEqual(Signature))
            {
                file.Start = at;
                return Root(file, fields);
            }
        }

        throw new FormatException("it does not begin as HDF5 does");
    }

    private static ulong Root(Hdf5Bytes file, Hdf5Fields fields)
    {
        var version = fields.Version("beginning", 0, 3);
        if (version < 2)
        {
            fields.Skip(4);
        }

        if ((fields.Byte(), fields.Byte()) is not (8, 8))
        {
            throw new FormatException("its addresses or lengths are not of eight bytes");
        }

        // Figures for its B-trees and flags; then where addresses begin (the signature's place goes before it), and where there is more to know.
        fields.Skip(version switch { 0 => 9, 1 => 13, _ => 1 } + 16);
        var end = fields.UInt64();
        if (end > (ulong)file.Length)
        {
            throw new FormatException($"it should have {end} bytes and has {file.Length}");
        }

        fields.Skip(version < 2 ? 16 : 0);
        return fields.UInt64();
    }

    private static bool IsElsewhere(ReadOnlyMemory<byte> linkInfo)
    {
        var fields = new Hdf5Fields(linkInfo.Span);
        fields.Skip(1);
        fields.Skip((fields.Byte() & 1) != 0 ? 8 : 0);
        return fields.UInt64() != Hdf5Fields.Undefined;
    }

    private void Add(ReadOnlyMemory<byte> message)
    {
        var fields = new Hdf5Fields(message.Span);
        fields.Version("links", 1, 1);
        var flags = fields.Byte();
        var isHard = (flags & 8) == 0 || fields.Byte() == 0;
        fields.Skip(((flags & 4) != 0 ? 8 : 0) + ((flags & 16) != 0 ? 1 : 0));
        var length = fields.UInt(1 << (flags & 3));
        var at = message.Length - fields.Rest.Length;
        fields.Take(length);
        if (isHard)
        {
            links.Add((message.Slice(at, (int)length), fields.UInt64()));
        }
    }

    /// <summary>All entries below a node of the group's B-tree.</summary>
    private void Walk(Hdf5Bytes file, ulong address, int? level)
    {
        if (level < 0)
        {
            Table(file, address);
            return;
        }

        var node = Hdf5Node.Read(file, address, kind: 0, keyLength: 8, level);
        for (var i = 0; i < node.Count; i++)
        {
            Walk(file, node.Child(i), node.Level - 1);
        }
    }

    private void Table(Hdf5Bytes file, ulong address)
    {
        const int head = 8, entry = 40;
        var fields = new Hdf5Fields(file.Read(address, head));
        fields.Signature("SNOD"u8);
        fields.Version("table of names", 1, 1);
        fields.Skip(1);
        var count = fields.UInt16();
        fields = new Hdf5Fields(file.Read(address + head, (ulong)count * entry));
        for (var i = 0; i < count; i++)
        {
            entries.Add((fields.UInt64(), fields.UInt64()));
            fields.Skip(entry - 16);
        }
    }
}
