namespace OpenCvSharp;

/// <content>imgproc: geometry, colour, filters.</content>
public static partial class Cv2
{
    public static void Resize(
        InputArray src, OutputArray dst, Size dsize, double fx = 0, double fy = 0, InterpolationFlags interpolation = InterpolationFlags.Linear) =>
        NativeMethods.Check(NativeMethods.rp_resize(src.Required(nameof(src)), dst.Required(nameof(dst)), dsize, fx, fy, (int)interpolation));

    public static void CvtColor(InputArray src, OutputArray dst, ColorConversionCodes code, int dstCn = 0) =>
        NativeMethods.Check(NativeMethods.rp_cvt_color(src.Required(nameof(src)), dst.Required(nameof(dst)), (int)code, dstCn));

    public static void Remap(
        InputArray src,
        OutputArray dst,
        InputArray map1,
        InputArray map2,
        InterpolationFlags interpolation = InterpolationFlags.Linear,
        BorderTypes borderMode = BorderTypes.Constant,
        Scalar? borderValue = null) =>
        NativeMethods.Check(NativeMethods.rp_remap(
            src.Required(nameof(src)),
            dst.Required(nameof(dst)),
            map1.Required(nameof(map1)),
            map2.Required(nameof(map2)),
            (int)interpolation,
            (int)borderMode,
            borderValue.GetValueOrDefault()));

    public static void ConvertMaps(
        InputArray map1, InputArray map2, OutputArray dstmap1, OutputArray dstmap2, MatType dstmap1Type, bool nnInterpolation = false) =>
        NativeMethods.Check(NativeMethods.rp_convert_maps(
            map1.Required(nameof(map1)),
            map2.Required(nameof(map2)),
            dstmap1.Required(nameof(dstmap1)),
            dstmap2.Required(nameof(dstmap2)),
            dstmap1Type.Value,
            nnInterpolation ? 1 : 0));

    public static void WarpAffine(
        InputArray src,
        OutputArray dst,
        InputArray m,
        Size dsize,
        InterpolationFlags flags = InterpolationFlags.Linear,
        BorderTypes borderMode = BorderTypes.Constant,
        Scalar? borderValue = null) =>
        NativeMethods.Check(NativeMethods.rp_warp_affine(
            src.Required(nameof(src)),
            dst.Required(nameof(dst)),
            m.Required(nameof(m)),
            dsize,
            (int)flags,
            (int)borderMode,
            borderValue.GetValueOrDefault()));

    public static void GaussianBlur(
        InputArray src, OutputArray dst, Size ksize, double sigmaX, double sigmaY = 0, BorderTypes borderType = BorderTypes.Reflect101) =>
        NativeMethods.Check(NativeMethods.rp_gaussian_blur(
            src.Required(nameof(src)), dst.Required(nameof(dst)), ksize, sigmaX, sigmaY, (int)borderType));

    public static void MedianBlur(InputArray src, OutputArray dst, int ksize) =>
        NativeMethods.Check(NativeMethods.rp_median_blur(src.Required(nameof(src)), dst.Required(nameof(dst)), ksize));

    public static double Threshold(InputArray src, OutputArray dst, double thresh, double maxval, ThresholdTypes type)
    {
        NativeMethods.Check(NativeMethods.rp_threshold(
            src.Required(nameof(src)), dst.Required(nameof(dst)), thresh, maxval, (int)type, out var used));
        return used;
    }

    public static void ApplyColorMap(InputArray src, OutputArray dst, ColormapTypes colormap) =>
        NativeMethods.Check(NativeMethods.rp_apply_color_map(src.Required(nameof(src)), dst.Required(nameof(dst)), (int)colormap));

    public static void ApplyColorMap(InputArray src, OutputArray dst, InputArray userColor) =>
        NativeMethods.Check(NativeMethods.rp_apply_user_color_map(
            src.Required(nameof(src)), dst.Required(nameof(dst)), userColor.Required(nameof(userColor))));
}
