using RoboPerception.Core;

namespace RoboPerception.Capture.Tests;

/// <summary>Promise: calibrations are read as people have them, to the same camera that ROS's form would give, and nothing is guessed.</summary>
public sealed class CalibrationFormsTests : TemporaryFolder
{
    private const string OpenCvYaml =
        "%YAML:1.0\n---\ncalibration_time: \"Mon 01 Jan 2024\"\nnframes: 20\nimage_width: 768\nimage_height: 576\nboard_width: 9\n"
        + "camera_matrix: !!opencv-matrix\n   rows: 3\n   cols: 3\n   dt: d\n   data: [ 600., 0., 384., 0., 6.01e+02, 288., 0., 0., 1. ]\n"
        + "distortion_coefficients: !!opencv-matrix\n   rows: 5\n   cols: 1\n   dt: d\n   data: [ 0.1, -0.02, 0.001,\n       0.002, 0. ]\n"
        + "avg_reprojection_error: 2.3e-01\n";

    private const string OpenCvXml =
        "<?xml version=\"1.0\"?>\n<opencv_storage>\n<image_Width>768</image_Width>\n<image_Height>576</image_Height>\n"
        + "<Camera_Matrix type_id=\"opencv-matrix\">\n  <rows>3</rows>\n  <cols>3</cols>\n  <dt>d</dt>\n  <data>\n    600. 0. 384. 0. 601. 288. 0. 0. 1.</data></Camera_Matrix>\n"
        + "<Distortion_Coefficients type_id=\"opencv-matrix\">\n  <rows>5</rows>\n  <cols>1</cols>\n  <dt>d</dt>\n  <data>\n    0.1 -0.02 0.001 0.002 0.</data></Distortion_Coefficients>\n"
        + "</opencv_storage>\n";

    private const string Kalibr =
        "cam0:\n  cam_overlaps: [1]\n  camera_model: pinhole\n  distortion_coeffs: [0.1, -0.02, 0.001, 0.002]\n  distortion_model: radtan\n"
        + "  intrinsics: [600, 601, 384, 288]\n  resolution: [768, 576]\n  rostopic: /cam0/image_raw\n";

    private const string SecondKalibr =
        "cam1:\n  T_cn_cnm1:\n  - [1, 0, 0, -0.1]\n  camera_model: pinhole\n  distortion_coeffs: [0.01, 0.02, 0.03, 0.04]\n  distortion_model: equidistant\n"
        + "  intrinsics: [500, 501, 380, 280]\n  resolution: [768, 576]\n";

    private const string Colmap = "# Camera list with one line of data per camera:\n#   CAMERA_ID, MODEL, WIDTH, HEIGHT, PARAMS[]\n3 OPENCV 768 576 600 601 384.5 288.5 0.1 -0.02 0.001 0.002\n";

    [Theory]
    [InlineData(OpenCvYaml)]
    [InlineData(OpenCvXml)]
    [InlineData(Kalibr)]
    [InlineData(Colmap)]
    public void The_same_camera_comes_out_of_every_form(string text)
    {
        File.WriteAllText(PathOf("front"), text);
        CameraCalibration calibration = CalibrationFile.Read(PathOf("front"));
        Assert.Equal((768, 576, 600.0, 601.0, 384.0, 288.0), (
            calibration.Intrinsics.Width, calibration.Intrinsics.Height, calibration.Intrinsics.Fx, calibration.Intrinsics.Fy, calibration.Intrinsics.Cx, calibration.Intrinsics.Cy));
        Assert.Equal("plumb_bob", calibration.Intrinsics.DistortionModel);
        Assert.Equal([0.1, -0.02, 0.001, 0.002, 0], calibration.Intrinsics.Distortion);
        Assert.Equal(CameraCalibration.NoRotation, calibration.Rectification);
        Assert.Equal((600.0, 288.0), (calibration.Rectified.Fx, calibration.Rectified.Cy));
    }

    [Theory]
    [InlineData("1 SIMPLE_PINHOLE 64 48 50 32 24", 50, 50, "plumb_bob", new double[0])]
    [InlineData("1 PINHOLE 64 48 50 51 32 24", 50, 51, "plumb_bob", new double[0])]
    [InlineData("1 SIMPLE_RADIAL 64 48 50 32 24 0.1", 50, 50, "plumb_bob", new[] { 0.1, 0, 0, 0, 0 })]
    [InlineData("1 RADIAL 64 48 50 32 24 0.1 0.2", 50, 50, "plumb_bob", new[] { 0.1, 0.2, 0, 0, 0 })]
    [InlineData("1 FULL_OPENCV 64 48 50 51 32 24 1 2 3 4 5 6 7 8", 50, 51, "rational_polynomial", new double[] { 1, 2, 3, 4, 5, 6, 7, 8 })]
    [InlineData("1 OPENCV_FISHEYE 64 48 50 51 32 24 1 2 3 4", 50, 51, "equidistant", new double[] { 1, 2, 3, 4 })]
    [InlineData("1 SIMPLE_RADIAL_FISHEYE 64 48 50 32 24 0.1", 50, 50, "equidistant", new[] { 0.1, 0, 0, 0 })]
    public void Every_model_of_COLMAP_that_means_one_thing_is_read(string line, double fx, double fy, string model, double[] distortion)
    {
        CameraIntrinsics camera = CalibrationFile.Parse(line + "\n", "cameras.txt").Intrinsics;
        Assert.Equal((64, 48, fx, fy, 31.5, 23.5), (camera.Width, camera.Height, camera.Fx, camera.Fy, camera.Cx, camera.Cy));
        Assert.Equal(model, camera.DistortionModel);
        Assert.Equal(distortion, camera.Distortion);
    }

    [Fact]
    public void One_of_several_cameras_is_chosen_by_name_or_the_choice_is_asked_for()
    {
        File.WriteAllText(PathOf("chain.yaml"), Kalibr + SecondKalibr);
        CameraCalibration second = CalibrationFile.Read(PathOf("chain.yaml#cam1"));
        Assert.Equal(("cam1", 500.0, "equidistant"), (second.CameraName, second.Intrinsics.Fx, second.Intrinsics.DistortionModel));
        Assert.Contains("chain.yaml#cam0", Assert.Throws<UserErrorException>(() => CalibrationFile.Read(PathOf("chain.yaml"))).Message, StringComparison.Ordinal);
        Assert.Contains("cam0, cam1", Assert.Throws<UserErrorException>(() => CalibrationFile.Read(PathOf("chain.yaml#cam2"))).Message, StringComparison.Ordinal);
        File.WriteAllText(PathOf("cameras.txt"), Colmap + "7 PINHOLE 64 48 50 51 32 24\n");
        Assert.Equal(51, CalibrationFile.Read(PathOf("cameras.txt#7")).Intrinsics.Fy);
        Assert.Contains("several cameras (3, 7)", Assert.Throws<UserErrorException>(() => CalibrationFile.Read(PathOf("cameras.txt"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fisheye_of_OpenCV_says_so_and_a_size_may_be_one_entry()
    {
        CameraIntrinsics camera = CalibrationFile.Parse(
            "%YAML:1.0\n---\nimageSize: [ 768, 576 ]\nfisheye_model: 1\nK: !!opencv-matrix\n   rows: 3\n   cols: 3\n   dt: d\n   data: [ 600., 0., 384., 0., 600., 288., 0., 0., 1. ]\n"
            + "D: !!opencv-matrix\n   rows: 4\n   cols: 1\n   dt: d\n   data: [ 0.1, 0.2, 0.3, 0.4 ]\n",
            "f.yml").Intrinsics;
        Assert.Equal(("equidistant", 768, 576), (camera.DistortionModel, camera.Width, camera.Height));
        Assert.Equal([0.1, 0.2, 0.3, 0.4], camera.Distortion);
    }

    [Theory]
    [InlineData(OpenCvYaml, "image_width: 768\n", "", "does not say for which image size")]
    [InlineData(OpenCvYaml, "camera_matrix:", "camera_matrices:", "has no camera_matrix")]
    [InlineData(OpenCvYaml, "nframes: 20", "M2: [1, 2]", "M2 and camera_matrix")]
    [InlineData(OpenCvYaml, "0.1, -0.02", "0.1, .nan", "no finite number")]
    [InlineData(OpenCvYaml, "0.1, -0.02", "0.1, 3, -0.02", "6 coefficients")]
    [InlineData(OpenCvYaml, "[ 600.", "[ 0.", "positive focal lengths")]
    [InlineData(OpenCvXml, "</opencv_storage>", "", "this is no XML")]
    [InlineData(OpenCvXml, "<?xml version=\"1.0\"?>", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>", "this is no XML")]
    [InlineData(Kalibr, "pinhole", "omni", "'omni' cannot be used")]
    [InlineData(Kalibr, "radtan", "fov", "'fov' cannot be used")]
    [InlineData(Kalibr, "[600, ", "[", "a list of 4 numbers")]
    [InlineData(Colmap, "OPENCV", "THIN_PRISM_FISHEYE", "'THIN_PRISM_FISHEYE' cannot be used")]
    [InlineData(Colmap, " 0.002", "", "OPENCV has 8 parameters, not 7")]
    [InlineData(Colmap, "600", "wide", "'wide' is no finite number")]
    public void What_is_wrong_or_means_two_things_is_refused_by_name(string text, string from, string to, string part)
    {
        Assert.Contains(from, text, StringComparison.Ordinal);
        var error = Assert.Throws<UserErrorException>(() => CalibrationFile.Parse(text.Replace(from, to, StringComparison.Ordinal), "front"));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("'front'", error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }
}
