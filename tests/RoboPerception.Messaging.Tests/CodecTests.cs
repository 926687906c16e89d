using System.Runtime.InteropServices;
using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

public sealed class CodecTests
{
    public static TheoryData<OutputKind, PayloadEncoding> Combinations => TestSupport.Combinations;

    [Theory]
    [MemberData(nameof(Combinations))]
    public void The_header_survives_with_what_the_encoder_knows_filled_in(OutputKind kind, PayloadEncoding encoding)
    {
        FrameHeader header = TestSupport.Header(kind, 37, 19);
        PayloadBuffer buffer = TestSupport.Encode(encoding, header);
        buffer.StampPublish(1_700_000_000_999_999_999);
        DecodedFrame decoded = PayloadDecoder.Decode(buffer.Memory.Span);
        FrameHeader expected = header with { Encoding = encoding, Scale = kind == OutputKind.Depth ? 0.001f : 1f, PublishStamp = 1_700_000_000_999_999_999, Crc32 = decoded.Header.Crc32 };
        Assert.Equal(expected, decoded.Header);
        Assert.Equal(decoded.Header, PayloadDecoder.ReadHeader(buffer.Memory.Span));
    }

    [Theory]
    [InlineData(PayloadEncoding.Png, 37, 19)]
    [InlineData(PayloadEncoding.Fast, 37, 19)]
    [InlineData(PayloadEncoding.Raw, 37, 19)]
    [InlineData(PayloadEncoding.Png, 384, 288)]
    [InlineData(PayloadEncoding.Fast, 1, 3)]
    public void Segmentation_is_lossless(PayloadEncoding encoding, int width, int height)
    {
        PayloadBuffer buffer = TestSupport.Encode(encoding, TestSupport.Header(OutputKind.Segmentation, width, height));
        Assert.Equal(TestSupport.SegmentationImage(width, height), PayloadDecoder.Decode(buffer.Memory.Span).ClassIds);
    }

    [Theory]
    [InlineData(PayloadEncoding.Png, 37, 19)]
    [InlineData(PayloadEncoding.Fast, 37, 19)]
    [InlineData(PayloadEncoding.Rvl, 37, 19)]
    [InlineData(PayloadEncoding.Raw, 37, 19)]
    [InlineData(PayloadEncoding.Png, 384, 288)]
    [InlineData(PayloadEncoding.Fast, 384, 288)]
    [InlineData(PayloadEncoding.Rvl, 384, 288)]
    [InlineData(PayloadEncoding.Fast, 17, 5)]
    public void Depth_comes_back_in_whole_millimetres_and_what_cannot_be_said_as_not_a_number(PayloadEncoding encoding, int width, int height)
    {
        float[] metres = TestSupport.DepthImage(width, height);
        float[] decoded = PayloadDecoder.Decode(TestSupport.Encode(encoding, TestSupport.Header(OutputKind.Depth, width, height)).Memory.Span).Depth!;
        for (int i = 0; i < metres.Length; i++)
        {
            if (float.IsNaN(metres[i]) || metres[i] < 0.0005f || metres[i] > 65.535f)
            {
                Assert.True(float.IsNaN(decoded[i]), $"pixel {i}: {metres[i]} became {decoded[i]}");
            }
            else
            {
                Assert.True(MathF.Abs(decoded[i] - metres[i]) <= 0.000501f, $"pixel {i}: {metres[i]} became {decoded[i]}");
            }
        }
    }

    [Theory]
    [InlineData(PayloadEncoding.Png, 0.4, 0.22)]
    [InlineData(PayloadEncoding.Raw, 0.4, 0.22)]
    [InlineData(PayloadEncoding.Fast, 1.0, 0.4)]
    public void Normals_come_back_as_unit_vectors_within_the_quantisation(PayloadEncoding encoding, double largest, double mean)
    {
        const int count = 37 * 19;
        float[] planes = TestSupport.NormalsImage(37, 19);
        float[] decoded = PayloadDecoder.Decode(TestSupport.Encode(encoding, TestSupport.Header(OutputKind.Normals, 37, 19)).Memory.Span).Normals!;
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            double dot = 0;
            double length = 0;
            for (int c = 0; c < 3; c++)
            {
                dot += (double)planes[(c * count) + i] * decoded[(c * count) + i];
                length += (double)decoded[(c * count) + i] * decoded[(c * count) + i];
            }
            double degrees = Math.Acos(Math.Min(1, dot / Math.Sqrt(length))) * 180 / Math.PI;
            Assert.Equal(1, length, 1e-5);
            Assert.True(degrees < largest, $"pixel {i} is off by {degrees} degrees");
            sum += degrees;
        }
        Assert.True(sum / count < mean, $"mean error {sum / count} degrees");
    }

    [Theory]
    [InlineData(PayloadEncoding.Png)]
    [InlineData(PayloadEncoding.Raw)]
    [InlineData(PayloadEncoding.Fast)]
    public void Invalid_normals_stay_invalid_and_a_wall_that_faces_the_camera_is_exact(PayloadEncoding encoding)
    {
        const int count = 20;
        float[] planes = new float[3 * count];
        planes.AsSpan(2 * count).Fill(-1f);
        (planes[0], planes[count], planes[2 * count]) = (0, 0, 0);
        (planes[1], planes[count + 1], planes[(2 * count) + 1]) = (float.NaN, float.NaN, float.NaN);
        (planes[19], planes[count + 19], planes[(2 * count) + 19]) = (0, 0, 0);
        var encoder = new PayloadEncoder(OutputKind.Normals, encoding);
        var buffer = new PayloadBuffer();
        encoder.EncodeNormals(TestSupport.Header(OutputKind.Normals, count, 1), planes, buffer);
        float[] decoded = PayloadDecoder.Decode(buffer.Memory.Span).Normals!;
        foreach (int i in (int[])[0, 1, 19])
        {
            Assert.Equal((0f, 0f, 0f), (decoded[i], decoded[count + i], decoded[(2 * count) + i]));
        }
        Assert.InRange(decoded[(2 * count) + 5], -1f, -0.9999f);
    }

    [Fact]
    public void Vectors_and_their_scalar_tails_round_alike()
    {
        // 16 + 15 pixels: each value once in a vector and once in a tail.
        float[] values = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f, 0.0005f, 0.00049f, 1.2345f, 65.535f, 65.5354f, 65.53539f, -3f, 0.9995f, 1e-9f, 7.7777f, 32.768f];
        float[] row = [.. values, 0.5f, .. values];
        ushort[] millimetres = new ushort[row.Length];
        PixelConversion.ToMillimetres(row, millimetres);
        Assert.Equal(millimetres[..15], millimetres[16..]);

        float[] planes = [.. row, .. row, .. row];
        byte[] rgb = new byte[planes.Length];
        PixelConversion.ToRgb(planes, rgb);
        Assert.Equal(rgb[..45], rgb[48..]);

        byte[] uv = new byte[2 * row.Length];
        OctahedralNormals.Encode(planes, uv);
        Assert.Equal(uv[..15], uv[16..31]);
    }

    [Fact]
    public void Rvl_round_trips_every_step_between_neighbours()
    {
        var random = new Random(9);
        ushort[] depth = new ushort[5000];
        for (int i = 0; i < depth.Length; i++)
        {
            depth[i] = random.Next(4) == 0 ? (ushort)0 : (ushort)random.Next(65536);
        }
        byte[] encoded = new byte[RvlCodec.MaximumLength(depth.Length)];
        int length = RvlCodec.Encode(depth, encoded);
        ushort[] decoded = new ushort[depth.Length];
        RvlCodec.Decode(encoded.AsSpan(0, length), decoded);
        Assert.Equal(depth, decoded);
    }

    [Fact]
    public void Rvl_is_the_published_format_nibble_by_nibble()
    {
        // 2 zeros, 2 values: 5 (zigzag 10 = nibbles 1010, 0001) and 4 (zigzag 1): 2, 2, A, 1, 1.
        byte[] encoded = new byte[64];
        int length = RvlCodec.Encode([0, 0, 5, 4], encoded);
        Assert.Equal(4, length);
        Assert.Equal(0x22A11000u, MemoryMarshal.Read<uint>(encoded));
    }

    [Fact]
    public void A_kind_refuses_an_encoding_it_does_not_have()
    {
        UserErrorException exception = Assert.Throws<UserErrorException>(() => new PayloadEncoder(OutputKind.Normals, PayloadEncoding.Rvl));
        Assert.Equal(ExitCode.Usage, exception.ExitCode);
        Assert.Contains("normals", exception.Message, StringComparison.Ordinal);
        Assert.Contains("png, fast, raw", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_that_does_not_fill_the_grid_is_refused()
    {
        var encoder = new PayloadEncoder(OutputKind.Depth, PayloadEncoding.Raw);
        Assert.Throws<ArgumentException>(() => encoder.EncodeDepth(TestSupport.Header(OutputKind.Depth, 4, 4), new float[15], new PayloadBuffer()));
        Assert.Throws<InvalidOperationException>(() => encoder.EncodeSegmentation(TestSupport.Header(OutputKind.Depth, 4, 4), new byte[16], new PayloadBuffer()));
    }
}
