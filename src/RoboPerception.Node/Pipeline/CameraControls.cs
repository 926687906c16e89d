using RoboPerception.Core;
using RoboPerception.Node.Configuration;

namespace RoboPerception.Node.Pipeline;

/// <summary>
/// What may be changed of a camera while it runs, without any thread waiting for another: written by remote control, looked at once a frame.
/// It begins as configured and is forgotten at the end of the run.
/// </summary>
internal sealed class CameraControls
{
    private volatile PayloadEncoding segmentation;
    private volatile PayloadEncoding depth;
    private volatile PayloadEncoding normals;
    private double overlayRate;
    private double rate;

    /// <summary>As configured.</summary>
    public CameraControls(CameraSettings camera, NodeSettings settings)
    {
        (segmentation, depth, normals) = (settings.SegmentationEncoding, settings.DepthEncoding, settings.NormalsEncoding);
        (overlayRate, rate) = (settings.OverlayRate, camera.Rate);
    }

    /// <summary>Overlay images a second; 0 = none.</summary>
    public double OverlayRate
    {
        get => Volatile.Read(ref overlayRate);
        set => Volatile.Write(ref overlayRate, value);
    }

    /// <summary>Frames a second of a live source that are processed at most; 0 = all.</summary>
    public double Rate
    {
        get => Volatile.Read(ref rate);
        set => Volatile.Write(ref rate, value);
    }

    /// <summary>The encoding of a dense output.</summary>
    public PayloadEncoding this[OutputKind kind]
    {
        get => kind switch
        {
            OutputKind.Segmentation => segmentation,
            OutputKind.Depth => depth,
            _ => normals,
        };
        set
        {
            switch (kind)
            {
                case OutputKind.Segmentation:
                    segmentation = value;
                    break;
                case OutputKind.Depth:
                    depth = value;
                    break;
                default:
                    normals = value;
                    break;
            }
        }
    }
}
