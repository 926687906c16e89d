using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

/// <summary>The damaged payloads of <c>tests/vectors</c>. Where it can be, the checksums are right, so that the damage reaches the code behind them.</summary>
internal static class DamagedVectors
{
    private const int Width = 19;
    private const int Height = 7;
    private const int Bomb = 64 << 20;

    public static IEnumerable<DamagedVector> All() => [.. Headers(), .. Pixels(), .. Rvl(), .. Fast(), .. Png(), .. Bundles(), .. Clouds()];

    private static IEnumerable<DamagedVector> Headers()
    {
        byte[] raw = SoundVectors.Payload(OutputKind.Depth, PayloadEncoding.Raw, Width, Height);
        yield return new("empty", [], "no bytes at all");
        yield return new("text", Encoding.UTF8.GetBytes("{\"state\":\"ready\"}"), "JSON where a frame should be");
        yield return new("header-truncated", raw[..95], "a header of 95 bytes");
        yield return new("header-magic", Changed(raw, 3, (byte)'2'), "magic RPF2");
        yield return new("header-length-95", Changed(raw, 4, 95), "a header that says it has 95 bytes");
        yield return new("header-length-65535", Changed(Changed(raw, 4, 255), 5, 255), "a header longer than the payload");
        yield return new("header-kind-0", Changed(raw, 8, 0), "kind 0");
        yield return new("header-kind-99", Changed(raw, 8, 99), "kind 99");
        yield return new("header-kind-image", Changed(raw, 8, 4), "a raw image is not a dense output");
        yield return new("header-encoding-0", Changed(raw, 9, 0), "encoding 0");
        yield return new("header-encoding-99", Changed(raw, 9, 99), "encoding 99");
        yield return new("header-encoding-png", Changed(raw, 9, 1), "says PNG and is none");
        yield return new("header-encoding-ros2", Changed(raw, 9, 5), "an encoding that depth does not have");
        yield return new("header-encoding-jpeg", Changed(raw, 9, 6), "an encoding that depth does not have");
        yield return new("header-no-columns", Changed(raw, 10, 0), "0 columns");
        yield return new("header-no-rows", Changed(raw, 12, 0), "0 rows");
        byte[] huge = [.. raw];
        huge.AsSpan(10, 4).Fill(255);
        yield return new("header-65535-squared", huge, "4 billion pixels in a few hundred bytes");
        byte[] hugeFast = SoundVectors.Payload(OutputKind.Normals, PayloadEncoding.Fast, Width, Height);
        hugeFast.AsSpan(10, 4).Fill(255);
        yield return new("header-65535-squared-fast", hugeFast, "4 billion pixels in a few hundred bytes");
    }

    private static IEnumerable<DamagedVector> Pixels()
    {
        byte[] raw = SoundVectors.Payload(OutputKind.Depth, PayloadEncoding.Raw, Width, Height);
        yield return new("raw-crc", Changed(raw, raw.Length - 1, (byte)~raw[^1]), "a flipped byte");
        yield return new("raw-short", SoundVectors.Sealed(raw[..^1]), "one byte too few");
        yield return new("raw-long", SoundVectors.Sealed([.. raw, 0]), "one byte too many");
        byte[] normals = SoundVectors.Payload(OutputKind.Normals, PayloadEncoding.Raw, Width, Height);
        yield return new("raw-normals-short", SoundVectors.Sealed(normals[..(96 + (Width * Height))]), "a third of the bytes");
        yield return new("segmentation-rvl", Changed(SoundVectors.Payload(OutputKind.Segmentation, PayloadEncoding.Raw, Width, Height), 9, 3), "RVL is for depth alone");
    }

    private static IEnumerable<DamagedVector> Rvl()
    {
        byte[] rvl = SoundVectors.Payload(OutputKind.Depth, PayloadEncoding.Rvl, Width, Height);
        yield return new("rvl-truncated", SoundVectors.Sealed(rvl[..^8]), "the last two words are gone");
        yield return new("rvl-odd-length", SoundVectors.Sealed(rvl[..^(rvl.Length % 4 + 3)]), "half a word at the end");
        yield return new("rvl-nothing", SoundVectors.Sealed(rvl[..96]), "no words");
        yield return new("rvl-run-too-long", WithBody(rvl, [0xFF, 0xFF, 0xFF, 0x77]), "a run longer than the image");
        yield return new("rvl-endless-number", WithBody(rvl, Enumerable.Repeat((byte)0xFF, 400)), "a number without an end");
        yield return new("rvl-empty-runs", WithBody(rvl, new byte[4000]), "empty runs for ever");
    }

    private static IEnumerable<DamagedVector> Fast()
    {
        foreach (OutputKind kind in (OutputKind[])[OutputKind.Segmentation, OutputKind.Depth, OutputKind.Normals])
        {
            string name = Topics.NameOf(kind);
            byte[] fast = SoundVectors.Payload(kind, PayloadEncoding.Fast, Width, Height);
            int length = Width * Height * (kind == OutputKind.Segmentation ? 1 : 2);
            yield return new($"fast-{name}-truncated", SoundVectors.Sealed(fast[..^5]), "Brotli without its end");
            yield return new($"fast-{name}-nothing", SoundVectors.Sealed(fast[..96]), "no bytes of Brotli");
            yield return new($"fast-{name}-short", WithBody(fast, Brotli(new byte[length - 1])), "unpacks to one byte too few");
            yield return new($"fast-{name}-long", WithBody(fast, Brotli(new byte[length + 1])), "unpacks to one byte too many");
            yield return new($"fast-{name}-bomb", WithBody(fast, Brotli(new byte[Bomb])), "unpacks to 64 MB");
            yield return new($"fast-{name}-noise", WithBody(fast, Noise(300)), "noise instead of Brotli");
        }
    }

    private static IEnumerable<DamagedVector> Png()
    {
        byte[] png = SoundVectors.Payload(OutputKind.Depth, PayloadEncoding.Png, Width, Height);
        int behindHeader = PngFormat.FrameHeaderOffset + FrameHeader.Size + 4;
        yield return new("png-signature-alone", png[..8], "a signature and nothing else");
        yield return new("png-chunk-truncated", png[..^30], "ends inside a chunk");
        yield return new("png-no-end", png[..^12], "no IEND");
        yield return new("png-chunk-crc", Changed(png, png.Length - 20, (byte)~png[^20]), "a chunk's checksum is wrong");
        yield return new("png-chunk-length", Changed(png, behindHeader, 0xFF), "a chunk of 4 GB");
        yield return new("png-header-crc", Changed(png, PngFormat.FrameHeaderOffset + 20, 99), "the checksum of rpFh is wrong");
        yield return new("png-no-frame-header", [.. png[..PngWriter.SecondChunkOffset], .. png[behindHeader..]], "somebody else's PNG file");
        yield return new("png-short-frame-header", [.. png[..PngWriter.SecondChunkOffset], .. HandmadePng.Chunk("rpFh"u8, png.AsSpan(PngFormat.FrameHeaderOffset, 95)), .. png[behindHeader..]], "rpFh of 95 bytes");
        yield return new("png-says-raw", WithFrameHeader(png, 9, 4), "rpFh names the encoding raw");
        yield return new("png-other-width", WithFrameHeader(png, 10, Width + 1), "rpFh and IHDR differ in width");
        yield return new("png-other-kind", WithFrameHeader(png, 8, 1), "rpFh says segmentation, IHDR 16 bits");
        yield return new("png-no-ihdr", [.. png[..8], .. png[PngWriter.SecondChunkOffset..]], "no IHDR");
        yield return new("png-short-ihdr", WithIhdr(png, png[16..28]), "IHDR of 12 bytes");
        yield return new("png-interlaced", WithIhdr(png, [.. png[16..28], 1]), "interlaced");
        yield return new("png-palette", WithIhdr(png, [.. png[16..24], 8, 3, 0, 0, 0]), "a palette");
        yield return new("png-no-pixels", HandmadePng.Replace(png, [], 10), "no IDAT");
        yield return new("png-filter-5", HandmadePng.Rewrite(png, [0, 5], stored: true, chunkLength: 1000), "filter 5");
        yield return new("png-pixel-crc", HandmadePng.Replace(png, HandmadePng.Stored(new byte[((2 * Width) + 1) * Height]), 1000), "other pixels than rpFh says");
        yield return new("png-few-rows", HandmadePng.Replace(png, HandmadePng.Stored(new byte[((2 * Width) + 1) * (Height - 1)]), 1000), "a row is missing");
        yield return new("png-zlib-header", HandmadePng.Replace(png, [0x79, .. HandmadePng.Stored(new byte[100])[1..]], 1000), "not zlib");
        yield return new("png-block-type", HandmadePng.Replace(png, [0x78, 0x01, 0x07, 0, 0, 0, 0], 1000), "deflate's reserved block type");
        yield return new("png-stored-length", HandmadePng.Replace(png, [0x78, 0x01, 0x01, 10, 0, 0, 0, .. new byte[20]], 1000), "a stored block whose length is contradicted");
        // Fixed codes: literal 0, then a copy of 3 from 4 back, where 1 is there.
        yield return new("png-far-copy", HandmadePng.Replace(png, [0x78, 0x01, .. Bits("110" + "00110000" + "0000001" + "00011" + "0000000")], 1000), "copies from before the start");
        yield return new("png-noise", HandmadePng.Replace(png, [0x78, 0x01, .. Noise(300)], 1000), "noise instead of pixels");
        yield return new("png-bomb", HandmadePng.Replace(png, Zeros(), 60_000), "unpacks to 8 MB");
    }

    private static IEnumerable<DamagedVector> Bundles()
    {
        const int table = FrameHeader.Size + 4;
        byte[] depth = SoundVectors.Payload(OutputKind.Depth, PayloadEncoding.Raw, Width, Height), ids = SoundVectors.Payload(OutputKind.Segmentation, PayloadEncoding.Raw, Width, Height);
        byte[] bundle = SoundVectors.Bundle(ids, depth);
        yield return new("bundle-crc", Changed(bundle, bundle.Length - 1, (byte)~bundle[^1]), "a flipped byte");
        yield return new("bundle-no-table", SoundVectors.Sealed(bundle[..(FrameHeader.Size + 3)]), "ends before its table");
        yield return new("bundle-65535-parts", SoundVectors.Sealed(Changed(Changed(bundle, FrameHeader.Size, 255), FrameHeader.Size + 1, 255)), "says it has 65535 parts");
        yield return new("bundle-part-too-long", SoundVectors.Sealed(Changed(bundle, table + 8 + 7, 0x7F)), "a part of 2 GB");
        yield return new("bundle-bytes-behind", SoundVectors.Sealed([.. bundle, 0]), "a byte behind the last part");
        yield return new("bundle-table-lies", SoundVectors.Sealed(Changed(bundle, table, 2)), "the table says depth, the part is a segmentation");
        yield return new("bundle-other-frame", SoundVectors.Bundle(ids, Changed(depth, 18, 99)), "parts of two frames");
        yield return new("bundle-other-session", SoundVectors.Bundle(ids, Changed(depth, 42, 99)), "parts of two sessions");
        yield return new("bundle-damaged-part", SoundVectors.Bundle(ids, Changed(depth, depth.Length - 1, (byte)~depth[^1])), "a part with a flipped byte under a sound sum");
        yield return new("bundle-empty-part", SoundVectors.Sealed([.. bundle[..FrameHeader.Size], 1, 0, 0, 0, 2, 4, 0, 0, 0, 0, 0, 0]), "a part of no bytes");
        yield return new("bundle-is-depth", depth, "a depth map");
    }

    private static IEnumerable<DamagedVector> Clouds()
    {
        byte[] points = SoundVectors.Points(9);
        yield return new("points-crc", Changed(points, points.Length - 1, (byte)~points[^1]), "a flipped byte");
        yield return new("points-short", SoundVectors.Sealed(points[..^1]), "one byte too few");
        yield return new("points-many", Changed(Changed(points, 10, 255), 11, 255), "says it has 65535 points");
        yield return new("points-is-depth", SoundVectors.Payload(OutputKind.Depth, PayloadEncoding.Raw, Width, Height), "a depth map");
    }

    private static byte[] Changed(byte[] payload, int at, byte value)
    {
        byte[] changed = [.. payload];
        changed[at] = value;
        return changed;
    }

    private static byte[] WithBody(byte[] payload, IEnumerable<byte> body) => SoundVectors.Sealed([.. payload[..FrameHeader.Size], .. body]);

    private static byte[] WithFrameHeader(byte[] png, int at, byte value)
    {
        byte[] header = Changed(png[PngFormat.FrameHeaderOffset..(PngFormat.FrameHeaderOffset + FrameHeader.Size)], at, value);
        return [.. png[..PngWriter.SecondChunkOffset], .. HandmadePng.Chunk("rpFh"u8, header), .. png[(PngFormat.FrameHeaderOffset + FrameHeader.Size + 4)..]];
    }

    private static byte[] WithIhdr(byte[] png, byte[] ihdr) => [.. png[..8], .. HandmadePng.Chunk("IHDR"u8, ihdr), .. png[PngWriter.SecondChunkOffset..]];

    private static byte[] Brotli(byte[] data)
    {
        byte[] packed = new byte[BrotliEncoder.GetMaxCompressedLength(data.Length)];
        Assert.True(BrotliEncoder.TryCompress(data, packed, out int written, 1, 22));
        return packed[..written];
    }

    private static byte[] Noise(int length)
    {
        byte[] noise = new byte[length];
        new Random(11).NextBytes(noise);
        return noise;
    }

    private static byte[] Bits(string bits) =>
        [.. bits.Chunk(8).Select(part => (byte)part.Select((bit, i) => bit == '1' ? 1 << i : 0).Sum())];

    /// <summary>8 MB of zeros in zlib's format, as our own writer packs them: 1000 to 1.</summary>
    private static byte[] Zeros()
    {
        byte[] file = PngWriter.Grey8(new byte[8 << 20], 4096, 2048);
        return file[(PngWriter.SecondChunkOffset + 8)..^(4 + PngWriter.ChunkOverhead)];
    }
}
