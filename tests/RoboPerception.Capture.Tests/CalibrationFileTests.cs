using RoboPerception.Core;

namespace RoboPerception.Capture.Tests;

/// <summary>Promise: calibration files of ROS are read exactly, and a mistake in one is named with its line.</summary>
public sealed class CalibrationFileTests : TemporaryFolder
{
    private static readonly string Sample = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "example-640x480.yaml"));

    [Fact]
    public void The_sample_is_read_with_all_its_values()
    {
        CameraCalibration calibration = CalibrationFile.Parse(Sample, "sample");
        Assert.Equal("example", calibration.CameraName);
        Assert.Equal((640, 480, 518.9, 519.5, 325.6, 253.7), (
            calibration.Intrinsics.Width, calibration.Intrinsics.Height, calibration.Intrinsics.Fx, calibration.Intrinsics.Fy, calibration.Intrinsics.Cx, calibration.Intrinsics.Cy));
        Assert.Equal("plumb_bob", calibration.Intrinsics.DistortionModel);
        Assert.Equal([-0.28, 0.09, 0.0004, -0.0002, 0], calibration.Intrinsics.Distortion);
        Assert.Equal(CameraCalibration.NoRotation, calibration.Rectification);
        Assert.Equal((462.5, 468.9, 327.1, 254.3), (calibration.Rectified.Fx, calibration.Rectified.Fy, calibration.Rectified.Cx, calibration.Rectified.Cy));
        Assert.False(calibration.Rectified.IsDistorted);
    }

    [Theory]
    [InlineData("plumb_bob", 5)]
    [InlineData("rational_polynomial", 8)]
    [InlineData("equidistant", 4)]
    public void What_is_written_is_read_back_to_the_same_values(string model, int coefficients)
    {
        double[] distortion = [.. Enumerable.Range(1, coefficients).Select(i => 0.1 / (i * 3))];
        var written = new CameraCalibration(
            "left \"wide\" \\ 2", new CameraIntrinsics(1280, 720, 1 / 3.0 * 2000, 700.1, 640.25, 360) { DistortionModel = model, Distortion = distortion });
        CalibrationFile.Write(PathOf("c.yaml"), written);
        CameraCalibration read = CalibrationFile.Read(PathOf("c.yaml"));
        Assert.Equal(written.CameraName, read.CameraName);
        Assert.Equal(written.Intrinsics with { Distortion = [] }, read.Intrinsics with { Distortion = [] });
        Assert.Equal(distortion, read.Intrinsics.Distortion);
        Assert.Equal(written.Projection, read.Projection);
        Assert.Equal(written.Rectification, read.Rectification);
    }

    [Theory]
    [InlineData("image_width: 640", "image_with: 640", "line 3: 'image_with' is no key")]
    [InlineData("image_width: 640", "image_width: -1", "line 3: image_width")]
    [InlineData("image_width: 640", "image_width: wide", "'wide'")]
    [InlineData("image_height: 480\n", "", "image_height: this key is missing")]
    [InlineData("plumb_bob\n", "fisheye\n", "plumb_bob, rational_polynomial and equidistant")]
    [InlineData("distortion_model: plumb_bob", "distortion_model: equidistant", "1x4 values are expected, not 1x5")]
    [InlineData("[-0.28, 0.09, 0.0004, -0.0002, 0]", "[-0.28, 0.09, 0.0004, -0.0002]", "a list of 5 numbers")]
    [InlineData("[-0.28,", "[.nan,", "no finite number")]
    [InlineData("[518.9,", "[0,", "never calibrated")]
    [InlineData("  rows: 1\n", "  rows: 1\n  row: 1\n", "'distortion_coefficients.row' is no key")]
    [InlineData("camera_matrix:\n", "camera_matrix: [\n", "no YAML")]
    public void A_mistake_is_named_with_file_and_place(string from, string to, string part)
    {
        Assert.Contains(from, Sample, StringComparison.Ordinal);
        var error = Assert.Throws<UserErrorException>(() => CalibrationFile.Parse(Sample.Replace(from, to, StringComparison.Ordinal), "front.yaml"));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("'front.yaml'", error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("- a list")]
    public void A_file_of_another_form_is_refused(string text)
    {
        var error = Assert.Throws<UserErrorException>(() => CalibrationFile.Parse(text, "front.yaml"));
        Assert.Contains("camera_calibration", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var error = Assert.Throws<UserErrorException>(() => CalibrationFile.Read(PathOf("gone.yaml")));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("gone.yaml", error.Message, StringComparison.Ordinal);
    }
}
