using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Outputs;

namespace RoboPerception.Node.Recorders;

/// <summary>The pixels of a model's outputs as every lossless encoding publishes them: class ids, millimetres, normals as colours.</summary>
internal sealed class OutputPixels(ModelDescription model)
{
    private readonly PayloadEncoder[] encoders = [.. model.Outputs.Select(o => new PayloadEncoder(o.Kind, PayloadEncoding.Raw))];

    /// <summary>The outputs in order.</summary>
    public IReadOnlyList<OutputKind> Kinds { get; } = [.. model.Outputs.Select(o => o.Kind)];

    /// <summary>Names of the pixels in Foxglove's RawImage.</summary>
    public static string EncodingOf(OutputKind kind) => kind switch
    {
        OutputKind.Segmentation => "mono8",
        OutputKind.Depth => "16UC1",
        _ => "rgb8",
    };

    /// <summary>Bytes a pixel.</summary>
    public static int BytesOf(OutputKind kind) => kind switch
    {
        OutputKind.Segmentation => 1,
        OutputKind.Depth => 2,
        _ => 3,
    };

    /// <summary>The pixels behind a payload's header.</summary>
    public static ReadOnlyMemory<byte> Of(PayloadBuffer payload) => payload.Memory[FrameHeader.Size..];

    /// <summary>Writes a frame's outputs, one payload each.</summary>
    public void Encode(OutputBuffers buffers, in FrameHeader header, PayloadBuffer[] to)
    {
        for (int i = 0; i < encoders.Length; i++)
        {
            Encode(i, buffers, header, to[i]);
        }
    }

    /// <summary>Writes one output of a frame, by its place in <see cref="Kinds"/>.</summary>
    public void Encode(int output, OutputBuffers buffers, in FrameHeader header, PayloadBuffer to) => encoders[output].Encode(header, buffers, to);
}
