using OpenCvSharp;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Videos the tests write themselves, with OpenCV, as a camera's recorder would.</summary>
internal static class Recording
{
    /// <summary>An MJPEG AVI of moving colour fields; no two frames are alike, and no pixel is black.</summary>
    public static string Write(string folder, int frames, int width = 64, int height = 48, double fps = 25)
    {
        string path = Path.Combine(folder, $"recording-{frames}.avi");
        using var writer = new VideoWriter(path, FourCC.MJPG, fps, new Size(width, height));
        Assert.True(writer.IsOpened());
        using var image = new Mat(height, width, MatType.CV_8UC3);
        for (int i = 0; i < frames; i++)
        {
            image.SetTo(new Scalar(60, 120, 60));
            int left = i * 3 % (width - 20);
            Cv2.Rectangle(image, new Rect(left, 8, 20, 16), new Scalar(220, 60, 40 + i % 60), -1);
            Cv2.Rectangle(image, new Rect(width - 20 - left, 28, 20, 12), new Scalar(40, 50 + i % 50, 230), -1);
            writer.Write(image);
        }
        return path;
    }
}
