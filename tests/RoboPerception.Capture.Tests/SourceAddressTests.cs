using RoboPerception.Core;

namespace RoboPerception.Capture.Tests;

/// <summary>Promise: an address means one thing, a wrong one is refused by name, and no secret leaves it.</summary>
public sealed class SourceAddressTests : TemporaryFolder
{
    private readonly SourceFactory factory = new();

    [Theory]
    [InlineData("v4l2:///dev/video7", "v4l2:///dev/video7", true)]
    [InlineData("/dev/video7", "v4l2:///dev/video7", true)]
    [InlineData("v4l2:///dev/video7?size=640x480&fps=15&format=MJPG", "v4l2:///dev/video7", true)]
    [InlineData("csi://1", "csi://1", true)]
    [InlineData("gst://rtspsrc location=rtsp://host/a user-id=admin user-pw=geheim ! decodebin", "gst://rtspsrc", true)]
    [InlineData("rtsp://host:554/stream?profile=2", "rtsp://host:554/stream", true)]
    [InlineData("test://?frames=3", "test://", false)]
    [InlineData("test://?live=true", "test://", true)]
    public void Every_scheme_gives_its_source(string address, string name, bool isLive)
    {
        using FrameSource source = factory.Create(address);
        Assert.Equal(name, source.Name);
        Assert.Equal(isLive, source.IsLive);
    }

    [Fact]
    public void Files_folders_and_globs_need_no_scheme()
    {
        Recordings.Write(PathOf("a.avi"), 2);
        Recordings.WriteImage(PathOf("1.png"), 0);
        using FrameSource video = factory.Create(PathOf("a.avi"));
        using FrameSource same = factory.Create($"file://{PathOf("a.avi")}");
        using FrameSource folder = factory.Create(Path.GetDirectoryName(PathOf("a.avi"))!);
        using FrameSource glob = factory.Create(PathOf("*.png"));
        Assert.IsType<VideoFileSource>(video);
        Assert.IsType<VideoFileSource>(same);
        Assert.IsType<ImageSequenceSource>(folder);
        Assert.IsType<ImageSequenceSource>(glob);
    }

    [Theory]
    [InlineData("webcam://0", "'webcam://' is unknown")]
    [InlineData("http://admin:geheim@10.0.0.7:8080/video", "'gst://souphttpsrc location=http://10.0.0.7:8080/video is-live=true ! multipartdemux ! jpegdec'")]
    [InlineData("", "empty")]
    [InlineData("test://?sise=640x480", "'sise' is unknown; there are live, size, fps")]
    [InlineData("test://?size=640", "640x480")]
    [InlineData("test://?fps=0", "fps=0")]
    [InlineData("test://?fps=30&fps=20", "given twice")]
    [InlineData("test://?live=perhaps", "true or false")]
    [InlineData("csi://front", "csi://0")]
    [InlineData("v4l2:///dev/video0?format=MOTIONJPEG", "four letters")]
    [InlineData("gst://", "pipeline is missing")]
    [InlineData("gst://filesrc location='a", "not closed")]
    public void A_wrong_address_is_a_usage_error_that_says_what_is_right(string address, string part)
    {
        var error = Assert.Throws<UserErrorException>(() => factory.Create(address));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_that_is_not_there_is_no_source()
    {
        var error = Assert.Throws<UserErrorException>(() => factory.Create(PathOf("gone.mp4")));
        Assert.Equal(ExitCode.NoSource, error.ExitCode);
        Assert.Contains("gone.mp4", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rtsp://admin:hunter2@127.0.0.1:1/live?token=geheim")]
    [InlineData("rtsp://admin:geheim@hunter2@127.0.0.1:1/live")]
    [InlineData("rtsp://admin:geheim#hunter2@127.0.0.1:1/live")]
    [InlineData("rtsp://admin:geheim?hunter2@127.0.0.1:1/live")]
    [InlineData("rtsp://admin:geheim/hunter2@127.0.0.1:1/live")]
    [InlineData("rtsp://127.0.0.1:1/live/channel=1&password=geheim&stream=0.sdp")]
    public void User_name_and_password_appear_in_no_message(string address)
    {
        using FrameSource source = factory.Create(address);
        var error = Assert.Throws<UserErrorException>(source.Open);
        Assert.Equal(ExitCode.NoSource, error.ExitCode);
        foreach (string text in new[] { source.Name, error.ToString() })
        {
            Assert.Contains("127.0.0.1:1/live", text, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
            Assert.DoesNotContain("admin", text, StringComparison.Ordinal);
            Assert.DoesNotContain("geheim", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_missing_camera_is_named_with_what_is_there()
    {
        using FrameSource source = factory.Create("v4l2:///dev/video99");
        var error = Assert.Throws<UserErrorException>(source.Open);
        Assert.Equal(ExitCode.NoSource, error.ExitCode);
        Assert.Contains("/dev/video99", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lasting_name_whose_camera_was_unplugged_is_a_missing_camera()
    {
        string name = Path.Combine(Path.GetTempPath(), $"usb-046d_HD_Pro_Webcam-{Guid.NewGuid():N}-video-index0");
        File.CreateSymbolicLink(name, "/dev/video99");
        try
        {
            using FrameSource source = factory.Create($"v4l2://{name}");
            var error = Assert.Throws<UserErrorException>(source.Open);
            Assert.Equal(ExitCode.NoSource, error.ExitCode);
            Assert.Contains($"'{name}' is not there", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(name);
        }
    }

    [Fact]
    public void A_csi_camera_is_a_pipeline_of_the_Jetsons_elements()
    {
        using var source = Assert.IsType<GStreamerSource>(factory.Create("csi://1?size=1920x1080&fps=60&flip=2"));
        Assert.Equal(
            "nvarguscamerasrc sensor-id=1 ! video/x-raw(memory:NVMM),width=1920,height=1080,framerate=60/1 ! nvvidconv flip-method=2 ! video/x-raw,format=BGRx",
            source.Pipeline);
    }

    [Theory]
    [InlineData("gst://videotestsrc", "videotestsrc")]
    [InlineData("gst://videotestsrc ! appsink drop=true max-buffers=1", "videotestsrc")]
    [InlineData("gst://souphttpsrc location=http://camera/?a=1&b=2 ! jpegdec", "souphttpsrc location=http://camera/?a=1&b=2 ! jpegdec")]
    public void A_pipeline_is_taken_as_it_stands_less_a_sink_for_OpenCV(string address, string pipeline)
    {
        using var source = Assert.IsType<GStreamerSource>(factory.Create(address));
        Assert.Equal(pipeline, source.Pipeline);
        Assert.DoesNotContain(' ', source.Name);
    }

    [Fact]
    public void Quotes_hold_the_blanks_of_a_pipeline_together()
    {
        IReadOnlyList<string> words = GStreamerPipeline.Arguments("filesrc location=\"a b.mkv\"  ! capsfilter caps='video/x-raw, width=4'");
        Assert.Equal(["-q", "filesrc", "location=a b.mkv", "!", "capsfilter", "caps=video/x-raw, width=4", "!", "queue"], words.Take(8));
        Assert.Equal(["fdsink", "fd=1", "sync=false"], words.TakeLast(3));
    }

    [Fact]
    public void Another_scheme_can_be_added()
    {
        factory.Register("scene", "scene://room", uri => new TestPatternSource(SourceUri.Parse($"test://?frames={uri.Place}")));
        using FrameSource source = factory.Create("scene://5");
        Assert.Equal(5, source.DeclaredFrames);
        Assert.Contains("scene://room", factory.Examples);
    }
}
