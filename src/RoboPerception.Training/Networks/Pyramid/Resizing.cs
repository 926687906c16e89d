using RoboPerception.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>Bilinear resizing with half-pixel centres, left out where the size is right already.</summary>
internal static class Resizing
{
    /// <summary>Rows and columns as in a shape (N,C,H,W).</summary>
    public static Tensor To(Tensor x, long[] like) => x.shape[2] == like[2] && x.shape[3] == like[3]
        ? x
        : nn.functional.interpolate(x, size: [like[2], like[3]], mode: InterpolationMode.Bilinear, align_corners: false);

    /// <summary>Rows and columns as in a shape (N,C,H,W).</summary>
    public static Value To(GraphBuilder graph, Value x, IReadOnlyList<long> like) => x.Shape[2] == like[2] && x.Shape[3] == like[3]
        ? x
        : graph.Resize(x, like[2], like[3], ResizeRule.LinearHalfPixel);
}
