using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Benchmarks.Quality;

/// <summary>An image as the frame that a camera would have brought; the image keeps its memory.</summary>
internal sealed class ImageFrame : Frame
{
    public ImageFrame(Mat image)
    {
        Data = image.Data;
        (Width, Height, Stride) = (image.Width, image.Height, (int)image.Step());
    }

    public override void Release()
    {
    }
}
