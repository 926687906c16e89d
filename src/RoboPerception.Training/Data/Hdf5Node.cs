namespace RoboPerception.Training.Data;

/// <summary>A node of the B-trees of the first version: keys, and between each two an address (HDF5 file format, III.A.1).</summary>
internal sealed class Hdf5Node
{
    private const int Head = 24, MostLevels = 16;
    private readonly byte[] content;
    private readonly int keyLength;

    private Hdf5Node(byte[] content, int keyLength, int count, int level)
    {
        this.content = content;
        this.keyLength = keyLength;
        Count = count;
        Level = level;
    }

    /// <summary>Children.</summary>
    public int Count { get; }

    /// <summary>Nodes below; 0: the children are no nodes.</summary>
    public int Level { get; }

    /// <summary>Reads a node.</summary>
    /// <param name="file">The file.</param>
    /// <param name="address">Where it lies.</param>
    /// <param name="kind">0: of a group, 1: of chunks.</param>
    /// <param name="keyLength">Bytes of a key.</param>
    /// <param name="level">The level that its parent asks for; null for the root.</param>
    public static Hdf5Node Read(Hdf5Bytes file, ulong address, byte kind, int keyLength, int? level)
    {
        var fields = new Hdf5Fields(file.Read(address, Head));
        fields.Signature("TREE"u8);
        fields.Version("B-tree", kind, kind);
        var own = fields.Byte();
        if (own > MostLevels || own != (level ?? own))
        {
            throw new FormatException($"a node of level {own} where {level ?? MostLevels} can be");
        }

        var count = fields.UInt16();
        return new Hdf5Node(file.Read(address + Head, ((ulong)count * (ulong)(keyLength + 8)) + (ulong)keyLength), keyLength, count, own);
    }

    /// <summary>The key before a child, or behind the last.</summary>
    public ReadOnlySpan<byte> Key(int i) => content.AsSpan(i * (keyLength + 8), keyLength);

    /// <summary>Address of a child.</summary>
    public ulong Child(int i) => BitConverter.ToUInt64(content, (i * (keyLength + 8)) + keyLength);
}
