using System.Runtime.InteropServices;
using RoboPerception.Core;

namespace RoboPerception.Interop.Ros2;

/// <summary>The dense outputs as sensor_msgs/Image, sensor_msgs/CompressedImage and sensor_msgs/CameraInfo, each written whole into a <see cref="CdrWriter"/>.</summary>
internal static class ImageMessages
{
    /// <summary>Class ids, <c>mono8</c>; 255 = unlabelled.</summary>
    /// <param name="cdr">Written from its beginning.</param>
    /// <param name="header">Stamp and frame.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="ids">Row by row, (H,W).</param>
    public static void Segmentation(CdrWriter cdr, MessageHeader header, int width, ReadOnlySpan<byte> ids) => Image(cdr, header, width, "mono8", 1, ids);

    /// <summary>Metres along the optical axis (REP-118), <c>32FC1</c>; NaN = invalid.</summary>
    /// <param name="cdr">Written from its beginning.</param>
    /// <param name="header">Stamp and frame.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="metres">Row by row, (H,W).</param>
    public static void Depth(CdrWriter cdr, MessageHeader header, int width, ReadOnlySpan<float> metres) =>
        Image(cdr, header, width, "32FC1", sizeof(float), MemoryMarshal.AsBytes(metres));

    /// <summary>Unit vectors in the optical frame, toward the camera, <c>32FC3</c>; (0,0,0) = invalid.</summary>
    /// <param name="cdr">Written from its beginning.</param>
    /// <param name="header">Stamp and frame.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="planes">x, y and z after one another, (3,H,W), as the model gives them; ROS has them pixel by pixel.</param>
    public static void Normals(CdrWriter cdr, MessageHeader header, int width, ReadOnlySpan<float> planes)
    {
        int pixels = planes.Length / 3;
        Span<float> interleaved = MemoryMarshal.Cast<byte, float>(BeginImage(cdr, header, width, pixels / width, "32FC3", 3 * sizeof(float)));
        ReadOnlySpan<float> x = planes[..pixels];
        ReadOnlySpan<float> y = planes.Slice(pixels, pixels);
        ReadOnlySpan<float> z = planes.Slice(2 * pixels, pixels);
        for (int i = 0, to = 0; i < pixels; i++, to += 3)
        {
            interleaved[to] = x[i];
            interleaved[to + 1] = y[i];
            interleaved[to + 2] = z[i];
        }
    }

    /// <summary>A JPEG or PNG file as sensor_msgs/CompressedImage.</summary>
    /// <param name="cdr">Written from its beginning.</param>
    /// <param name="header">Stamp and frame.</param>
    /// <param name="format">e.g. <c>jpeg</c>, <c>png</c>.</param>
    /// <param name="file">The file.</param>
    public static void Compressed(CdrWriter cdr, MessageHeader header, string format, ReadOnlySpan<byte> file)
    {
        cdr.Begin();
        header.Write(cdr);
        cdr.String(format);
        cdr.Sequence(file);
    }

    /// <summary>
    /// Depth in millimetres as image_transport's <c>compressedDepth</c> has it: twelve bytes (format, and two numbers that only depth in
    /// metres needs), then a PNG of 16 bits.
    /// </summary>
    /// <param name="cdr">Written from its beginning.</param>
    /// <param name="header">Stamp and frame.</param>
    /// <param name="png">16-bit PNG in millimetres, 0 = invalid.</param>
    public static void CompressedDepth(CdrWriter cdr, MessageHeader header, ReadOnlySpan<byte> png)
    {
        const int ConfigBytes = 12;
        cdr.Begin();
        header.Write(cdr);
        cdr.String("16UC1; compressedDepth png");
        Span<byte> data = cdr.Sequence(ConfigBytes + png.Length);
        data[..ConfigBytes].Clear();
        png.CopyTo(data[ConfigBytes..]);
    }

    /// <summary>sensor_msgs/CameraInfo of the published grid. Without intrinsics K is zero: uncalibrated (REP-104).</summary>
    /// <param name="cdr">Written from its beginning.</param>
    /// <param name="header">Stamp and frame.</param>
    /// <param name="width">Pixels a row of the published grid.</param>
    /// <param name="height">Rows of the published grid.</param>
    /// <param name="camera">The camera at that size, or null.</param>
    public static void CameraInfo(CdrWriter cdr, MessageHeader header, int width, int height, CameraIntrinsics? camera)
    {
        cdr.Begin();
        header.Write(cdr);
        cdr.UInt32((uint)height);
        cdr.UInt32((uint)width);
        cdr.String(camera?.DistortionModel ?? "");
        cdr.Sequence(camera?.Distortion ?? []);
        (double fx, double fy, double cx, double cy, double one) = camera is null ? default : (camera.Fx, camera.Fy, camera.Cx, camera.Cy, 1);
        cdr.Array([fx, 0, cx, 0, fy, cy, 0, 0, one]);
        cdr.Array([1, 0, 0, 0, 1, 0, 0, 0, 1]);
        cdr.Array([fx, 0, cx, 0, 0, fy, cy, 0, 0, 0, one, 0]);
        cdr.UInt32(0); // binning_x
        cdr.UInt32(0); // binning_y
        for (int i = 0; i < 4; i++)
        {
            cdr.UInt32(0); // roi: all of it
        }
        cdr.Bool(false);
    }

    private static void Image(CdrWriter cdr, MessageHeader header, int width, string encoding, int pixelBytes, ReadOnlySpan<byte> pixels) =>
        pixels.CopyTo(BeginImage(cdr, header, width, pixels.Length / pixelBytes / width, encoding, pixelBytes));

    private static Span<byte> BeginImage(CdrWriter cdr, MessageHeader header, int width, int height, string encoding, int pixelBytes)
    {
        cdr.Begin();
        header.Write(cdr);
        cdr.UInt32((uint)height);
        cdr.UInt32((uint)width);
        cdr.String(encoding);
        cdr.Bool(false); // is_bigendian
        cdr.UInt32((uint)(width * pixelBytes));
        return cdr.Sequence(height * width * pixelBytes);
    }
}
