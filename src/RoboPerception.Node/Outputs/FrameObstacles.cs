using RoboPerception.Core;
using RoboPerception.Interop.Obstacles;
using RoboPerception.Node.Configuration;

namespace RoboPerception.Node.Outputs;

/// <summary>Ground, free space and nearest obstacles of the present frame, computed once for all who publish them.</summary>
internal sealed class FrameObstacles
{
    private readonly CameraIntrinsics camera;
    private readonly GroundTracker tracker;
    private readonly ObstacleDetector detector;
    private long before;

    /// <summary>For one camera.</summary>
    /// <param name="intrinsics">At the size of the grid, without distortion.</param>
    /// <param name="classes">The model's; null: it has none.</param>
    /// <param name="mount">Height and tilt, where they are known.</param>
    /// <param name="settings">What counts as an obstacle.</param>
    public FrameObstacles(CameraIntrinsics intrinsics, ClassMap? classes, CameraSettings mount, FrameOutputSettings settings)
    {
        camera = intrinsics;
        byte? floor = classes?.Classes.FirstOrDefault(c => c.Name == "floor") is { } found ? (byte)found.Id : null;
        tracker = new GroundTracker(floor, (float?)mount.Height, (float?)(mount.Tilt * Math.PI / 180));
        detector = new ObstacleDetector(intrinsics, classes, new ObstacleOptions
        {
            Beams = settings.Beams,
            LowestHeight = settings.LowestHeight,
            GreatestHeight = settings.GreatestHeight,
            RangeMin = settings.RangeMin,
            RangeMax = settings.RangeMax,
        });
    }

    /// <summary>The ground under the present frame; its confidence is 0 where it is not known, and then there is no beam and no obstacle.</summary>
    public GroundPlane Ground { get; private set; }

    /// <summary>Free space in the present frame.</summary>
    public LaserScan Scan => detector.Scan;

    /// <summary>Nearest obstacles in the present frame.</summary>
    public NearestByClass Nearest => detector.Nearest;

    /// <summary>Looks at a frame.</summary>
    public void Look(OutputFrame frame)
    {
        var dense = new DenseFrame(camera, frame.Buffers.Depth, frame.Buffers.Segmentation, frame.Buffers.Normals);
        Scan.ScanTime = before > 0 && frame.Stamp > before ? (frame.Stamp - before) / 1e9f : 0;
        before = frame.Stamp;
        Ground = tracker.Update(dense, frame.Stamp);
        if (Ground.Confidence > 0)
        {
            detector.Detect(dense, Ground);
        }
        else
        {
            detector.Unknown();
        }
    }
}
