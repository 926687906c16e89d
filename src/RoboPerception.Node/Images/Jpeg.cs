using OpenCvSharp;

namespace RoboPerception.Node.Images;

/// <summary>JPEG files.</summary>
internal static class Jpeg
{
    /// <summary>Encodes BGR [H,W,3] in our own memory, without padding; the pixels are not copied.</summary>
    /// <exception cref="OpenCVException">OpenCV could not encode it.</exception>
    public static unsafe byte[] Encode(ReadOnlySpan<byte> bgr, int width, int height, int quality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bgr.Length, 3 * width * height);
        fixed (byte* pixels = bgr)
        {
            using Mat image = Mat.FromPixelData(height, width, MatType.CV_8UC3, (nint)pixels);
            return Encode(image, quality);
        }
    }

    /// <summary>Encodes a matrix of OpenCV's.</summary>
    /// <exception cref="OpenCVException">OpenCV could not encode it.</exception>
    public static byte[] Encode(Mat image, int quality)
    {
        Cv2.ImEncode(".jpg", image, out byte[] file, [(int)ImwriteFlags.JpegQuality, quality]);
        return file;
    }
}
