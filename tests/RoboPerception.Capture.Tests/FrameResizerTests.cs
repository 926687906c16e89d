using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture.Tests;

/// <summary>Promise: the model sees the whole image, and coordinates can be carried back to the camera.</summary>
public sealed class FrameResizerTests
{
    private static readonly CameraIntrinsics Ideal = new(64, 48, 50, 50, 31.5, 23.5);

    [Theory]
    [InlineData(64, 48)]
    [InlineData(40, 24)]
    [InlineData(32, 24)]
    [InlineData(128, 96)]
    public void Down_to_half_the_size_it_is_OpenCVs_bilinear(int width, int height)
    {
        using var frame = new MatFrame(Noise());
        using var expected = new Mat();
        Cv2.Resize(frame.Image, expected, new Size(width, height));
        using var resizer = new FrameResizer(width, height);
        using Mat actual = Resize(resizer, frame, width, height);
        Assert.Equal(0, Cv2.Norm(expected, actual, NormTypes.INF));
        Assert.Equal(PixelTransform.OfResize(width, height, 64, 48), resizer.Transform);
        Assert.Equal(3 * width * height, resizer.ByteCount);
    }

    [Theory]
    [InlineData(16, 12, 2)]
    [InlineData(8, 6, 2)]
    [InlineData(16, 24, 2)]
    [InlineData(31, 20, 6)]
    [InlineData(9, 7, 6)]
    public void Below_half_the_size_pixels_are_averaged_not_skipped(int width, int height, double tolerance)
    {
        // On noise, bilinear alone is far off the average of the covered area.
        using var frame = new MatFrame(tolerance < 3 ? Noise() : Smooth());
        using var expected = new Mat();
        Cv2.Resize(frame.Image, expected, new Size(width, height), interpolation: InterpolationFlags.Area);
        using var resizer = new FrameResizer(width, height);
        using Mat actual = Resize(resizer, frame, width, height);
        Assert.True(Cv2.Norm(expected, actual, NormTypes.INF) <= tolerance, $"{Cv2.Norm(expected, actual, NormTypes.INF)}");
    }

    [Fact]
    public void Padding_between_rows_is_not_taken_for_pixels()
    {
        using Mat noise = Noise();
        using var wide = new Mat(48, 80, MatType.CV_8UC3, Scalar.All(255));
        using Mat view = wide[new Rect(0, 0, 64, 48)];
        noise.CopyTo(view);
        using var frame = new MatFrame(view.SubMat(0, 48, 0, 64));
        Assert.Equal(240, frame.Stride);
        using var resizer = new FrameResizer(64, 48);
        using Mat actual = Resize(resizer, frame, 64, 48);
        Assert.Equal(0, Cv2.Norm(noise, actual, NormTypes.INF));
    }

    [Fact]
    public void A_frame_of_another_size_changes_the_transform()
    {
        using var resizer = new FrameResizer(32, 24);
        using var first = new MatFrame(Noise());
        using var second = new MatFrame(new Mat(96, 128, MatType.CV_8UC3, Scalar.All(7)));
        Resize(resizer, first, 32, 24).Dispose();
        using Mat actual = Resize(resizer, second, 32, 24);
        Assert.Equal(new PixelTransform(4, 4, 1.5f, 1.5f), resizer.Transform);
        Assert.Equal(7, Cv2.Mean(actual).Val0);
    }

    [Fact]
    public void Intrinsics_are_scaled_with_half_pixel_centres()
    {
        using var resizer = new FrameResizer(32, 24, new CameraCalibration("c", Ideal with { Distortion = [-0.2, 0, 0, 0, 0] }));
        CameraIntrinsics scaled = Assert.IsType<CameraIntrinsics>(resizer.Intrinsics);
        Assert.Equal((32, 24, 25.0, 25.0, 15.5, 11.5), (scaled.Width, scaled.Height, scaled.Fx, scaled.Fy, scaled.Cx, scaled.Cy));
        Assert.True(scaled.IsDistorted);
    }

    [Fact]
    public void A_ray_keeps_its_direction_through_transform_and_intrinsics()
    {
        using var resizer = new FrameResizer(32, 24, new CameraCalibration("c", Ideal));
        using var frame = new MatFrame(Noise());
        Resize(resizer, frame, 32, 24).Dispose();
        CameraIntrinsics model = resizer.Intrinsics!;
        PixelTransform t = resizer.Transform;
        double inModel = (5 - model.Cx) / model.Fx;
        double inSource = ((t.ScaleX * 5) + t.OffsetX - Ideal.Cx) / Ideal.Fx;
        Assert.Equal(inSource, inModel, 6);
    }

    [Theory]
    [InlineData("plumb_bob", 5, 64, 48)]
    [InlineData("plumb_bob", 5, 32, 24)]
    [InlineData("rational_polynomial", 8, 64, 48)]
    [InlineData("equidistant", 4, 64, 48)]
    public void An_ideal_lens_rectifies_to_the_plain_image(string model, int coefficients, int width, int height)
    {
        // The equidistant model with zero coefficients is not a pinhole: these undo it to third order.
        double[] distortion = new double[coefficients];
        if (model == "equidistant")
        {
            (distortion[0], distortion[1], distortion[2]) = (1.0 / 3, 2.0 / 15, 17.0 / 315);
        }

        using var frame = new MatFrame(Smooth());
        using var expected = new Mat();
        Cv2.Resize(frame.Image, expected, new Size(width, height));
        using var resizer = new FrameResizer(
            width, height, new CameraCalibration("c", Ideal with { Fx = 200, Fy = 200, DistortionModel = model, Distortion = distortion }), rectify: true);
        using Mat actual = Resize(resizer, frame, width, height);

        // The border is interpolated against black, inner pixels agree up to the map's fixed-point fractions.
        using Mat inner = expected[new Rect(2, 2, width - 4, height - 4)];
        using Mat innerActual = actual[new Rect(2, 2, width - 4, height - 4)];
        Assert.True(Cv2.Norm(inner, innerActual, NormTypes.INF) <= 3, $"{Cv2.Norm(inner, innerActual, NormTypes.INF)}");
        Assert.False(resizer.Intrinsics!.IsDistorted);
    }

    [Theory]
    [InlineData(64, 48)]
    [InlineData(30, 20)]
    public void Rectifying_is_undistorting_followed_by_resizing(int width, int height)
    {
        double[] coefficients = [-0.3, 0.1, 0.001, -0.001, 0];
        var calibration = new CameraCalibration("c", Ideal with { Distortion = coefficients });
        using var frame = new MatFrame(Smooth());
        using Mat camera = Mat.FromPixelData(3, 3, MatType.CV_64FC1, new double[,] { { 50, 0, 31.5 }, { 0, 50, 23.5 }, { 0, 0, 1 } });
        using Mat lens = Mat.FromPixelData(1, 5, MatType.CV_64FC1, coefficients);
        using var undistorted = new Mat();
        using var expected = new Mat();
        Cv2.Undistort(frame.Image, undistorted, camera, lens);
        Cv2.Resize(undistorted, expected, new Size(width, height), interpolation: InterpolationFlags.Area);
        using var resizer = new FrameResizer(width, height, calibration, rectify: true);
        using Mat actual = Resize(resizer, frame, width, height);
        using var plain = new Mat();
        Cv2.Resize(frame.Image, plain, new Size(width, height), interpolation: InterpolationFlags.Area);
        double error = Cv2.Norm(expected, actual, NormTypes.L1) / (width * height * 3);
        double without = Cv2.Norm(expected, plain, NormTypes.L1) / (width * height * 3);
        Assert.True(error < 3 && error * 3 < without, $"mean error {error}, without rectifying {without}");
    }

    [Fact]
    public void An_image_of_another_aspect_than_the_calibration_is_refused()
    {
        using var resizer = new FrameResizer(32, 24, new CameraCalibration("front", Ideal));
        using var frame = new MatFrame(new Mat(36, 64, MatType.CV_8UC3, Scalar.All(0)));
        var error = Assert.Throws<UserErrorException>(() => Resize(resizer, frame, 32, 24));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("64x36", error.Message, StringComparison.Ordinal);
        Assert.Contains("64x48", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_calibration_of_another_size_is_scaled_and_that_is_said_once()
    {
        var said = new List<string>();
        using var resizer = new FrameResizer(32, 24, new CameraCalibration("front", Ideal.ScaledTo(128, 96)), notice: said.Add);
        using var frame = new MatFrame(Noise());
        Resize(resizer, frame, 32, 24).Dispose();
        Resize(resizer, frame, 32, 24).Dispose();
        Assert.Equal("calibration 'front' was made at 128x96, the camera gives 64x48: focal lengths and centre are scaled by 0.5", Assert.Single(said));
        Assert.Equal(25.0, resizer.Intrinsics!.Fx, 6);
    }

    [Fact]
    public void Rectifying_without_a_calibration_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new FrameResizer(32, 24, null, rectify: true));
    }

    private static Mat Resize(FrameResizer resizer, Frame frame, int width, int height)
    {
        var result = new Mat(height, width, MatType.CV_8UC3, Scalar.All(99));
        resizer.Resize(frame, result.Data);
        return result;
    }

    private static Mat Noise()
    {
        byte[] pixels = new byte[64 * 48 * 3];
        new Random(7).NextBytes(pixels);
        return Mat.FromPixelData(48, 64, MatType.CV_8UC3, pixels);
    }

    private static Mat Smooth()
    {
        var image = new Mat(48, 64, MatType.CV_8UC3);
        for (int y = 0; y < 48; y++)
        {
            Span<byte> row = image.RowSpan<byte>(y);
            for (int x = 0; x < 64; x++)
            {
                row[3 * x] = (byte)(4 * x);
                row[(3 * x) + 1] = (byte)(5 * y);
                row[(3 * x) + 2] = (byte)((2 * x) + (2 * y));
            }
        }

        return image;
    }

    private sealed class MatFrame : Frame, IDisposable
    {
        public MatFrame(Mat image)
        {
            Image = image;
            (Data, Width, Height, Stride) = (image.Data, image.Width, image.Height, (int)image.Step());
        }

        public Mat Image { get; }

        public override void Release() => Image.Dispose();

        public void Dispose() => Release();
    }
}
