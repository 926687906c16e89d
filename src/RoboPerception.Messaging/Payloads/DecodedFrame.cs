using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>One decoded output. Exactly one of the arrays is there, chosen by <see cref="FrameHeader.Kind"/>.</summary>
public sealed class DecodedFrame
{
    internal DecodedFrame(in FrameHeader header) => Header = header;

    /// <summary>What, when, which grid, by which model.</summary>
    public FrameHeader Header { get; }

    /// <summary>Pixels per row.</summary>
    public int Width => Header.Width;

    /// <summary>Rows.</summary>
    public int Height => Header.Height;

    /// <summary>[H,W] class ids, 255 = unlabelled; null unless a segmentation.</summary>
    public byte[]? ClassIds { get; internal init; }

    /// <summary>[H,W] metres along the optical axis, NaN = invalid; null unless a depth map.</summary>
    public float[]? Depth { get; internal init; }

    /// <summary>[3,H,W] unit vectors in the camera optical frame, (0,0,0) = invalid; null unless normals.</summary>
    public float[]? Normals { get; internal init; }
}
