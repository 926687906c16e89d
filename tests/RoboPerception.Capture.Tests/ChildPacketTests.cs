using System.Buffers.Binary;

namespace RoboPerception.Capture.Tests;

/// <summary>Promise: what GStreamer writes is read as what it means, and nothing else is taken for a frame.</summary>
public sealed class ChildPacketTests
{
    [Fact]
    public void A_header_says_what_follows_when_it_was_and_which_frame_it_is()
    {
        byte[] header = Header(1, 500);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(10), 40_443_168);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(26), 7);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(34), 8);
        Assert.True(GdpFraming.TryRead(header, out PipePacket packet));
        Assert.Equal(new PipePacket(PacketKind.Frame, 500, 40_443_168, 7, 8), packet);
        Assert.True(packet.HasNumber);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(34), 4096 + 7);
        Assert.True(GdpFraming.TryRead(header, out packet));
        Assert.False(packet.HasNumber);
    }

    [Fact]
    public void Anything_else_is_no_header()
    {
        Assert.False(GdpFraming.TryRead(new byte[GdpFraming.HeaderSize], out _));
        byte[] tooLong = Header(1, -1);
        Assert.False(GdpFraming.TryRead(tooLong, out _));
        var random = new Random(5);
        byte[] noise = new byte[GdpFraming.HeaderSize];
        int taken = 0;
        for (int i = 0; i < 100_000; i++)
        {
            random.NextBytes(noise);
            taken += GdpFraming.TryRead(noise, out _) ? 1 : 0;
        }

        // Two bytes of it are fixed.
        Assert.InRange(taken, 0, 20);
    }

    [Theory]
    [InlineData("video/x-raw, format=(string)BGR, width=(int)33, height=(int)5, framerate=(fraction)30/1, colorimetry=(string)sRGB", 33, 5, 30.0, 100)]
    [InlineData("video/x-raw, width=(int)640, height=(int)480, format=(string)BGR, framerate=(fraction)0/1", 640, 480, 0.0, 1920)]
    [InlineData("video/x-raw, format=(string)BGR, width=(int)2, height=(int)1, pixel-aspect-ratio=(fraction)1/1, framerate=(fraction)30000/1001;", 2, 1, 29.97, 8)]
    public void Caps_are_size_and_rate(string text, int width, int height, double fps, int stride)
    {
        VideoFormat caps = Assert.IsType<VideoFormat>(VideoFormat.TryParse(text));
        Assert.Equal((width, height, stride), (caps.Width, caps.Height, VideoFormat.StrideOf(caps.Width)));
        Assert.Equal(fps, caps.FramesPerSecond, 2);
    }

    [Theory]
    [InlineData("video/x-raw, format=(string)I420, width=(int)33, height=(int)5")]
    [InlineData("audio/x-raw, format=(string)BGR, width=(int)33, height=(int)5")]
    [InlineData("video/x-raw, format=(string)BGR, width=(int)99999, height=(int)5")]
    [InlineData("video/x-raw, format=(string)BGR, height=(int)5")]
    [InlineData("")]
    public void Other_caps_are_refused(string text) => Assert.Null(VideoFormat.TryParse(text));

    [Fact]
    public void Stamps_follow_the_pipelines_time_and_leave_its_jitter_out()
    {
        var clock = new StreamClock();
        const long epoch = 1_700_000_000_000_000_000;
        long[] delays = [9, 5, 30, 5, 12, 7, 5, 40];
        for (int i = 0; i < delays.Length; i++)
        {
            long taken = i * 33_000_000L;
            long stamp = clock.Stamp((ulong)(123_000 + taken), epoch + taken + (delays[i] * 1_000_000));

            // From the first frame of the least delay on, every stamp is that delay late and no more.
            Assert.Equal(epoch + taken + ((i == 0 ? 9 : 5) * 1_000_000), stamp);
        }
    }

    [Fact]
    public void Stamps_never_run_backwards_and_never_lie_after_the_arrival()
    {
        var clock = new StreamClock();
        var random = new Random(3);
        long last = 0;
        long arrival = 1_700_000_000_000_000_000;
        for (int i = 0; i < 10_000; i++)
        {
            arrival += random.Next(0, 60_000_000);
            ulong time = random.Next(10) == 0 ? PipePacket.None : (ulong)random.NextInt64(0, 60_000_000_000);
            if (random.Next(500) == 0)
            {
                clock.Restart();
            }

            long stamp = clock.Stamp(time, arrival);
            Assert.InRange(stamp, last, arrival);
            last = stamp;
        }
    }

    [Fact]
    public void A_pipeline_whose_times_are_far_behind_is_stamped_on_arrival()
    {
        var clock = new StreamClock();
        const long epoch = 1_700_000_000_000_000_000;
        clock.Stamp(0, epoch);
        Assert.Equal(epoch + 5_000_000_000, clock.Stamp(1_000_000_000, epoch + 5_000_000_000));
    }

    [Theory]
    [InlineData("WARNING: erroneous pipeline: no element \"nvarguscamerasrc\"", "no element", "JetPack", true)]
    [InlineData("WARNING: erroneous pipeline: no element \"gdppay\"", "no element", "gstreamer1.0-plugins-bad", true)]
    [InlineData("WARNING: erroneous pipeline: syntax error", "syntax error", "", true)]
    [InlineData("ERROR: from element /GstPipeline:pipeline0/GstV4l2Src:v4l2src0: Cannot identify device '/dev/video77'.\nAdditional debug info:\n../sys/v4l2/v4l2_calls.c(608): gst_v4l2_open (): /GstPipeline:pipeline0/GstV4l2Src:v4l2src0:\nsystem error: No such file or directory\nERROR: pipeline doesn't want to preroll.\nFailed to set pipeline to PAUSED.", "Cannot identify device '/dev/video77' (v4l2src0): system error: No such file or directory", "", false)]
    [InlineData("ERROR: from element /GstPipeline:pipeline0/GstRTSPSrc:rtspsrc0: Could not open rtsp://admin:geheim@host/a.", "Could not open rtsp://host/a (rtspsrc0)", "", false)]
    [InlineData("", "", "", false)]
    public void What_GStreamer_complains_of_becomes_one_sentence(string lines, string text, string remedy, bool isWrong)
    {
        GStreamerComplaint complaint = GStreamerComplaint.Of(lines.Split('\n'));
        Assert.StartsWith(text, complaint.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", complaint.Text, StringComparison.Ordinal);
        Assert.Contains(remedy, complaint.Remedy, StringComparison.Ordinal);
        Assert.Equal(isWrong, complaint.IsWrongPipeline);
    }

    private static byte[] Header(ushort type, int length)
    {
        byte[] header = new byte[GdpFraming.HeaderSize];
        header[0] = 1;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), type);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(6), length);
        return header;
    }
}
