using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture.Tests;

/// <summary>Promise: however an image of another shape is fitted to the grid, header and intrinsics say truly where each pixel comes from.</summary>
public sealed class ResizeFitTests
{
    [Theory]
    [InlineData(nameof(ResizeFit.Stretch), 128, 72, 0, 0, 64, 48)]
    [InlineData(nameof(ResizeFit.Crop), 128, 72, 0, 0, 64, 48)]
    [InlineData(nameof(ResizeFit.Letterbox), 128, 72, 0, 6, 64, 36)]
    [InlineData(nameof(ResizeFit.Letterbox), 72, 128, 18, 0, 27, 48)]
    [InlineData(nameof(ResizeFit.Letterbox), 128, 96, 0, 0, 64, 48)]
    public void The_window_is_the_grid_or_the_image_in_the_middle_of_it(string named, int width, int height, int x, int y, int windowWidth, int windowHeight)
    {
        ResizeFit fit = Enum.Parse<ResizeFit>(named);
        using var resizer = new FrameResizer(64, 48, fit: fit);
        using var image = new Mat(height, width, MatType.CV_8UC3, Scalar.All(7));
        using Mat grid = Fit(resizer, image);
        Assert.Equal((x, y, windowWidth, windowHeight), resizer.Window);
        Assert.Equal((windowWidth, windowHeight) != (64, 48), resizer.HasPadding);
        for (int row = 0; row < 48; row++)
        {
            for (int column = 0; column < 64; column++)
            {
                bool inside = column >= x && column < x + windowWidth && row >= y && row < y + windowHeight;
                Assert.Equal(inside ? 7 : 116, grid.At<Vec3b>(row, column).Item1);
            }
        }
    }

    [Theory]
    [InlineData(nameof(ResizeFit.Stretch), 128, 72)]
    [InlineData(nameof(ResizeFit.Crop), 128, 72)]
    [InlineData(nameof(ResizeFit.Letterbox), 128, 72)]
    [InlineData(nameof(ResizeFit.Crop), 72, 128)]
    [InlineData(nameof(ResizeFit.Letterbox), 90, 90)]
    [InlineData(nameof(ResizeFit.Crop), 640, 360)]
    public void A_pixel_of_the_grid_shows_what_lies_where_the_transform_says(string named, int width, int height)
    {
        ResizeFit fit = Enum.Parse<ResizeFit>(named);
        // Every pixel's colour is its place.
        using var image = new Mat(height, width, MatType.CV_8UC3);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                image.Set(y, x, new Vec3b((byte)(x * 250 / width), (byte)(y * 250 / height), 0));
            }
        }

        using var resizer = new FrameResizer(64, 48, fit: fit);
        using Mat grid = Fit(resizer, image);
        PixelTransform to = resizer.Transform;
        (int left, int top, int windowWidth, int windowHeight) = resizer.Window;
        for (int y = top + 1; y < top + windowHeight - 1; y += 3)
        {
            for (int x = left + 1; x < left + windowWidth - 1; x += 3)
            {
                Vec3b seen = grid.At<Vec3b>(y, x);
                Assert.InRange(seen.Item0 - (((to.ScaleX * x) + to.OffsetX) * 250 / width), -5, 5);
                Assert.InRange(seen.Item1 - (((to.ScaleY * y) + to.OffsetY) * 250 / height), -5, 5);
            }
        }

        if (fit != ResizeFit.Stretch)
        {
            Assert.Equal(to.ScaleX, to.ScaleY, 0.05);
        }
    }

    [Theory]
    [InlineData(nameof(ResizeFit.Stretch))]
    [InlineData(nameof(ResizeFit.Crop))]
    [InlineData(nameof(ResizeFit.Letterbox))]
    public void A_ray_keeps_its_direction_through_transform_and_published_intrinsics(string named)
    {
        ResizeFit fit = Enum.Parse<ResizeFit>(named);
        var camera = new CameraIntrinsics(128, 72, 100, 101, 60, 37);
        using var resizer = new FrameResizer(64, 48, new CameraCalibration("c", camera), fit: fit);
        using var image = new Mat(72, 128, MatType.CV_8UC3, Scalar.All(0));
        Fit(resizer, image).Dispose();
        CameraIntrinsics grid = resizer.Intrinsics!;
        PixelTransform to = resizer.Transform;
        foreach ((int x, int y) in new[] { (0, 0), (10, 20), (63, 47) })
        {
            Assert.Equal(((to.ScaleX * x) + to.OffsetX - camera.Cx) / camera.Fx, (x - grid.Cx) / grid.Fx, 5);
            Assert.Equal(((to.ScaleY * y) + to.OffsetY - camera.Cy) / camera.Fy, (y - grid.Cy) / grid.Fy, 5);
        }
    }

    [Theory]
    [InlineData(nameof(ResizeFit.Crop))]
    [InlineData(nameof(ResizeFit.Letterbox))]
    public void Rectifying_shows_the_same_as_fitting_the_rectified_image(string named)
    {
        ResizeFit fit = Enum.Parse<ResizeFit>(named);
        // A lens without distortion: rectified is the image itself, up to the map's fixed-point fractions.
        var camera = new CameraIntrinsics(128, 72, 100, 100, 63.5, 35.5) { Distortion = [0, 0, 0, 0, 1e-9] };
        using var image = new Mat(72, 128, MatType.CV_8UC3);
        for (int y = 0; y < 72; y++)
        {
            for (int x = 0; x < 128; x++)
            {
                image.Set(y, x, new Vec3b((byte)x, (byte)(2 * y), (byte)(x + y)));
            }
        }

        using var plain = new FrameResizer(64, 48, fit: fit);
        using var rectifying = new FrameResizer(64, 48, new CameraCalibration("c", camera), rectify: true, fit: fit);
        using Mat expected = Fit(plain, image);
        using Mat actual = Fit(rectifying, image);
        Assert.Equal(plain.Window, rectifying.Window);
        Assert.Equal(plain.Transform, rectifying.Transform);
        (int left, int top, int width, int height) = plain.Window;
        var inner = new Rect(left + 2, top + 2, width - 4, height - 4);
        using Mat a = expected[inner];
        using Mat b = actual[inner];
        Assert.True(Cv2.Norm(a, b, NormTypes.INF) <= 3, $"{Cv2.Norm(a, b, NormTypes.INF)}");
    }

    private static Mat Fit(FrameResizer resizer, Mat image)
    {
        var grid = new Mat(48, 64, MatType.CV_8UC3, Scalar.All(99));
        resizer.Resize(new View(image), grid.Data);
        return grid;
    }

    private sealed class View : Frame
    {
        public View(Mat image) => (Data, Width, Height, Stride) = (image.Data, image.Width, image.Height, (int)image.Step());

        public override void Release()
        {
        }
    }
}
