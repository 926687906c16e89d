using RoboPerception.Core;
using RoboPerception.Inference.Tests.Models;

namespace RoboPerception.Inference.Tests;

/// <summary>Right predictions pass, wrong ones are named with their figure.</summary>
public sealed class SelfCheckTests
{
    private static readonly SelfCheckTolerance Tolerance = new();

    [Fact]
    public void Equal_predictions_pass() => Assert.True(SelfCheck.Compare(Predictions(), Predictions(), Tolerance).Passed);

    [Fact]
    public void Rounding_of_half_precision_passes()
    {
        OutputBuffers half = Predictions();
        foreach (ref float value in half.DepthMemory.Span)
        {
            value = (float)(Half)value;
        }
        foreach (ref float value in half.NormalsMemory.Span)
        {
            value = (float)(Half)value;
        }
        half.SegmentationMemory.Span[0] ^= 1;
        SelfCheckResult result = SelfCheck.Compare(Predictions(), half, Tolerance);
        Assert.True(result.Passed, result.Summary);
    }

    [Fact]
    public void Classes_that_differ_in_too_many_places_are_refused()
    {
        OutputBuffers wrong = Predictions();
        wrong.SegmentationMemory.Span[..10].Fill(2);
        Refused(wrong, "segmentation: share of pixels that differ");
    }

    [Fact]
    public void Depth_of_another_scale_is_refused()
    {
        OutputBuffers wrong = Predictions();
        DepthScale.Apply(wrong.DepthMemory.Span, 1.03f);
        Refused(wrong, "depth: mean relative error 0.03, allowed 0.02");
    }

    [Fact]
    public void Normals_of_the_other_sign_are_refused()
    {
        OutputBuffers wrong = Predictions();
        DepthScale.Apply(wrong.NormalsMemory.Span, -1);
        Refused(wrong, "normals: mean angle in degrees 180, allowed 2");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_single_value_that_is_no_number_is_refused(float value)
    {
        OutputBuffers depth = Predictions(), normals = Predictions();
        depth.DepthMemory.Span[7] = value;
        normals.NormalsMemory.Span[300] = value;
        Refused(depth, "depth: not a finite number");
        Refused(normals, "normals: not a finite number");
    }

    [Fact]
    public void Means_are_taken_of_a_4_x_4_grid_channel_after_channel()
    {
        // 2 channels of 8 x 4: the value is 100 * channel + 10 * cell row + cell column.
        float[] values = new float[2 * 8 * 4];
        for (int i = 0; i < values.Length; i++)
        {
            (int channel, int row, int column) = (i / 32, i / 4 % 8, i % 4);
            values[i] = 100 * channel + 10 * (row / 2) + column;
        }
        float[] means = GoldenMeans.Of(values, 2, 8, 4);
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (float)(100 * (i / 16) + 10 * (i / 4 % 4) + i % 4)), means);
    }

    [Fact]
    public void A_size_that_four_does_not_divide_counts_every_pixel_once()
    {
        float[] ones = new float[7 * 9];
        ones.AsSpan().Fill(1);
        Assert.All(GoldenMeans.Of(ones, 1, 7, 9), mean => Assert.Equal(1, mean));
        byte[] last = new byte[7 * 9];
        last[^1] = 6;
        Assert.Equal(1, GoldenMeans.Of(last, 7, 9)[15]);
    }

    private static void Refused(OutputBuffers wrong, string expected)
    {
        SelfCheckResult result = SelfCheck.Compare(Predictions(), wrong, Tolerance);
        Assert.False(result.Passed);
        Assert.Contains(expected, result.Summary, StringComparison.Ordinal);
    }

    private static OutputBuffers Predictions()
    {
        var model = new TestModel();
        var predictions = new OutputBuffers(model.Description);
        for (int i = 0; i < 128; i++)
        {
            predictions.SegmentationMemory.Span[i] = (byte)(i % 2);
            predictions.DepthMemory.Span[i] = 1 + i / 40f;
            (float sine, float cosine) = MathF.SinCos(i / 50f);
            predictions.NormalsMemory.Span[i] = sine;
            predictions.NormalsMemory.Span[i + 256] = -cosine;
        }
        return predictions;
    }
}
