using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>A frame of a <see cref="FramePool"/>. Its matrix keeps its memory from image to image.</summary>
internal sealed class PooledFrame(FramePool pool) : Frame
{
    private int inUse;

    /// <summary>What sources decode into.</summary>
    public Mat Image { get; } = new();

    /// <summary>Takes over what is in <see cref="Image"/>.</summary>
    public void Describe(long sequence, long acquisitionStamp, long captureTicks)
    {
        Data = Image.Data;
        Width = Image.Width;
        Height = Image.Height;
        Stride = (int)Image.Step();
        Sequence = sequence;
        AcquisitionStamp = acquisitionStamp;
        CaptureTicks = captureTicks;
    }

    public void Take() => Volatile.Write(ref inUse, 1);

    /// <inheritdoc/>
    public override void Release()
    {
        if (Interlocked.Exchange(ref inUse, 0) == 0)
        {
            throw new InvalidOperationException($"Frame {Sequence} was released twice; its memory already carries another image.");
        }

        pool.Return(this);
    }
}
