using OpenCvSharp;

namespace RoboPerception.Stack.Tests.OpenCvSharp;

/// <summary>Promise: functions do what their names say, and what OpenCV refuses is an exception with OpenCV's text.</summary>
public sealed class Cv2Tests
{
    [Fact]
    public void Resize_averages_areas_when_told_so()
    {
        using var src = new Mat(2, 2, MatType.CV_8UC1);
        src.SetArray<byte>(0, 10, 20, 30);
        using var dst = new Mat();
        Cv2.Resize(src, dst, new Size(1, 1), interpolation: InterpolationFlags.Area);
        Assert.Equal(15, dst.At<byte>(0, 0));
    }

    [Fact]
    public void Colour_conversion_swaps_blue_and_red()
    {
        using var bgr = new Mat(1, 1, MatType.CV_8UC3, new Scalar(1, 2, 3));
        using var rgb = new Mat();
        Cv2.CvtColor(bgr, rgb, ColorConversionCodes.BGR2RGB);
        Assert.Equal(new Vec3b(3, 2, 1), rgb.At<Vec3b>(0, 0));
    }

    [Fact]
    public void Errors_carry_the_code_and_the_text_of_OpenCV()
    {
        using var gray = new Mat(2, 2, MatType.CV_8UC1, Scalar.All(0));
        using var dst = new Mat();
        var error = Assert.Throws<OpenCVException>(() => Cv2.CvtColor(gray, dst, ColorConversionCodes.BGR2GRAY));
        Assert.Contains("channels", error.Message, StringComparison.Ordinal);
        Assert.NotEqual(ErrorCode.StsOk, error.Status);
        Assert.NotEmpty(error.FuncName);
        Assert.True(error.Line > 0);
        Assert.Throws<OpenCVException>(() => Cv2.Resize(gray, dst, new Size(0, 0)));
        Assert.Throws<OpenCVException>(() => Cv2.ImEncode(".nothing", gray, out _));
        using var depth = new Mat(2, 2, MatType.CV_32FC1, Scalar.All(0));
        Assert.Throws<OpenCVException>(() => Cv2.ApplyColorMap(depth, dst, ColormapTypes.Viridis));
    }

    [Fact]
    public void A_null_argument_is_named()
    {
        using var mat = new Mat();
        Assert.Equal("src", Assert.Throws<ArgumentNullException>(() => Cv2.Flip((InputArray)null!, mat, FlipMode.X)).ParamName);
        Assert.Equal("dst", Assert.Throws<ArgumentNullException>(() => Cv2.Flip(mat, (OutputArray)null!, FlipMode.X)).ParamName);
    }

    [Fact]
    public void Remap_moves_pixels_by_its_maps()
    {
        using var src = new Mat(1, 3, MatType.CV_8UC1);
        src.SetArray<byte>(10, 20, 30);
        using Mat x = Mat.FromPixelData(1, 3, MatType.CV_32FC1, new float[] { 2, 1, -5 });
        using Mat y = Mat.ZerosMat(1, 3, MatType.CV_32FC1);
        using var fixedX = new Mat();
        using var fixedY = new Mat();
        Cv2.ConvertMaps(x, y, fixedX, fixedY, MatType.CV_16SC2);
        using var dst = new Mat();
        Cv2.Remap(src, dst, fixedX, fixedY, InterpolationFlags.Linear, BorderTypes.Constant, Scalar.All(99));
        dst.GetArray(out byte[] values);
        Assert.Equal([30, 20, 99], values);
    }

    [Fact]
    public void Planes_split_and_merge_without_loss()
    {
        using var src = new Mat(2, 2, MatType.CV_8UC3, new Scalar(1, 2, 3));
        Mat[] planes = Cv2.Split(src);
        Assert.Equal([1d, 2d, 3d], planes.Select(plane => Cv2.Mean(plane).Val0));
        using var merged = new Mat();
        Cv2.Merge(planes, merged);
        Assert.Equal(0, Cv2.Norm(src, merged, NormTypes.INF));
        foreach (Mat plane in planes)
        {
            plane.Dispose();
        }
    }

    [Fact]
    public void Statistics_name_value_and_place()
    {
        using var src = new Mat(2, 2, MatType.CV_8UC1);
        src.SetArray<byte>(4, 8, 2, 6);
        Cv2.MinMaxLoc(src, out double min, out double max, out Point minAt, out Point maxAt);
        Assert.Equal((2d, 8d, new Point(0, 1), new Point(1, 0)), (min, max, minAt, maxAt));
        Cv2.MeanStdDev(src, out Scalar mean, out Scalar deviation);
        Assert.Equal(5, mean.Val0);
        Assert.Equal(Math.Sqrt(5), deviation.Val0, 9);
        Assert.Equal(20, Cv2.Sum(src).Val0);
    }

    [Fact]
    public void A_table_maps_every_value()
    {
        using var src = new Mat(1, 2, MatType.CV_8UC1);
        src.SetArray<byte>(0, 255);
        byte[] table = new byte[256];
        (table[0], table[255]) = (7, 9);
        using var dst = new Mat();
        Cv2.LUT(src, table, dst);
        dst.GetArray(out byte[] values);
        Assert.Equal([7, 9], values);
    }

    [Fact]
    public void Borders_turns_and_joins_change_the_size_as_they_say()
    {
        using var src = new Mat(2, 3, MatType.CV_8UC1, Scalar.All(1));
        using var dst = new Mat();
        Cv2.CopyMakeBorder(src, dst, 1, 2, 3, 4, BorderTypes.Constant, Scalar.All(0));
        Assert.Equal(new Size(10, 5), dst.Size());
        Assert.Equal(6, Cv2.CountNonZero(dst));
        Cv2.Rotate(src, dst, RotateFlags.Rotate90Clockwise);
        Assert.Equal(new Size(2, 3), dst.Size());
        Cv2.HConcat([src, src], dst);
        Assert.Equal(new Size(6, 2), dst.Size());
        Cv2.VConcat([src, src, src], dst);
        Assert.Equal(new Size(3, 6), dst.Size());
    }

    [Fact]
    public void Drawing_marks_pixels_and_text_has_a_size()
    {
        using var image = new Mat(40, 80, MatType.CV_8UC1, Scalar.All(0));
        Cv2.Rectangle(image, new Rect(0, 0, 4, 4), Scalar.All(255), -1);
        Assert.Equal(16, Cv2.CountNonZero(image));
        Cv2.FillPoly(image, [[new Point(10, 0), new Point(13, 0), new Point(13, 3), new Point(10, 3)]], Scalar.All(255));
        Assert.Equal(32, Cv2.CountNonZero(image));
        Cv2.Line(image, 0, 39, 79, 39, Scalar.All(255));
        Assert.Equal(112, Cv2.CountNonZero(image));
        Cv2.Circle(image, new Point(60, 10), 3, Scalar.All(255));
        Assert.Equal(255, image.At<byte>(10, 63));
        Size text = Cv2.GetTextSize("depth", HersheyFonts.HersheySimplex, 0.5, 1, out int baseLine);
        Assert.True(text.Width > 20 && text.Height > 5 && baseLine > 0);
        int before = Cv2.CountNonZero(image);
        Cv2.PutText(image, "depth", new Point(2, 30), HersheyFonts.HersheySimplex, 0.5, Scalar.All(255));
        Assert.True(Cv2.CountNonZero(image) > before);
    }

    [Fact]
    public void Filters_and_thresholds_run_on_what_they_are_given()
    {
        using var src = new Mat(5, 5, MatType.CV_8UC1, Scalar.All(0));
        src.Set(2, 2, (byte)200);
        using var dst = new Mat();
        Cv2.MedianBlur(src, dst, 3);
        Assert.Equal(0, Cv2.CountNonZero(dst));
        Cv2.GaussianBlur(src, dst, new Size(3, 3), 0);
        Assert.Equal(9, Cv2.CountNonZero(dst));
        Assert.Equal(100, Cv2.Threshold(src, dst, 100, 1, ThresholdTypes.Binary));
        Assert.Equal(1, dst.At<byte>(2, 2));
        Cv2.Normalize(src, dst, 0, 100, NormTypes.MinMax);
        Assert.Equal(100, dst.At<byte>(2, 2));
        Cv2.AddWeighted(src, 0.5, src, 0.25, 1, dst);
        Assert.Equal(151, dst.At<byte>(2, 2));
        Cv2.Absdiff(src, dst, dst);
        Assert.Equal(49, dst.At<byte>(2, 2));
        Cv2.ApplyColorMap(src, dst, ColormapTypes.Turbo);
        Assert.Equal(MatType.CV_8UC3, dst.Type());
        using Mat shift = Mat.FromPixelData(2, 3, MatType.CV_64FC1, new double[,] { { 1, 0, 1 }, { 0, 1, 0 } });
        Cv2.WarpAffine(src, dst, shift, new Size(5, 5));
        Assert.Equal(200, dst.At<byte>(2, 3));
    }

    [Fact]
    public void Library_facts_can_be_read()
    {
        Assert.Matches(@"^4\.\d+\.\d+", Cv2.GetVersionString());
        Assert.Contains("FFMPEG", Cv2.GetBuildInformation(), StringComparison.Ordinal);
        LogLevel before = Cv2.SetLogLevel(LogLevel.ERROR);
        Assert.Equal(LogLevel.ERROR, Cv2.SetLogLevel(before));
        Assert.True(Cv2.GetNumThreads() >= 1);
    }
}
