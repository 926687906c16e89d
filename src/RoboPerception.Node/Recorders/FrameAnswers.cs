using RoboPerception.Interop.Obstacles;
using RoboPerception.Node.Outputs;

namespace RoboPerception.Node.Recorders;

/// <summary>A copy of what is computed from a frame beside its pixels: scan and points, where they are switched on. Its memory is used again.</summary>
internal sealed class FrameAnswers
{
    private LaserScan? scan;
    private byte[] points = [];
    private int pointBytes;

    /// <summary>Free space; null: this frame has none.</summary>
    public LaserScan? Scan { get; private set; }

    /// <summary>The points, <see cref="PointCloud.PointBytes"/> each; null: this frame has none.</summary>
    public ReadOnlyMemory<byte>? Points { get; private set; }

    /// <summary>Copies what a frame has, and the caller wants.</summary>
    public void Take(FrameOutputs? from, bool withScan = true, bool withPoints = true)
    {
        (Scan, Points) = (null, null);
        if (withScan && from?.Scan is { } newest)
        {
            scan ??= new LaserScan(newest.Ranges.Length);
            scan.Take(newest);
            Scan = scan;
        }
        if (withPoints && from?.Points is { } cloud)
        {
            pointBytes = cloud.Data.Length;
            if (points.Length < pointBytes)
            {
                points = new byte[pointBytes];
            }
            cloud.Data.CopyTo(points);
            Points = points.AsMemory(0, pointBytes);
        }
    }
}
