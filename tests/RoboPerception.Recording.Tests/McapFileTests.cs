using System.Security.Cryptography;
using System.Text.Json;
using RoboPerception.Recording.Mcap;
using RoboPerception.Tests;

namespace RoboPerception.Recording.Tests;

/// <summary>Promise: what is written is an MCAP file to Foxglove's own reader, and everything comes back as it went in.</summary>
public sealed class McapFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("recording").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Foxgloves_reader_finds_every_message_attachment_and_pair(bool compressed)
    {
        string path = Path.Combine(folder, "a.mcap");
        List<Sample> samples = Write(path, compressed ? McapCompression.Zstd : McapCompression.None);

        using JsonDocument found = IndependentReader.Run("read-mcap.mjs", path);
        JsonElement root = found.RootElement;
        JsonElement[] messages = [.. root.GetProperty("messages").EnumerateArray()];
        Assert.Equal(samples.Count, messages.Length);
        foreach ((Sample sample, JsonElement message) in samples.Zip(messages))
        {
            Assert.Equal(sample.Topic, message.GetProperty("topic").GetString());
            Assert.Equal(sample.Sequence, message.GetProperty("sequence").GetUInt32());
            Assert.Equal($"{sample.LogTime}", message.GetProperty("logTime").GetString());
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(sample.Data)), message.GetProperty("sha256").GetString());
        }
        Assert.Equal(samples.Count, root.GetProperty("streamed").GetInt32());
        Assert.True(root.GetProperty("done").GetBoolean());
        Assert.Equal($"{samples.Count}", root.GetProperty("statistics").GetProperty("messageCount").GetString());
        Assert.Equal("node.yaml", Assert.Single(root.GetProperty("attachments").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal("abc", Assert.Single(root.GetProperty("metadata").EnumerateArray()).GetProperty("entries").GetProperty("model").GetString());
        Assert.Equal(McapWriter.Library, root.GetProperty("library").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_went_in_comes_back(bool compressed)
    {
        string path = Path.Combine(folder, "a.mcap");
        List<Sample> samples = Write(path, compressed ? McapCompression.Zstd : McapCompression.None);
        using var reader = new McapReader(path);
        Assert.Equal(samples, reader.Messages().Select(Sample.Of));
        Assert.True(reader.IsWhole);
        Assert.Equal("abc", Assert.Single(reader.Metadata).Entries["model"]);
        Assert.Equal("camera: front"u8.ToArray(), Assert.Single(reader.Attachments).Data);
        Assert.Equal(["json", "none"], reader.Schemas.Values.Select(schema => schema.Name).Order());
    }

    [Fact]
    public void Unfinished_it_has_another_name_and_is_readable_up_to_its_last_chunk()
    {
        string path = Path.Combine(folder, "a.mcap");
        using (var writer = new McapWriter(path, new McapWriterOptions { ChunkBytes = 4096 }))
        {
            McapChannel channel = writer.AddChannel("t", "raw", null);
            for (uint i = 0; i < 100; i++)
            {
                writer.Write(channel, i, i, i, new byte[1000]);
            }
        }
        Assert.False(File.Exists(path));
        using var reader = new McapReader(McapWriter.PartOf(path));
        uint[] sequences = [.. reader.Messages().Select(message => message.Sequence)];
        // Three messages make a chunk here; the open one is lost.
        Assert.Equal(Enumerable.Range(0, 99).Select(i => (uint)i), sequences);
        Assert.False(reader.IsWhole);
    }

    [Fact]
    public void Cut_anywhere_it_gives_all_chunks_before_the_cut_and_is_repaired_to_a_whole_file()
    {
        string path = Path.Combine(folder, "a.mcap");
        List<Sample> samples = Write(path, McapCompression.Zstd);
        byte[] whole = File.ReadAllBytes(path);
        int most = 0;
        for (int length = McapFormat.Magic.Length; length < whole.Length; length += 1511)
        {
            string cut = Path.Combine(folder, "cut.mcap");
            File.WriteAllBytes(cut, whole[..length]);
            using (var reader = new McapReader(cut))
            {
                List<Sample> readable = [.. reader.Messages().Select(Sample.Of)];
                Assert.Equal(samples.Take(readable.Count), readable);
                Assert.True(readable.Count >= most, $"{length} bytes give {readable.Count} messages, fewer bytes gave {most}");
                Assert.False(reader.IsWhole);
                most = readable.Count;
            }
            string repaired = Path.Combine(folder, "repaired.mcap");
            Assert.Equal((ulong)most, McapRepair.Repair(cut, repaired).Messages);
            using var again = new McapReader(repaired);
            Assert.Equal(most, again.Messages().Count());
            Assert.True(again.IsWhole);
        }
        Assert.Equal(samples.Count, most);
    }

    [Fact]
    public void A_damaged_chunk_is_an_error_to_a_reader_and_left_out_by_a_repair()
    {
        string path = Path.Combine(folder, "a.mcap");
        List<Sample> samples = Write(path, McapCompression.Zstd);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 0xff;
        File.WriteAllBytes(path, bytes);
        using (var reader = new McapReader(path))
        {
            Assert.Throws<McapFormatException>(() => reader.Messages().Count());
        }
        string repaired = Path.Combine(folder, "repaired.mcap");
        McapRepairReport report = McapRepair.Repair(path, repaired);
        Assert.Equal(1, report.DamagedChunks);
        Assert.InRange(report.Messages, (ulong)samples.Count / 2, (ulong)samples.Count - 1);
    }

    [Fact]
    public void Damage_of_any_kind_ends_in_a_named_exception_or_in_fewer_messages()
    {
        string path = Path.Combine(folder, "a.mcap");
        Write(path, McapCompression.Zstd);
        byte[] whole = File.ReadAllBytes(path);
        var random = new Random(1);
        string damaged = Path.Combine(folder, "damaged.mcap");
        for (int round = 0; round < 300; round++)
        {
            byte[] bytes = (byte[])whole.Clone();
            for (int i = 0; i < 1 + (round % 8); i++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
            File.WriteAllBytes(damaged, bytes);
            try
            {
                using var reader = new McapReader(damaged);
                Assert.InRange(reader.Messages().Count(), 0, 300);
            }
            catch (McapFormatException)
            {
                // Named, as promised; anything else fails the test.
            }
        }
    }

    [Fact]
    public void A_file_that_is_none_is_refused()
    {
        string path = Path.Combine(folder, "a.mcap");
        File.WriteAllText(path, "#ROSBAG V2.0");
        Assert.Throws<McapFormatException>(() => new McapReader(path));
    }

    private static List<Sample> Write(string path, McapCompression compression)
    {
        using var writer = new McapWriter(path, new McapWriterOptions { Compression = compression, ChunkBytes = 20_000 });
        McapSchema json = writer.AddSchema("json", "jsonschema", "{}"u8);
        McapSchema other = writer.AddSchema("none", "ros2msg", "uint8 data"u8);
        McapChannel[] channels =
        [
            writer.AddChannel("cam0/depth", "cdr", other),
            writer.AddChannel("metrics", "json", json, new Dictionary<string, string> { ["rate"] = "1 Hz" }),
            writer.AddChannel("ünnamed", "raw", null),
        ];
        var random = new Random(7);
        var samples = new List<Sample>();
        for (uint i = 0; i < 300; i++)
        {
            byte[] data = new byte[random.Next(2000)];
            random.NextBytes(data.AsSpan(0, data.Length / 2));
            var sample = new Sample(channels[i % 3].Topic, i, 1_000_000UL * i, 1_000_000UL * i + 5, Convert.ToBase64String(data));
            samples.Add(sample);
            writer.Write(channels[i % 3], sample.Sequence, sample.LogTime, sample.PublishTime, data);
        }
        writer.Write(new McapMetadata("versions", new Dictionary<string, string> { ["model"] = "abc", ["runtime"] = "1.31" }));
        writer.Write(new McapAttachment("node.yaml", "application/yaml", 1, "camera: front"u8.ToArray()));
        writer.Finish();
        return samples;
    }

    private sealed record Sample(string Topic, uint Sequence, ulong LogTime, ulong PublishTime, string Base64)
    {
        public byte[] Data => Convert.FromBase64String(Base64);

        public static Sample Of(McapMessage message) =>
            new(message.Channel.Topic, message.Sequence, message.LogTime, message.PublishTime, Convert.ToBase64String(message.Data.Span));
    }
}
