using OpenCvSharp;

namespace RoboPerception.Stack.Tests.OpenCvSharp;

/// <summary>Promise: the lens models behind rectification.</summary>
public sealed class LensTests
{
    private static readonly double[,] Camera = { { 100, 0, 31.5 }, { 0, 100, 23.5 }, { 0, 0, 1 } };

    [Fact]
    public void An_ideal_lens_maps_every_pixel_onto_itself()
    {
        using Mat camera = Mat.FromPixelData(3, 3, MatType.CV_64FC1, Camera);
        using var none = new Mat();
        using var mapX = new Mat();
        using var mapY = new Mat();
        Cv2.InitUndistortRectifyMap(camera, none, none, camera, new Size(64, 48), MatType.CV_32FC1, mapX, mapY);
        Assert.Equal(10, mapX.At<float>(7, 10), 3);
        Assert.Equal(7, mapY.At<float>(7, 10), 3);
    }

    [Fact]
    public void Barrel_distortion_pulls_the_corners_inwards()
    {
        using Mat camera = Mat.FromPixelData(3, 3, MatType.CV_64FC1, Camera);
        using Mat distortion = Mat.FromPixelData(1, 5, MatType.CV_64FC1, new[] { -0.3, 0, 0, 0, 0 });
        using var none = new Mat();
        using var mapX = new Mat();
        using var mapY = new Mat();
        Cv2.InitUndistortRectifyMap(camera, distortion, none, camera, new Size(64, 48), MatType.CV_32FC1, mapX, mapY);
        Assert.True(mapX.At<float>(0, 0) > 1);
        using Mat wider = Cv2.GetOptimalNewCameraMatrix(camera, distortion, new Size(64, 48), 1, new Size(64, 48), out Rect valid);
        Assert.True(wider.At<double>(0, 0) < 100);
        Assert.True(valid.Width > 0);
    }

    [Fact]
    public void The_equidistant_map_follows_Kannala_and_Brandt()
    {
        using Mat camera = Mat.FromPixelData(3, 3, MatType.CV_64FC1, Camera);
        using Mat distortion = Mat.FromPixelData(4, 1, MatType.CV_64FC1, new[] { 0.1, 0.0, 0.0, 0.0 });
        using var none = new Mat();
        using var mapX = new Mat();
        using var mapY = new Mat();
        Cv2.FishEye.InitUndistortRectifyMap(
            camera, distortion, none, camera, new Size(64, 48), MatType.CV_32FC1.Value, mapX, mapY);

        // Kannala-Brandt: r' = f * (theta + k1 theta^3), with tan(theta) = r / f.
        double r = 20 / 100.0;
        double theta = Math.Atan(r);
        double expected = 31.5 + (100 * (theta + (0.1 * Math.Pow(theta, 3))));
        Assert.Equal(expected, (mapX.At<float>(23, 51) + mapX.At<float>(23, 52)) / 2, 1);
    }
}
