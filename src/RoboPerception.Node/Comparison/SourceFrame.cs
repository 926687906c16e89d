using System.Runtime.CompilerServices;
using RoboPerception.Core;
using RoboPerception.Node.Recorders;

namespace RoboPerception.Node.Comparison;

/// <summary>A kept image as a frame, for what takes frames. The image's memory does not move.</summary>
internal sealed class SourceFrame : Frame
{
    /// <summary>Shows an image until the next call.</summary>
    public unsafe void Show(SourceImage image)
    {
        Data = (nint)Unsafe.AsPointer(ref image.Pixels[0]);
        (Width, Height, Stride) = (image.Width, image.Height, 3 * image.Width);
    }

    /// <inheritdoc/>
    public override void Release()
    {
        // The image belongs to whoever shows it.
    }
}
