using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>One camera frame with everything that was subscribed to, decoded: all of it belongs to the same image.</summary>
public sealed class PerceptionFrame
{
    private readonly Dictionary<OutputKind, DecodedFrame> outputs;

    internal PerceptionFrame(IEnumerable<OutputKind> kinds, SynchronisedPayloads payloads)
    {
        outputs = kinds.ToDictionary(kind => kind, kind => payloads[kind].Decode());
        Header = outputs.Values.First().Header;
    }

    /// <summary>Sequence, stamps, session, model and the grid's place in the camera's image; kind, encoding and scale are those of one of the outputs.</summary>
    public FrameHeader Header { get; }

    /// <summary>Pixels per row.</summary>
    public int Width => Header.Width;

    /// <summary>Rows.</summary>
    public int Height => Header.Height;

    /// <summary>[H,W] class ids, 255 = unlabelled; null if not subscribed to.</summary>
    public byte[]? ClassIds => outputs.GetValueOrDefault(OutputKind.Segmentation)?.ClassIds;

    /// <summary>[H,W] metres along the optical axis, NaN = invalid; null if not subscribed to.</summary>
    public float[]? Depth => outputs.GetValueOrDefault(OutputKind.Depth)?.Depth;

    /// <summary>[3,H,W] unit vectors in the optical frame, (0,0,0) = invalid; null if not subscribed to.</summary>
    public float[]? Normals => outputs.GetValueOrDefault(OutputKind.Normals)?.Normals;
}
