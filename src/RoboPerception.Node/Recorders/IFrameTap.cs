using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.Outputs;
using RoboPerception.Node.Pipeline;

namespace RoboPerception.Node.Recorders;

/// <summary>Somebody who is shown every frame of a camera that is published, on the publishing thread. What he keeps he copies.</summary>
internal interface IFrameTap
{
    /// <summary>Whether inference shall keep the camera's image of the next frame for him. Asked for each frame, on the inference thread.</summary>
    bool WantsSource { get; }

    /// <summary>A frame.</summary>
    /// <param name="prediction">Whose frame it is.</param>
    /// <param name="buffers">What was predicted.</param>
    /// <param name="header">Grid, stamps, sequence, ids.</param>
    /// <param name="extras">What was computed from it; null = nothing was asked for.</param>
    void Take(FramePrediction prediction, OutputBuffers buffers, in FrameHeader header, FrameOutputs? extras);
}
