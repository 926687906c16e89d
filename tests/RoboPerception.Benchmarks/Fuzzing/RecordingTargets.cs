using System.Buffers.Binary;
using RoboPerception.Recording.Mcap;

namespace RoboPerception.Benchmarks.Fuzzing;

/// <summary>Recordings that somebody hands over: read from beginning to end, and repaired.</summary>
internal static class RecordingTargets
{
    // A chunk may unpack to this much by what its reader documents; a few bytes of Zstandard can hold it all.
    private const long LargestChunk = 256L << 20;

    /// <summary>All of them.</summary>
    /// <param name="scratch">A folder for files.</param>
    public static IReadOnlyList<FuzzTarget> All(string scratch)
    {
        byte[][] seeds = [Seed(scratch, McapCompression.None), Seed(scratch, McapCompression.Zstd)];
        return
        [
            new("mcap", seeds, input => ReadAll(Written(scratch, input)), IsRefusal, LargestChunk),
            // Without checksums, as a hostile writer has them: the damage reaches what is in the chunks.
            new("mcap-unchecked", seeds, input => ReadAll(Written(scratch, WithoutChecksums(input))), IsRefusal, LargestChunk),
            new("mcap-repair", seeds, input => McapRepair.Repair(Written(scratch, WithoutChecksums(input)), Path.Combine(scratch, "repaired.mcap")), IsRefusal, LargestChunk),
        ];
    }

    private static bool IsRefusal(Exception e) => e is McapFormatException;

    private static string Written(string scratch, byte[] input)
    {
        string path = Path.Combine(scratch, "damaged.mcap");
        File.WriteAllBytes(path, input);
        return path;
    }

    private static void ReadAll(string path)
    {
        using var reader = new McapReader(path);
        foreach (McapMessage message in reader.Messages())
        {
            _ = message.Data.Length;
        }
    }

    private static byte[] Seed(string scratch, McapCompression compression)
    {
        string path = Path.Combine(scratch, "seed.mcap");
        using (var writer = new McapWriter(path, new McapWriterOptions { Compression = compression, ChunkBytes = 256 }))
        {
            McapSchema schema = writer.AddSchema("json", "jsonschema", "{}"u8);
            McapChannel depth = writer.AddChannel("cam0/depth", "json", schema, new Dictionary<string, string> { ["unit"] = "m" });
            McapChannel log = writer.AddChannel("log", "json", null);
            for (uint i = 0; i < 12; i++)
            {
                writer.Write(i % 3 == 0 ? log : depth, i, i * 1000, (i * 1000) + 5, [1, 2, 3, (byte)i, .. new byte[i * 3]]);
            }
            writer.Write(new McapMetadata("versions", new Dictionary<string, string> { ["model"] = "abc" }));
            writer.Write(new McapAttachment("node.yaml", "text/yaml", 7, "node: {}"u8.ToArray()));
            writer.Finish();
        }
        return File.ReadAllBytes(path);
    }

    /// <summary>Zero, in place of a checksum, says that there is none.</summary>
    private static byte[] WithoutChecksums(byte[] input)
    {
        const int head = 9, checksumInChunk = 24;
        for (int at = McapFormat.Magic.Length; at + head + checksumInChunk + 4 <= input.Length;)
        {
            ulong length = BinaryPrimitives.ReadUInt64LittleEndian(input.AsSpan(at + 1));
            if (input[at] == (byte)McapOpcode.Chunk)
            {
                input.AsSpan(at + head + checksumInChunk, 4).Clear();
            }
            if (length > (ulong)input.Length)
            {
                break;
            }
            at += head + (int)length;
        }
        return input;
    }
}
