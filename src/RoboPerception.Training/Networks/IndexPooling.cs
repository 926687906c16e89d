using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Networks;

/// <summary>SegNet's 2x2 pooling that remembers places, and its reverse. Of equal maxima the first in row-major order counts.</summary>
internal static class IndexPooling
{
    private static readonly long[] Window = [2, 2];

    /// <summary>Maxima (N,C,H/2,W/2) of a map (N,C,H,W) and where they lay.</summary>
    public static (Tensor Pooled, Tensor Indices) Pool(Tensor map) => F.max_pool2d_with_indices(map, Window, Window);

    /// <summary>Puts values (N,C,H/2,W/2) at the remembered places of the map that was pooled; zero elsewhere.</summary>
    public static Tensor Unpool(Tensor values, Tensor indices, Tensor source) =>
        F.max_unpool2d(values, indices, Window, Window, [0, 0], [values.shape[0], values.shape[1], source.shape[2], source.shape[3]]);
}
