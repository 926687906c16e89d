using OpenCvSharp;

namespace RoboPerception.Stack.Tests.OpenCvSharp;

/// <summary>Promise: a matrix owns or borrows memory exactly as it says, and never outlives it.</summary>
public sealed class MatTests
{
    [Fact]
    public void A_filled_matrix_reports_its_shape_and_values()
    {
        using var mat = new Mat(2, 3, MatType.CV_8UC3, new Scalar(1, 2, 3));
        Assert.Equal((2, 3, 3, 2), (mat.Rows, mat.Cols, mat.Width, mat.Height));
        Assert.Equal(MatType.CV_8UC3, mat.Type());
        Assert.Equal((3, 0, 3, 1, 6L, 9L), (mat.Channels(), mat.Depth(), mat.ElemSize(), mat.ElemSize1(), mat.Total(), mat.Step()));
        Assert.Equal(new Size(3, 2), mat.Size());
        Assert.True(mat.IsContinuous());
        Assert.False(mat.Empty());
        Assert.Equal(new Vec3b(1, 2, 3), mat.At<Vec3b>(1, 2));
    }

    [Fact]
    public void A_new_matrix_is_empty()
    {
        using var mat = new Mat();
        Assert.True(mat.Empty());
        Assert.Equal(IntPtr.Zero, mat.Data);
        Assert.True(mat.AsSpan<byte>().IsEmpty);
    }

    [Fact]
    public void Pixel_data_of_an_array_is_shared_not_copied()
    {
        byte[] pixels = new byte[2 * 2 * 3];
        using var mat = Mat.FromPixelData(2, 2, MatType.CV_8UC3, pixels);
        mat.Set(1, 0, new Vec3b(7, 8, 9));
        Assert.Equal([7, 8, 9], pixels[6..9]);
    }

    [Fact]
    public void A_rectangular_array_is_a_matrix_of_its_shape()
    {
        double[,] values = { { 1, 2, 3 }, { 4, 5, 6 } };
        using var mat = Mat.FromPixelData(2, 3, MatType.CV_64FC1, values);
        Assert.Equal(6, mat.At<double>(1, 2));
    }

    [Fact]
    public void An_array_too_short_for_its_matrix_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => Mat.FromPixelData(2, 2, MatType.CV_8UC3, new byte[11]));
        Assert.Contains("12", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_view_keeps_the_array_in_place_after_its_parent_is_gone()
    {
        byte[] pixels = new byte[16];
        var parent = Mat.FromPixelData(4, 4, MatType.CV_8UC1, pixels);
        using Mat view = parent[new Rect(1, 1, 2, 2)];
        parent.Dispose();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Forced, true, true);
        view.SetTo(Scalar.All(5));
        Assert.Equal([0, 0, 0, 0, 0, 5, 5, 0, 0, 5, 5, 0, 0, 0, 0, 0], pixels);
    }

    [Fact]
    public void A_view_shares_the_pixels_and_has_no_span_of_its_own()
    {
        using var mat = new Mat(4, 4, MatType.CV_8UC1, Scalar.All(0));
        using (Mat view = mat.SubMat(1, 3, 1, 3))
        {
            Assert.True(view.IsSubmatrix());
            Assert.False(view.IsContinuous());
            Assert.True(view.AsSpan<byte>().IsEmpty);
            view.RowSpan<byte>(0).Fill(9);
        }

        Assert.Equal(9, mat.At<byte>(1, 1));
        Assert.Equal(9, mat.At<byte>(1, 2));
        Assert.Equal(2, Cv2.CountNonZero(mat));
    }

    [Fact]
    public void Rows_and_columns_are_views()
    {
        using var mat = new Mat(3, 4, MatType.CV_8UC1, Scalar.All(1));
        using Mat rows = mat.RowRange(1, 3);
        using Mat columns = mat.ColRange(0, 1);
        using Mat row = mat.Row(0);
        Assert.Equal(new Size(4, 2), rows.Size());
        Assert.Equal(new Size(1, 3), columns.Size());
        row.SetTo(Scalar.All(0));
        Assert.Equal(8, Cv2.CountNonZero(mat));
    }

    [Fact]
    public void A_part_is_replaced_through_the_indexer()
    {
        using var mat = new Mat(3, 3, MatType.CV_8UC1, Scalar.All(0));
        using var patch = new Mat(2, 2, MatType.CV_8UC1, Scalar.All(4));
        mat[new Rect(1, 1, 2, 2)] = patch;
        Assert.Equal(4, Cv2.CountNonZero(mat));
        Assert.Throws<ArgumentException>(() => mat[new Rect(0, 0, 3, 3)] = patch);
    }

    [Fact]
    public void Arrays_go_in_and_come_out_through_a_view_with_gaps()
    {
        using var mat = new Mat(2, 4, MatType.CV_32FC1, Scalar.All(0));
        using Mat view = mat.ColRange(1, 3);
        Assert.True(view.SetArray(1f, 2f, 3f, 4f));
        Assert.True(view.GetArray(out float[] values));
        Assert.Equal([1, 2, 3, 4], values);
        Assert.True(mat.GetArray(out float[] all));
        Assert.Equal([0, 1, 2, 0, 0, 3, 4, 0], all);
    }

    [Fact]
    public void An_array_of_another_sample_type_is_refused()
    {
        using var mat = new Mat(1, 4, MatType.CV_8UC1, Scalar.All(0));
        Assert.Throws<OpenCvSharpException>(() => mat.GetArray(out float[] _));
        Assert.Throws<ArgumentException>(() => mat.SetArray(new byte[3]));
    }

    [Fact]
    public void Copies_and_conversions_do_not_touch_the_source()
    {
        using var mat = new Mat(1, 2, MatType.CV_8UC1, Scalar.All(10));
        using Mat clone = mat.Clone();
        using var copy = new Mat();
        using var metres = new Mat();
        mat.CopyTo(copy);
        mat.ConvertTo(metres, MatType.CV_32FC1, 0.5, 1);
        clone.SetTo(Scalar.All(0));
        copy.SetTo(Scalar.All(0));
        Assert.Equal(10, mat.At<byte>(0, 0));
        Assert.Equal(6f, metres.At<float>(0, 1));
    }

    [Fact]
    public void A_mask_limits_a_fill_and_a_copy()
    {
        using var mask = new Mat(1, 2, MatType.CV_8UC1, Scalar.All(0));
        mask.Set(0, 1, (byte)255);
        using var mat = new Mat(1, 2, MatType.CV_8UC1, Scalar.All(1));
        mat.SetTo(Scalar.All(7), mask);
        using var copy = new Mat(1, 2, MatType.CV_8UC1, Scalar.All(0));
        mat.CopyTo(copy, mask);
        Assert.Equal((1, 7), (mat.At<byte>(0, 0), mat.At<byte>(0, 1)));
        Assert.Equal((0, 7), (copy.At<byte>(0, 0), copy.At<byte>(0, 1)));
    }

    [Fact]
    public void Use_after_dispose_is_an_exception()
    {
        var mat = new Mat(2, 2, MatType.CV_8UC1, Scalar.All(0));
        InputArray argument = mat;
        mat.Dispose();
        mat.Dispose();
        using var other = new Mat();
        Assert.Throws<ObjectDisposedException>(() => mat.Rows);
        Assert.Throws<ObjectDisposedException>(() => mat.At<byte>(0, 0));
        Assert.Throws<ObjectDisposedException>(() => Cv2.Flip(argument, other, FlipMode.X));
        Assert.Throws<ObjectDisposedException>(() => Cv2.Flip(other, mat, FlipMode.X));
        Assert.Throws<ObjectDisposedException>(() => Cv2.Merge([other, mat], other));
    }

    [Fact]
    public void The_proxy_of_a_matrix_is_made_once_and_survives_its_own_dispose()
    {
        using var mat = new Mat(1, 1, MatType.CV_8UC1, Scalar.All(3));
        InputArray first = mat;
        first.Dispose();
        InputArray second = mat;
        Assert.Same(first, second);
        Assert.Equal(3, Cv2.Mean(second).Val0);
    }

    [Fact]
    public void Types_pack_depth_and_channels_as_OpenCV_does()
    {
        Assert.Equal(16, MatType.CV_8UC3.Value);
        Assert.Equal(5, MatType.CV_32FC1.Value);
        Assert.Equal(6, MatType.CV_64FC1.Value);
        Assert.Equal("CV_16UC1", MatType.CV_16UC1.ToString());
        Assert.Equal((MatType.CV_16S, 2), (MatType.CV_16SC2.Depth, MatType.CV_16SC2.Channels));
        Assert.Throws<OpenCvSharpException>(() => MatType.MakeType(0, 0));
    }
}
