using RoboPerception.Core;

namespace RoboPerception.Core.Tests;

/// <summary>Promise: wire format. The 96 bytes say the same to everybody, forever.</summary>
public sealed class FrameHeaderTests
{
    private static readonly FrameHeader Sample = new(
        OutputKind.Depth, PayloadEncoding.Rvl, 0, 384, 288, 640, 480, 0x0102030405060708, 1_700_000_000_123_456_789, 1_700_000_000_223_456_789,
        0xCAFEBABE, new PixelTransform(1.5f, 1.25f, 0.25f, 0.125f), 0.001f, 0, 0x1122334455667788, 0xDEADBEEF);

    [Fact]
    public void The_bytes_of_a_header_never_change()
    {
        var bytes = new byte[FrameHeader.Size];
        Sample.Write(bytes);
        // Packed independently: struct.pack of Python, field by field.
        const string expected =
            "52504631600000000203800120018002E001080706050403020115CD853DFE9C" +
            "971715AE7B43FE9C9717BEBAFECA0000C03F0000A03F0000803E0000003E6F12" +
            "833A000000001122334455667788EFBEADDE0000000000000000000000000000";
        Assert.Equal(expected, Convert.ToHexString(bytes));
        Assert.Equal(1_700_000_000_223_456_789, BitConverter.ToInt64(bytes, FrameHeader.PublishStampOffset));
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var bytes = new byte[FrameHeader.Size + 7];
        Sample.Write(bytes);
        Assert.Null(FrameHeader.TryRead(bytes, out FrameHeader header, out int length));
        Assert.Equal(Sample, header);
        Assert.Equal(FrameHeader.Size, length);
    }

    [Fact]
    public void A_longer_header_of_a_later_version_is_skipped_not_refused()
    {
        var bytes = new byte[200];
        Sample.Write(bytes);
        bytes[4] = 120;
        Assert.Null(FrameHeader.TryRead(bytes, out FrameHeader header, out int length));
        Assert.Equal(120, length);
        Assert.Equal(Sample, header);
    }

    [Theory]
    [InlineData(0, (byte)'X', "magic")]
    [InlineData(4, 95, "95 bytes")]
    [InlineData(5, 255, "at most the payload's")]
    [InlineData(8, 9, "kind 9")]
    [InlineData(9, 77, "encoding 77")]
    public void A_damaged_header_is_refused_by_name(int place, byte value, string named)
    {
        var bytes = new byte[FrameHeader.Size];
        Sample.Write(bytes);
        bytes[place] = value;
        string? problem = FrameHeader.TryRead(bytes, out _, out _);
        Assert.NotNull(problem);
        Assert.Contains(named, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_header_is_refused_with_both_lengths()
    {
        Assert.Equal("frame header is truncated: 40 of 96 bytes", FrameHeader.TryRead(new byte[40], out _, out _));
        Assert.Throws<ArgumentException>(() => Sample.Write(new byte[95]));
    }
}
