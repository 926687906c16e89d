using System.Runtime.InteropServices;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.Recorders;

namespace RoboPerception.Node.Pipeline;

/// <summary>
/// What inference hands to publishing: which set of output buffers holds the predictions, and of which frame they are.
/// There are as many of these as sets; they go round and are never made anew.
/// </summary>
internal sealed class FramePrediction(int set, int inputBytes)
{
    /// <summary>Number of the set of output buffers.</summary>
    public int Set { get; } = set;

    /// <summary>The predictions, in the memory of the model that made them.</summary>
    public OutputBuffers Buffers { get; set; } = null!;

    /// <summary>The model that made them, as frame headers name it.</summary>
    public ulong ModelId { get; set; }

    /// <summary>How the camera's image was fitted to the grid.</summary>
    public CameraGeometry Geometry { get; set; } = CameraGeometry.Unknown;

    /// <summary>Who is shown this frame when it is published; null = nobody.</summary>
    public IFrameTap? Tap { get; set; }

    /// <summary>The frame's number.</summary>
    public long Sequence { get; set; }

    /// <summary>Time of the grab by the wall clock, nanoseconds since the UNIX epoch (the recording's own time in a replay).</summary>
    public long AcquisitionStamp { get; set; }

    /// <summary>What brings <see cref="UnixClock.Now"/> onto the wall clock of this frame's stamps, nanoseconds.</summary>
    public long ClockCorrection { get; set; }

    /// <summary>Pixels per row of the camera's image.</summary>
    public int SourceWidth { get; set; }

    /// <summary>Rows of the camera's image.</summary>
    public int SourceHeight { get; set; }

    /// <summary>Where the model's pixels lie in the camera's image.</summary>
    public PixelTransform Transform { get; set; }

    /// <summary>When this frame began to cost us: the grab if live, the taking from the slot minus decoding otherwise (<see cref="UnixClock"/> nanoseconds).</summary>
    public long BornAt { get; set; }

    /// <summary>How long Run took, nanoseconds.</summary>
    public long RunNanoseconds { get; set; }

    /// <summary>Where the camera's image lies on the grid, if bars are beside it; null = everywhere.</summary>
    public (int X, int Y, int Width, int Height)? Window { get; set; }

    /// <summary>Who will see this frame's input.</summary>
    public ImageUses Uses { get; set; }

    /// <summary>Whether <see cref="Source"/> is of this frame.</summary>
    public bool HasSource { get; set; }

    /// <summary>The camera's image, where somebody wants it; changes hands with him.</summary>
    public SourceImage? Source { get; set; }

    /// <summary>Where those who want the JPEG of <see cref="Source"/> share it; null if there are not several.</summary>
    public SharedFile? SourceFile { get; set; }

    /// <summary>The source is a recording: whoever has no room for the frame waits.</summary>
    public bool IsLossless { get; set; }

    /// <summary>The model's input of this frame, BGR [H,W,3]. It never moves.</summary>
    public byte[] Image { get; } = GC.AllocateUninitializedArray<byte>(inputBytes, pinned: true);

    /// <summary>Where <see cref="Image"/> lies.</summary>
    public nint ImageAddress => Marshal.UnsafeAddrOfPinnedArrayElement(Image, 0);
}

/// <summary>Who sees the input of a frame.</summary>
[Flags]
internal enum ImageUses
{
    /// <summary>Nobody.</summary>
    None = 0,

    /// <summary>The overlay.</summary>
    Overlay = 1,

    /// <summary>The contact sheet.</summary>
    Sheet = 2,

    /// <summary>The topics with images.</summary>
    Topic = 4,

    /// <summary>Those who watch the dashboard.</summary>
    Browsers = 8,

    /// <summary>Whoever asked for a snapshot.</summary>
    Snapshot = 16,
}
