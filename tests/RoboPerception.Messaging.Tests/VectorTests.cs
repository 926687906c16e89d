using System.Runtime.CompilerServices;
using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

/// <summary>
/// <c>tests/vectors</c>: what every reader of our payloads (C#, Python, JavaScript, C++) must understand, and what it must refuse.
/// ROBOPERCEPTION_UPDATE_GOLDEN=1 writes the folder anew.
/// </summary>
public sealed class VectorTests
{
    private static readonly string Folder = FindFolder();

    [Fact]
    public void The_sound_vectors_are_what_the_encoder_writes_today()
    {
        List<Vector> vectors = [.. SoundVectors.All()];
        if (Environment.GetEnvironmentVariable("ROBOPERCEPTION_UPDATE_GOLDEN") == "1")
        {
            Replace("sound", vectors.SelectMany(v => ((string, byte[])[])[(v.Name, v.Payload), ($"{v.Name}.values", v.Values())]));
            File.WriteAllLines(Path.Combine(Folder, "sound.tsv"), [Vector.Columns, .. vectors.Select(v => v.Line())]);
        }
        Assert.Equal([Vector.Columns, .. vectors.Select(v => v.Line())], File.ReadAllLines(Path.Combine(Folder, "sound.tsv")));
        Assert.Equal(vectors.SelectMany(v => (string[])[v.Name, $"{v.Name}.values"]).Order(StringComparer.Ordinal), Names("sound"));
        foreach (Vector vector in vectors)
        {
            byte[] committed = File.ReadAllBytes(Path.Combine(Folder, "sound", vector.Name));
            if (vector.Name.EndsWith(".fast", StringComparison.Ordinal))
            {
                // Brotli's bytes belong to the version of .NET; the next test decodes those of the file.
                Assert.Equal(committed[..78], vector.Payload[..78]);
                Assert.Equal(vector.Values(), File.ReadAllBytes(Path.Combine(Folder, "sound", $"{vector.Name}.values")));
            }
            else
            {
                Assert.True(committed.AsSpan().SequenceEqual(vector.Payload), $"{vector.Name} is not what is written today");
            }
        }
    }

    [Fact]
    public void Every_sound_vector_is_decoded_to_its_values()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Folder, "sound.tsv"))[1..];
        Assert.NotEmpty(lines);
        foreach (string line in lines)
        {
            string name = line[..line.IndexOf('\t', StringComparison.Ordinal)];
            var vector = new Vector(name, File.ReadAllBytes(Path.Combine(Folder, "sound", name)));
            Assert.Equal(line, vector.Line());
            Assert.True(vector.Values().AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(Folder, "sound", $"{name}.values"))), $"{name} has other values");
        }
    }

    [Fact]
    public void The_damaged_vectors_are_those_made_today()
    {
        List<DamagedVector> vectors = [.. DamagedVectors.All()];
        if (Environment.GetEnvironmentVariable("ROBOPERCEPTION_UPDATE_GOLDEN") == "1")
        {
            Replace("damaged", vectors.Select(v => (v.Name, v.Payload)));
            File.WriteAllLines(Path.Combine(Folder, "damaged.tsv"), ["file\twhat", .. vectors.Select(v => $"{v.Name}\t{v.What}")]);
        }
        Assert.Equal(["file\twhat", .. vectors.Select(v => $"{v.Name}\t{v.What}")], File.ReadAllLines(Path.Combine(Folder, "damaged.tsv")));
        Assert.Equal(vectors.Select(v => v.Name).Order(StringComparer.Ordinal), Names("damaged"));
        foreach (DamagedVector vector in vectors.Where(v => !v.Name.Contains("fast", StringComparison.Ordinal)))
        {
            Assert.True(File.ReadAllBytes(Path.Combine(Folder, "damaged", vector.Name)).AsSpan().SequenceEqual(vector.Payload), $"{vector.Name} is not what is made today");
        }
    }

    [Fact]
    public void Every_damaged_vector_is_refused_and_takes_no_more_memory_than_its_size_needs()
    {
        string[] names = Names("damaged");
        Assert.NotEmpty(names);
        foreach (string name in names)
        {
            byte[] payload = File.ReadAllBytes(Path.Combine(Folder, "damaged", name));
            // Once before counting, for what the runtime allocates on first use.
            Assert.Throws<PayloadException>(() => Vector.Values(name, payload));
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<PayloadException>(() => Vector.Values(name, payload));
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            // Every damaged image is 19 x 7 or claims more than may be; exceptions and streams take their share.
            Assert.True(allocated <= (10 * payload.Length) + 64_000, $"{name}: {allocated} bytes for a payload of {payload.Length}");
        }
    }

    internal static string FindFolder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../vectors"));

    private static string[] Names(string folder) =>
        [.. Directory.GetFiles(Path.Combine(Folder, folder)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static void Replace(string folder, IEnumerable<(string Name, byte[] Bytes)> files)
    {
        string path = Path.Combine(Folder, folder);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        Directory.CreateDirectory(path);
        foreach ((string name, byte[] bytes) in files)
        {
            File.WriteAllBytes(Path.Combine(path, name), bytes);
        }
    }
}
