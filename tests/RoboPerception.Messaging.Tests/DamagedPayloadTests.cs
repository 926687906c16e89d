using System.Buffers.Binary;
using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

public sealed class DamagedPayloadTests
{
    public static TheoryData<OutputKind, PayloadEncoding> Combinations => TestSupport.Combinations;

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Every_truncation_is_refused(OutputKind kind, PayloadEncoding encoding)
    {
        byte[] payload = Payload(kind, encoding);
        for (int length = 0; length < payload.Length; length++)
        {
            Assert.Throws<PayloadException>(() => PayloadDecoder.Decode(payload.AsSpan(0, length)));
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Every_flipped_bit_of_the_pixel_data_is_noticed(OutputKind kind, PayloadEncoding encoding)
    {
        byte[] payload = Payload(kind, encoding);
        int start = encoding == PayloadEncoding.Png ? PngFormat.FrameHeaderOffset + FrameHeader.Size + 4 : FrameHeader.Size;
        for (int i = start; i < payload.Length; i++)
        {
            byte[] damaged = [.. payload];
            damaged[i] ^= 0x10;
            Assert.Throws<PayloadException>(() => PayloadDecoder.Decode(damaged));
        }
    }

    [Fact]
    public void A_wrong_checksum_is_named()
    {
        byte[] payload = Payload(OutputKind.Depth, PayloadEncoding.Fast);
        payload[^1] ^= 1;
        Assert.Contains("CRC", Complaint(payload), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_magic_is_named()
    {
        byte[] payload = Payload(OutputKind.Depth, PayloadEncoding.Raw);
        payload[0] = (byte)'X';
        Assert.Contains("RPF1", Complaint(payload), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_header_length_is_named_and_a_longer_one_is_skipped()
    {
        byte[] payload = Payload(OutputKind.Depth, PayloadEncoding.Raw);
        byte[] shorter = [.. payload];
        BinaryPrimitives.WriteUInt16LittleEndian(shorter.AsSpan(4), 95);
        Assert.Contains("95 bytes", Complaint(shorter), StringComparison.Ordinal);

        byte[] longer = [.. payload[..96], 1, 2, 3, 4, .. payload[96..]];
        BinaryPrimitives.WriteUInt16LittleEndian(longer.AsSpan(4), 100);
        Assert.Equal(PayloadDecoder.Decode(payload).Depth, PayloadDecoder.Decode(longer).Depth);
    }

    [Theory]
    [InlineData(8, 99, "kind 99")]
    [InlineData(9, 99, "encoding 99")]
    [InlineData(8, 4, "image")]
    [InlineData(9, 1, "PNG")]
    [InlineData(10, 0, "0 x")]
    public void A_header_that_says_nonsense_is_named(int offset, byte value, string expected)
    {
        byte[] payload = Payload(OutputKind.Depth, PayloadEncoding.Raw);
        payload[offset] = value;
        Assert.Contains(expected, Complaint(payload), StringComparison.Ordinal);
    }

    [Fact]
    public void A_PNG_without_our_header_and_text_are_named()
    {
        byte[] payload = Payload(OutputKind.Segmentation, PayloadEncoding.Png);
        byte[] foreign = [.. payload[..PngWriter.SecondChunkOffset], .. payload[(PngFormat.FrameHeaderOffset + FrameHeader.Size + 4)..]];
        Assert.Contains("rpFh", Complaint(foreign), StringComparison.Ordinal);
        Assert.Contains("truncated", Complaint("{}"u8.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Random_bytes_never_do_worse_than_a_payload_error()
    {
        var random = new Random(3);
        byte[] header = Payload(OutputKind.Depth, PayloadEncoding.Rvl)[..FrameHeader.Size];
        for (int round = 0; round < 500; round++)
        {
            byte[] data = new byte[random.Next(200)];
            random.NextBytes(data);
            byte[] payload = [.. header, .. data];
            BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(78), System.IO.Hashing.Crc32.HashToUInt32(data));
            payload[9] = (byte)(round % 2 == 0 ? PayloadEncoding.Rvl : PayloadEncoding.Fast);
            try
            {
                PayloadDecoder.Decode(payload);
            }
            catch (PayloadException)
            {
            }
        }
    }

    private static byte[] Payload(OutputKind kind, PayloadEncoding encoding) => TestSupport.Encode(encoding, TestSupport.Header(kind, 21, 6)).Memory.ToArray();

    private static string Complaint(byte[] payload) => Assert.Throws<PayloadException>(() => PayloadDecoder.Decode(payload)).Message;
}
