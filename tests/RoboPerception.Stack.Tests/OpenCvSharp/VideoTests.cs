using OpenCvSharp;

namespace RoboPerception.Stack.Tests.OpenCvSharp;

/// <summary>Promise: videos are written and read frame by frame, without managed allocation, and failures are values.</summary>
public sealed class VideoTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rp-opencv-");

    public void Dispose() => folder.Delete(true);

    [Fact]
    public void Every_frame_that_was_written_is_read_in_order()
    {
        string path = Write(20);
        using var capture = new VideoCapture(path, VideoCaptureAPIs.FFMPEG);
        Assert.True(capture.IsOpened());
        Assert.Equal("FFMPEG", capture.GetBackendName());
        Assert.Equal((20, 64, 48, 25d, "MJPG"), (capture.FrameCount, capture.FrameWidth, capture.FrameHeight, capture.Fps, capture.FourCC));
        using var frame = new Mat();
        for (int i = 0; i < 20; i++)
        {
            Assert.True(capture.Grab());
            Assert.Equal(i * 40, capture.PosMsec);
            Assert.True(capture.Retrieve(frame));
            Assert.InRange(Cv2.Mean(frame).Val0, (i * 10) - 3, (i * 10) + 3);
        }

        Assert.False(capture.Read(frame));
        Assert.False(capture.Grab());
    }

    [Fact]
    public void Reading_resizing_and_converting_allocate_no_managed_memory()
    {
        using var capture = new VideoCapture(Write(30), VideoCaptureAPIs.FFMPEG);
        using var frame = new Mat();
        using var small = new Mat();
        using var gray = new Mat();
        using var mapX = new Mat(24, 32, MatType.CV_32FC1, Scalar.All(1));
        using var mapY = new Mat(24, 32, MatType.CV_32FC1, Scalar.All(1));
        long before = 0;
        for (int i = 0; i < 30; i++)
        {
            if (i == 10)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            bool read = i % 2 == 0 ? capture.Read(frame) : capture.Grab() && capture.Retrieve(frame);
            Cv2.Resize(frame, small, new Size(32, 24), interpolation: InterpolationFlags.Area);
            Cv2.Remap(frame, small, mapX, mapY);
            Cv2.CvtColor(small, gray, ColorConversionCodes.BGR2GRAY);
            if (!read || gray.Rows != 24 || capture.Get(VideoCaptureProperties.PosMsec) < 0)
            {
                Assert.Fail("a frame is missing");
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void What_cannot_be_opened_is_not_open_and_gives_no_frame()
    {
        string text = Path.Combine(folder.FullName, "text.avi");
        File.WriteAllText(text, "this is no video");
        foreach (string path in new[] { text, Path.Combine(folder.FullName, "missing.avi") })
        {
            using var capture = new VideoCapture(path, VideoCaptureAPIs.FFMPEG);
            using var frame = new Mat();
            Assert.False(capture.IsOpened());
            Assert.False(capture.Read(frame));
            Assert.True(frame.Empty());
        }

        using var writer = new VideoWriter(Path.Combine(folder.FullName, "no", "folder.avi"), FourCC.MJPG, 25, new Size(64, 48));
        Assert.False(writer.IsOpened());
    }

    [Fact]
    public void A_capture_can_be_opened_again_and_used_no_more_after_dispose()
    {
        string path = Write(3);
        var capture = new VideoCapture();
        Assert.False(capture.IsOpened());
        Assert.True(capture.Open(path, VideoCaptureAPIs.FFMPEG));
        Assert.Equal(CaptureType.File, capture.CaptureType);
        capture.Release();
        Assert.False(capture.IsOpened());
        Assert.True(capture.Open(path, VideoCaptureAPIs.FFMPEG));
        capture.Dispose();
        Assert.Throws<ObjectDisposedException>(() => capture.Grab());
    }

    [Fact]
    public void Codes_of_four_letters_are_packed_first_letter_lowest()
    {
        Assert.Equal(0x47504A4D, FourCC.MJPG);
        Assert.Equal(FourCC.MJPG, VideoWriter.FourCC("MJPG"));
        Assert.Equal(FourCC.MJPG, VideoWriter.FourCC('M', 'J', 'P', 'G'));
        Assert.Throws<ArgumentException>(() => FourCC.FromString("MJ"));
    }

    private string Write(int frames)
    {
        string path = Path.Combine(folder.FullName, $"{frames}.avi");
        using var writer = new VideoWriter(path, FourCC.MJPG, 25, new Size(64, 48));
        Assert.True(writer.IsOpened());
        using var frame = new Mat(48, 64, MatType.CV_8UC3);
        for (int i = 0; i < frames; i++)
        {
            frame.SetTo(Scalar.All(i * 10 % 250));
            writer.Write(frame);
        }

        return path;
    }
}
