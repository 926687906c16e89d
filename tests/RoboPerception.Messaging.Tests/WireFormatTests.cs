using System.Diagnostics;
using System.Runtime.CompilerServices;
using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

/// <summary>
/// Payloads that other programs and recordings rely on. ROBOPERCEPTION_UPDATE_GOLDEN=1 writes the golden files anew, which is a change
/// of the wire format and needs a new major version.
/// </summary>
public sealed class WireFormatTests
{
    private const int Width = 24;
    private const int Height = 10;

    public static TheoryData<OutputKind, PayloadEncoding> Combinations => TestSupport.Combinations;

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Payloads_of_the_past_are_read_and_todays_are_the_same(OutputKind kind, PayloadEncoding encoding)
    {
        PayloadBuffer today = TestSupport.Encode(encoding, TestSupport.Header(kind, Width, Height));
        today.StampPublish(1_700_000_000_200_000_000);
        string path = GoldenPath($"{Topics.NameOf(kind)}.{encoding.ToString().ToLowerInvariant()}");
        if (Environment.GetEnvironmentVariable("ROBOPERCEPTION_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllBytes(path, today.Memory.ToArray());
        }
        byte[] golden = File.ReadAllBytes(path);
        DecodedFrame then = PayloadDecoder.Decode(golden);
        DecodedFrame now = PayloadDecoder.Decode(today.Memory.Span);
        Assert.Equal(then.ClassIds, now.ClassIds);
        Assert.Equal(then.Depth, now.Depth);
        Assert.Equal(then.Normals, now.Normals);
        if (encoding is PayloadEncoding.Raw or PayloadEncoding.Rvl)
        {
            Assert.Equal(golden, today.Memory.ToArray());
        }
        else
        {
            // What a compressor makes may change with its version; what surrounds it may not.
            int start = encoding == PayloadEncoding.Png ? PngFormat.FrameHeaderOffset : 0;
            int fixedBytes = encoding == PayloadEncoding.Png ? start + FrameHeader.Size : 78;
            Assert.Equal(golden[..fixedBytes], today.Memory.Span[..fixedBytes].ToArray());
        }
    }

    [Fact]
    public void Raw_depth_is_little_endian_millimetres_behind_96_bytes()
    {
        var encoder = new PayloadEncoder(OutputKind.Depth, PayloadEncoding.Raw);
        var buffer = new PayloadBuffer();
        encoder.EncodeDepth(TestSupport.Header(OutputKind.Depth, 3, 1), [1.234f, float.NaN, 65.535f], buffer);
        Assert.Equal([0xD2, 0x04, 0x00, 0x00, 0xFF, 0xFF], buffer.Memory.Span[96..].ToArray());
        Assert.Equal("RPF1"u8.ToArray(), buffer.Memory.Span[..4].ToArray());
    }

    [Theory]
    [InlineData(OutputKind.Segmentation, "gray")]
    [InlineData(OutputKind.Depth, "gray16le")]
    [InlineData(OutputKind.Normals, "rgb24")]
    public void A_PNG_payload_is_an_image_to_other_tools(OutputKind kind, string pixelFormat)
    {
        PayloadBuffer png = TestSupport.Encode(PayloadEncoding.Png, TestSupport.Header(kind, 61, 33));
        png.StampPublish(1);
        PayloadBuffer raw = TestSupport.Encode(PayloadEncoding.Raw, TestSupport.Header(kind, 61, 33));
        string folder = Directory.CreateTempSubdirectory("rp-png-").FullName;
        try
        {
            File.WriteAllBytes($"{folder}/x.png", png.Memory.ToArray());
            using Process ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-err_detect", "crccheck+explode", "-i", $"{folder}/x.png", "-f", "rawvideo", "-pix_fmt", pixelFormat, $"{folder}/x.raw"]) { RedirectStandardError = true })!;
            string complaints = ffmpeg.StandardError.ReadToEnd();
            ffmpeg.WaitForExit();
            Assert.Equal("", complaints);
            Assert.Equal(raw.Memory.Span[FrameHeader.Size..].ToArray(), File.ReadAllBytes($"{folder}/x.raw"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Two_encoders_make_the_same_bytes_of_the_same_frame()
    {
        foreach (var combination in TestSupport.Combinations)
        {
            var (kind, encoding) = ((OutputKind)combination[0], (PayloadEncoding)combination[1]);
            FrameHeader header = TestSupport.Header(kind, 40, 30);
            Assert.Equal(TestSupport.Encode(encoding, header).Memory.ToArray(), TestSupport.Encode(encoding, header).Memory.ToArray());
        }
    }

    private static string GoldenPath(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Golden", name);
}
