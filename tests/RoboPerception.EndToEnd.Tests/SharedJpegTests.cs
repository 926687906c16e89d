using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Node.Outputs;
using RoboPerception.Node.Pipeline;
using RoboPerception.Node.Recorders;
using RoboPerception.Node.Web.Live;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: the JPEG of a frame's image is encoded once, whoever wants it.</summary>
public sealed class SharedJpegTests
{
    private const int Width = 96;
    private const int Height = 64;

    [Fact]
    public void Recorder_and_viewers_share_the_file_of_a_frame()
    {
        IFrameTap first = new Wanting(), second = new Wanting();
        IFrameTap both = FrameTaps.Of(first, null, second)!;
        Assert.True(both.WantsSource);
        var prediction = new FramePrediction(0, 3 * Width * Height) { HasSource = true, Source = Picture() };
        var header = default(FrameHeader);
        both.Take(prediction, null!, header, null);
        byte[] file = ((Wanting)first).File!;
        Assert.Same(file, ((Wanting)second).File);
        using Mat picture = Cv2.ImDecode(file, ImreadModes.Color);
        Assert.Equal((Width, Height), (picture.Width, picture.Height));

        // The next frame is another; who is alone shares with nobody.
        both.Take(prediction, null!, header, null);
        Assert.NotSame(file, ((Wanting)first).File);
        Assert.Same(first, FrameTaps.Of(first, null));
        Assert.Null(FrameTaps.Of(null, null));
    }

    [Fact]
    public void The_dashboard_shows_the_file_of_topic_image_where_there_is_one()
    {
        ModelDescription model = new TestModel { Width = Width, Height = Height }.Description;
        var prediction = new FramePrediction(0, 3 * Width * Height);
        var buffers = new OutputBuffers(model);
        var jpeg = new FrameJpeg(10, Width, Height);
        jpeg.Encode(prediction.Image);
        var snapshot = new FrameSnapshot(model);
        using var message = new FrameMessage("cam0", model);
        snapshot.Take(prediction, buffers, jpeg.Current);
        Assert.True(message.Write(snapshot).AsSpan().IndexOf(jpeg.Current) > 0);
        snapshot.Take(prediction, buffers, []);
        Assert.Equal(-1, message.Write(snapshot).AsSpan().IndexOf(jpeg.Current));
    }

    private static SourceImage Picture()
    {
        var picture = new SourceImage();
        picture.Take(new Still());
        return picture;
    }

    private sealed class Wanting : IFrameTap
    {
        public byte[]? File { get; private set; }

        public bool WantsSource => true;

        public void Take(FramePrediction prediction, OutputBuffers buffers, in FrameHeader header, FrameOutputs? extras) => File = prediction.SourceFile!.Of(prediction.Source!);
    }

    private sealed unsafe class Still : Frame
    {
        private readonly byte[] pixels = GC.AllocateArray<byte>(3 * SharedJpegTests.Width * SharedJpegTests.Height, pinned: true);

        public Still()
        {
            (Data, this.Width, this.Height, Stride) = ((nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref pixels[0]), SharedJpegTests.Width, SharedJpegTests.Height, 3 * SharedJpegTests.Width);
        }

        public override void Release()
        {
        }
    }
}
