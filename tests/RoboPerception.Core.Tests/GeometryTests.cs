using RoboPerception.Core;

namespace RoboPerception.Core.Tests;

/// <summary>Promise: a point of the scene is found again at every image size.</summary>
public sealed class GeometryTests
{
    [Fact]
    public void Scaled_intrinsics_project_a_point_to_the_resized_pixel()
    {
        var camera = new CameraIntrinsics(640, 480, 518.858, 519.47, 325.582, 253.736);
        CameraIntrinsics small = camera.ScaledTo(384, 288);
        PixelTransform transform = PixelTransform.OfResize(384, 288, 640, 480);
        foreach ((double x, double y, double z) in new[] { (0.0, 0.0, 1.0), (0.4, -0.3, 2.0), (-1.1, 0.7, 3.5) })
        {
            double u = camera.Fx * x / z + camera.Cx, v = camera.Fy * y / z + camera.Cy;
            double us = small.Fx * x / z + small.Cx, vs = small.Fy * y / z + small.Cy;
            Assert.Equal(u, transform.ScaleX * us + transform.OffsetX, 1e-3);
            Assert.Equal(v, transform.ScaleY * vs + transform.OffsetY, 1e-3);
        }
    }

    [Fact]
    public void A_resize_to_the_same_size_is_the_identity()
    {
        Assert.Equal(PixelTransform.Identity, PixelTransform.OfResize(64, 48, 64, 48));
        Assert.False(new CameraIntrinsics(2, 2, 1, 1, 0, 0) { Distortion = [0, 0, 0, 0, 0] }.IsDistorted);
        Assert.True(new CameraIntrinsics(2, 2, 1, 1, 0, 0) { Distortion = [0.1, 0, 0, 0, 0] }.IsDistorted);
    }
}
