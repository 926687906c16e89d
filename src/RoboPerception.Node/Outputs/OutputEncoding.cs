using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;

namespace RoboPerception.Node.Outputs;

/// <summary>From a set of predictions to the payload of the one that an encoder is for.</summary>
internal static class OutputEncoding
{
    /// <summary>Encodes it.</summary>
    public static void Encode(this PayloadEncoder encoder, in FrameHeader header, OutputBuffers buffers, PayloadBuffer target)
    {
        switch (encoder.Kind)
        {
            case OutputKind.Segmentation:
                encoder.EncodeSegmentation(header, buffers.Segmentation, target);
                break;
            case OutputKind.Depth:
                encoder.EncodeDepth(header, buffers.Depth, target);
                break;
            default:
                encoder.EncodeNormals(header, buffers.Normals, target);
                break;
        }
    }
}
