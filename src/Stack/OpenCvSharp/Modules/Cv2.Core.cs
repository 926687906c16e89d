namespace OpenCvSharp;

/// <summary>OpenCV's functions; errors are OpenCVException with OpenCV's own text.</summary>
public static partial class Cv2
{
    public static void SetNumThreads(int nThreads) => NativeMethods.Check(NativeMethods.rp_set_num_threads(nThreads));

    public static int GetNumThreads() => NativeMethods.rp_get_num_threads();

    public static unsafe string? GetVersionString() => NativeMethods.Text(NativeMethods.rp_version_string());

    public static unsafe string GetBuildInformation()
    {
        NativeMethods.Check(NativeMethods.rp_build_information(out var text));
        return NativeMethods.Text(text);
    }

    /// <summary>Returns the level that was set before.</summary>
    public static LogLevel SetLogLevel(LogLevel logLevel) => (LogLevel)NativeMethods.rp_set_log_level((int)logLevel);

    public static LogLevel GetLogLevel() => (LogLevel)NativeMethods.rp_get_log_level();

    public static void Normalize(
        InputArray src, InputOutputArray dst, double alpha = 1, double beta = 0, NormTypes normType = NormTypes.L2, int dtype = -1, InputArray? mask = null) =>
        NativeMethods.Check(NativeMethods.rp_normalize(
            src.Required(nameof(src)), dst.Required(nameof(dst)), alpha, beta, (int)normType, dtype, mask.HandleOrNone()));

    public static Scalar Mean(InputArray src, InputArray? mask = null)
    {
        NativeMethods.Check(NativeMethods.rp_mean(src.Required(nameof(src)), mask.HandleOrNone(), out var mean));
        return mean;
    }

    public static void MeanStdDev(InputArray src, out Scalar mean, out Scalar stddev, InputArray? mask = null) =>
        NativeMethods.Check(NativeMethods.rp_mean_std_dev(src.Required(nameof(src)), mask.HandleOrNone(), out mean, out stddev));

    public static Scalar Sum(InputArray src)
    {
        NativeMethods.Check(NativeMethods.rp_sum(src.Required(nameof(src)), out var sum));
        return sum;
    }

    public static int CountNonZero(InputArray mtx)
    {
        NativeMethods.Check(NativeMethods.rp_count_non_zero(mtx.Required(nameof(mtx)), out var count));
        return count;
    }

    public static double Norm(InputArray src1, NormTypes normType = NormTypes.L2, InputArray? mask = null)
    {
        NativeMethods.Check(NativeMethods.rp_norm(
            src1.Required(nameof(src1)), OpenCvSafeHandle.None, (int)normType, mask.HandleOrNone(), out var norm));
        return norm;
    }

    public static double Norm(InputArray src1, InputArray src2, NormTypes normType = NormTypes.L2, InputArray? mask = null)
    {
        NativeMethods.Check(NativeMethods.rp_norm(
            src1.Required(nameof(src1)), src2.Required(nameof(src2)), (int)normType, mask.HandleOrNone(), out var norm));
        return norm;
    }

    public static void MinMaxLoc(InputArray src, out double minVal, out double maxVal) =>
        NativeMethods.Check(NativeMethods.rp_min_max(src.Required(nameof(src)), out minVal, out maxVal));

    public static void MinMaxLoc(
        InputArray src, out double minVal, out double maxVal, out Point minLoc, out Point maxLoc, InputArray? mask = null) =>
        NativeMethods.Check(NativeMethods.rp_min_max_loc(
            src.Required(nameof(src)), mask.HandleOrNone(), out minVal, out maxVal, out minLoc, out maxLoc));

    public static void AddWeighted(
        InputArray src1, double alpha, InputArray src2, double beta, double gamma, OutputArray dst, int dtype = -1) =>
        NativeMethods.Check(NativeMethods.rp_add_weighted(
            src1.Required(nameof(src1)), alpha, src2.Required(nameof(src2)), beta, gamma, dst.Required(nameof(dst)), dtype));

    public static void Absdiff(InputArray src1, InputArray src2, OutputArray dst) =>
        NativeMethods.Check(NativeMethods.rp_absdiff(
            src1.Required(nameof(src1)), src2.Required(nameof(src2)), dst.Required(nameof(dst))));

    public static void LUT(InputArray src, InputArray lut, OutputArray dst) =>
        NativeMethods.Check(NativeMethods.rp_lut(src.Required(nameof(src)), lut.Required(nameof(lut)), dst.Required(nameof(dst))));

    public static void LUT(InputArray src, byte[] lut, OutputArray dst)
    {
        ArgumentNullException.ThrowIfNull(lut);
        using var table = Mat.FromPixelData(256, 1, MatType.CV_8UC1, lut);
        LUT(src, table, dst);
    }

    public static Mat[] Split(Mat src)
    {
        ArgumentNullException.ThrowIfNull(src);
        var planes = new Mat[src.Channels()];
        for (var i = 0; i < planes.Length; i++)
        {
            planes[i] = new Mat();
            ExtractChannel(src, planes[i], i);
        }

        return planes;
    }

    public static void Split(Mat src, out Mat[] mv) => mv = Split(src);

    public static void ExtractChannel(InputArray src, OutputArray dst, int coi) =>
        NativeMethods.Check(NativeMethods.rp_extract_channel(src.Required(nameof(src)), dst.Required(nameof(dst)), coi));

    public static unsafe void Merge(Mat[] mv, Mat dst)
    {
        using var list = new MatList(mv, nameof(mv));
        ArgumentNullException.ThrowIfNull(dst);
        fixed (IntPtr* pointers = list.Pointers)
        {
            NativeMethods.Check(NativeMethods.rp_merge(pointers, list.Pointers.Length, dst.Handle));
        }
    }

    public static void HConcat(IEnumerable<Mat> src, OutputArray dst) => Concat(src, dst, 0);

    public static void VConcat(IEnumerable<Mat> src, OutputArray dst) => Concat(src, dst, 1);

    public static void Flip(InputArray src, OutputArray dst, FlipMode flipCode) =>
        NativeMethods.Check(NativeMethods.rp_flip(src.Required(nameof(src)), dst.Required(nameof(dst)), (int)flipCode));

    public static void Rotate(InputArray src, OutputArray dst, RotateFlags rotateCode) =>
        NativeMethods.Check(NativeMethods.rp_rotate(src.Required(nameof(src)), dst.Required(nameof(dst)), (int)rotateCode));

    public static void CopyMakeBorder(
        InputArray src, OutputArray dst, int top, int bottom, int left, int right, BorderTypes borderType, Scalar? value = null) =>
        NativeMethods.Check(NativeMethods.rp_copy_make_border(
            src.Required(nameof(src)), dst.Required(nameof(dst)), top, bottom, left, right, (int)borderType, value.GetValueOrDefault()));

    private static unsafe void Concat(IEnumerable<Mat> src, OutputArray dst, int vertical)
    {
        ArgumentNullException.ThrowIfNull(src);
        using var list = new MatList([.. src], nameof(src));
        fixed (IntPtr* pointers = list.Pointers)
        {
            NativeMethods.Check(NativeMethods.rp_concat(pointers, list.Pointers.Length, vertical, dst.Required(nameof(dst))));
        }
    }
}
