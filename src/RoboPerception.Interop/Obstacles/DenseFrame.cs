using RoboPerception.Core;

namespace RoboPerception.Interop.Obstacles;

/// <summary>One frame's dense outputs on the published grid, borrowed from whoever owns them.</summary>
/// <param name="camera">The camera at the size of the grid, without distortion (the node rectifies).</param>
/// <param name="depth">Metres along the optical axis, (H,W); NaN = invalid.</param>
/// <param name="classes">Class ids, (H,W); empty: none.</param>
/// <param name="normals">Unit vectors, (3,H,W); empty: none.</param>
internal readonly ref struct DenseFrame(CameraIntrinsics camera, ReadOnlySpan<float> depth, ReadOnlySpan<byte> classes, ReadOnlySpan<float> normals)
{
    /// <summary>The camera at the size of the grid.</summary>
    public CameraIntrinsics Camera { get; } = camera;

    /// <summary>Metres along the optical axis, (H,W).</summary>
    public ReadOnlySpan<float> Depth { get; } = depth;

    /// <summary>Class ids, (H,W), or nothing.</summary>
    public ReadOnlySpan<byte> Classes { get; } = classes;

    /// <summary>Unit vectors, (3,H,W), or nothing.</summary>
    public ReadOnlySpan<float> Normals { get; } = normals;
}
