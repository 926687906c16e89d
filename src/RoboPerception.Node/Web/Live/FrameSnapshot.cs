using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.Pipeline;

namespace RoboPerception.Node.Web.Live;

/// <summary>A copy of one frame with its predictions, in buffers that are made once.</summary>
internal sealed class FrameSnapshot
{
    /// <summary>Buffers for the grid and the outputs of a model.</summary>
    public FrameSnapshot(ModelDescription model)
    {
        (Width, Height) = (model.Input.Width, model.Input.Height);
        int pixels = Width * Height;
        Image = new byte[3 * pixels];
        Segmentation = model.Output(OutputKind.Segmentation) is null ? [] : new byte[pixels];
        Depth = model.Output(OutputKind.Depth) is null ? [] : new float[pixels];
        Normals = model.Output(OutputKind.Normals) is null ? [] : new float[3 * pixels];
    }

    /// <summary>Pixels per row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The frame's header, for those who publish the copy.</summary>
    public FrameHeader Header { get; init; }

    /// <summary>The frame's number.</summary>
    public long Sequence { get; private set; }

    /// <summary>Time of the grab, nanoseconds since the UNIX epoch.</summary>
    public long Stamp { get; private set; }

    /// <summary>The model's input, BGR [H,W,3].</summary>
    public byte[] Image { get; }

    /// <summary><see cref="Image"/> as JPEG, if somebody else has encoded it; else empty.</summary>
    public byte[] Jpeg { get; private set; } = [];

    /// <summary>Class ids [H,W]; empty if the model has none.</summary>
    public byte[] Segmentation { get; }

    /// <summary>Metres [H,W]; empty if the model has none.</summary>
    public float[] Depth { get; }

    /// <summary>x plane, y plane, z plane; empty if the model has none.</summary>
    public float[] Normals { get; }

    /// <summary>Copies a frame.</summary>
    public void Take(FramePrediction prediction, OutputBuffers buffers, byte[] jpeg)
    {
        (Sequence, Stamp, Jpeg) = (prediction.Sequence, prediction.AcquisitionStamp, jpeg);
        prediction.Image.CopyTo(Image, 0);
        if (Segmentation.Length > 0)
        {
            buffers.Segmentation.CopyTo(Segmentation);
        }
        if (Depth.Length > 0)
        {
            buffers.Depth.CopyTo(Depth);
        }
        if (Normals.Length > 0)
        {
            buffers.Normals.CopyTo(Normals);
        }
    }
}
