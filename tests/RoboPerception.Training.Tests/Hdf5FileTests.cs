using System.Runtime.CompilerServices;
using RoboPerception.Core;
using RoboPerception.Training.Data;

namespace RoboPerception.Training.Tests;

/// <summary>Promise: a sound HDF5 file is read whatever its names and values look like, and a damaged one costs no memory that it only claims.</summary>
public sealed class Hdf5FileTests : IDisposable
{
    // What the damaged parts claim: bytes of them.
    private static readonly byte[] Claim = [0, 0, 0, 0x38];
    private readonly FormatFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>
    /// A file of the C library in MATLAB's shape (a block of text in front, old B-trees, chunks over several entries and over part of one, deflate
    /// with and without shuffling). Elements are numbered: images 7 i mod 251, depths 0.01 i, labels i mod 895.
    /// </summary>
    [Fact]
    public void A_file_of_the_C_library_is_read_element_by_element_also_from_many_threads()
    {
        using var file = Hdf5File.Open(Golden("library73.mat"));
        Assert.Equal([3, 3, 16, 12], file.Shape("images"));
        Parallel.For(0, 60, turn =>
        {
            var n = turn % 3;
            Assert.Equal(Enumerable.Range(n * 576, 576).Select(i => (byte)(i * 7 % 251)), file.Entry<byte>("images", n));
            Assert.Equal(Enumerable.Range(n * 192, 192).Select(i => (float)(i * 0.01)), file.Entry<float>("depths", n));
            Assert.Equal(Enumerable.Range(n * 192, 192).Select(i => (ushort)(i % 895)), file.Entry<ushort>("labels", n));
        });

        // Converted as the C library does: to the nearest value that the type holds; what was never written is zero.
        Assert.Equal([1.5, -2, 70000, 300], file.All<double>("whole"));
        Assert.Equal([1, 0, 65535, 300], file.All<ushort>("whole"));
        Assert.Equal([0, 0, 0, 0], file.Entry<float>("never", 1));
        Assert.Equal([1.5, -2, 70000, 300], MatFile.Numbers(Golden("library73.mat"), "whole"));
        foreach (var (name, reason) in new[] { ("names", "Reference"), ("big", "order") })
        {
            var message = Assert.Throws<UserErrorException>(() => file.All<double>(name)).Message;
            Assert.Contains($"'{name}'", message, StringComparison.Ordinal);
            Assert.Contains(reason, message, StringComparison.Ordinal);
        }
    }

    /// <summary>Files of the C library, made by Golden/names.py: a node of exactly four names begins, behind its signature, as an old fill value does.</summary>
    [Theory]
    [InlineData("names-old.h5")]
    [InlineData("names-new.h5")]
    public void Groups_of_any_number_of_names_are_read(string name)
    {
        using var file = Hdf5File.Open(Golden(name));
        foreach (var count in new[] { 3, 4, 5, 8, 9 })
        {
            Assert.Equal([7, 7], file.All<float>($"g{count}/a0"));
            for (var i = 1; i < count; i++)
            {
                Assert.Equal([100 + i], file.All<int>($"g{count}/a{i}"));
            }

            Assert.Throws<UserErrorException>(() => file.Shape($"g{count}/a{count}"));
        }
    }

    [Theory]
    [InlineData("names-old.h5")]
    [InlineData("names-new.h5")]
    public void Names_and_values_that_look_like_parts_of_the_format_are_read(string name)
    {
        using var file = Hdf5File.Open(Golden(name));
        Assert.Equal([BitConverter.ToUInt32("HEAP"u8)], file.All<uint>("HEAP"));
        Assert.Equal("TREE"u8, file.All<byte>("TREE"));
        Assert.Equal([BitConverter.ToUInt32("OHDR"u8)], file.All<uint>("OHDR"));
        Assert.Equal("OCHK"u8, file.All<byte>("OCHK"));
    }

    /// <summary>The first is what a million damaged inputs had left: a header moved by some bytes, so that its middle reads as an old fill value of 940 MB.</summary>
    [Theory]
    [InlineData("a header that lacks 15 bytes", "depths")]
    [InlineData("a fill value in a header of version 1", "g9/a0")]
    [InlineData("a fill value in a header of version 2", "g9/a0")]
    [InlineData("a name in a header of version 2", "g3/a0")]
    [InlineData("a name in a heap of links", "g9/a0")]
    [InlineData("the table of a heap of links", "g9/a0")]
    public void A_claimed_length_is_refused_before_it_costs_memory(string damage, string array)
    {
        var content = Damaged(damage);
        var (bytes, error) = Cost(content, file => file.All<float>(array));
        Assert.IsType<UserErrorException>(error);
        Assert.InRange(bytes, 0, (10 * content.Length) + (2 << 20));
    }

    /// <summary>What is never asked for is never looked at: a fill value as once was written (another is beside it), and attributes.</summary>
    [Theory]
    [InlineData("an old fill value", "g9/a0", 7f)]
    [InlineData("an attribute", "g9/a1", 101f)]
    public void A_claimed_length_in_what_nobody_needs_is_passed_over(string damage, string array, float first)
    {
        var content = Damaged(damage);
        var read = float.NaN;
        var (bytes, error) = Cost(content, file => read = file.All<float>(array)[0]);
        Assert.Null(error);
        Assert.Equal(first, read);
        Assert.InRange(bytes, 0, (10 * content.Length) + (2 << 20));
    }

    private (long Bytes, Exception? Error) Cost(byte[] content, Action<Hdf5File> read)
    {
        File.WriteAllBytes(folder.At("damaged.h5"), content);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Record.Exception(() =>
        {
            using var file = Hdf5File.Open(folder.At("damaged.h5"));
            read(file);
        });
        return (GC.GetAllocatedBytesForCurrentThread() - before, error);
    }

    // A fill value is 7, an attribute a string of 16 bytes; a name's length is told to have four bytes in place of one; a table has as many rows as can be told.
    private static byte[] Damaged(string damage) => damage switch
    {
        "a header that lacks 15 bytes" => [.. Content("library73.mat")[..0x1E90], .. Content("library73.mat")[(0x1E90 + 15)..]],
        "a fill value in a header of version 1" => With("names-old.h5", [2, 2, 2, 1, 4, 0, 0, 0, 0, 0, 0xE0, 0x40], 4, Claim),
        "a fill value in a header of version 2" => With("names-new.h5", [3, 0x2A, 4, 0, 0, 0, 0, 0, 0xE0, 0x40], 2, Claim),
        "a name in a header of version 2" => With("names-new.h5", [1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 2, .. "a0"u8], 1, [6, 0, 0, 0, 0, 0, 0, 0, 0, .. Claim]),
        "a name in a heap of links" => With("names-new.h5", [1, 0, 2, .. "a0"u8], 1, [2, .. Claim]),
        "the table of a heap of links" => With("names-new.h5", "FRHP"u8.ToArray(), 140, [0xFF, 0xFF]),
        "an old fill value" => With("names-old.h5", [4, 0, 8, 0, 1, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0xE0, 0x40], 8, Claim),
        "an attribute" => With("names-old.h5", [0x19, 1, 1, 0, 16, 0, 0, 0], 4, Claim),
        _ => throw new ArgumentOutOfRangeException(nameof(damage)),
    };

    /// <summary>A file in which something else stands behind the first place with these bytes.</summary>
    private static byte[] With(string name, byte[] bytes, int offset, byte[] other)
    {
        var content = Content(name);
        var at = content.AsSpan().IndexOf(bytes);
        Assert.True(at >= 0, $"{name} holds what is damaged");
        other.CopyTo(content, at + offset);
        return content;
    }

    private static byte[] Content(string name) => File.ReadAllBytes(Golden(name));

    private static string Golden(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Golden", name);
}
