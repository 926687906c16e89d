using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Benchmarks.Quality;

/// <summary>A picture as the frame that a camera would have brought; the picture keeps its memory.</summary>
internal sealed class PictureFrame : Frame
{
    public PictureFrame(Mat image)
    {
        Data = image.Data;
        (Width, Height, Stride) = (image.Width, image.Height, (int)image.Step());
    }

    public override void Release()
    {
    }
}
