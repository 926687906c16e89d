namespace RoboPerception.Core;

/// <summary>
/// One image of a camera on its way through the pipeline: 8-bit BGR, rows of <see cref="Stride"/> bytes, in memory
/// that whoever made the frame owns. Frames are pooled: the same object carries another image later, so nobody keeps
/// <see cref="Data"/> beyond <see cref="Release"/>.
/// </summary>
public abstract class Frame
{
    /// <summary>First byte of the first row, valid until <see cref="Release"/>.</summary>
    public nint Data { get; protected set; }

    /// <summary>Pixels per row.</summary>
    public int Width { get; protected set; }

    /// <summary>Rows.</summary>
    public int Height { get; protected set; }

    /// <summary>Bytes from one row to the next, at least 3 * <see cref="Width"/>.</summary>
    public int Stride { get; protected set; }

    /// <summary>Number of this frame at its camera, from 0; a gap is a drop.</summary>
    public long Sequence { get; protected set; }

    /// <summary>Time of the grab by <see cref="UnixClock.Now"/>, which never jumps; for recordings the recording's own time. Nanoseconds since the UNIX epoch.</summary>
    public long AcquisitionStamp { get; protected set; }

    /// <summary>How long grabbing and decoding took, in <see cref="System.Diagnostics.Stopwatch"/> ticks.</summary>
    public long CaptureTicks { get; protected set; }

    /// <summary>Gives the memory back to its pool. Called exactly once by whoever took the frame from a slot.</summary>
    public abstract void Release();

    /// <summary>The pixels, rows with their padding.</summary>
    public unsafe ReadOnlySpan<byte> Pixels => new((void*)Data, checked(Stride * Height));
}
