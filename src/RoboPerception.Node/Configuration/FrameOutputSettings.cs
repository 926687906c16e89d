using RoboPerception.Core;

namespace RoboPerception.Node.Configuration;

/// <summary>What is published of each frame beside the dense outputs; all of it off unless asked for.</summary>
internal sealed class FrameOutputSettings
{
    /// <summary>Outputs that also go into one message; none: no bundle.</summary>
    public IReadOnlyList<OutputKind> Bundle { get; set; } = [];

    /// <summary>JPEGs of the input a second of the source's time; 0 = none.</summary>
    public double ImageRate { get; set; }

    /// <summary>Free space as JSON.</summary>
    public bool Scan { get; set; }

    /// <summary>The nearest obstacle of each class as JSON.</summary>
    public bool Nearest { get; set; }

    /// <summary>Points of the cloud at most; 0 = no cloud.</summary>
    public int Points { get; set; }

    /// <summary>ROS 2 topics.</summary>
    public IReadOnlyList<Ros2Topic> Ros2 { get; set; } = [];

    /// <summary>Beams of the scan.</summary>
    public int Beams { get; set; } = 128;

    /// <summary>Metres above the floor below which a robot drives over things.</summary>
    public float LowestHeight { get; set; } = 0.1f;

    /// <summary>Metres above the floor above which a robot passes under things.</summary>
    public float GreatestHeight { get; set; } = 1.8f;

    /// <summary>Metres; what is nearer is too close (REP-117).</summary>
    public float RangeMin { get; set; } = 0.2f;

    /// <summary>Metres; what is farther is no return (REP-117).</summary>
    public float RangeMax { get; set; } = 10;

    /// <summary>Whether somebody is given a scan.</summary>
    public bool NeedsScan => Scan || Ros2.Contains(Ros2Topic.Scan);

    /// <summary>Whether obstacles are computed.</summary>
    public bool NeedsObstacles => NeedsScan || Nearest;

    /// <summary>Whether a cloud is computed.</summary>
    public bool NeedsPoints => Points > 0 || Ros2.Contains(Ros2Topic.Points);

    /// <summary>Whether anything is on.</summary>
    public bool Any => Bundle.Count > 0 || ImageRate > 0 || NeedsObstacles || NeedsPoints || Ros2.Count > 0;
}

/// <summary>A topic below <c>ros2/&lt;c&gt;/</c>.</summary>
internal enum Ros2Topic
{
    /// <summary>sensor_msgs/Image, 32FC1, metres.</summary>
    Depth,

    /// <summary>sensor_msgs/CompressedImage, compressedDepth.</summary>
    CompressedDepth,

    /// <summary>sensor_msgs/Image, mono8, class ids.</summary>
    Segmentation,

    /// <summary>sensor_msgs/Image, 32FC3.</summary>
    Normals,

    /// <summary>sensor_msgs/CompressedImage, jpeg, at the rate of <c>outputs.image</c>.</summary>
    Image,

    /// <summary>sensor_msgs/CameraInfo.</summary>
    CameraInfo,

    /// <summary>sensor_msgs/LaserScan.</summary>
    Scan,

    /// <summary>sensor_msgs/PointCloud2.</summary>
    Points,

    /// <summary>vision_msgs/LabelInfo, retained.</summary>
    Labels,
}

/// <summary>Names and types of the ROS 2 topics.</summary>
internal static class Ros2Topics
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Ros2Topic> All { get; } = Enum.GetValues<Ros2Topic>();

    /// <summary>Last level of the topic.</summary>
    public static string Name(this Ros2Topic topic) => topic switch
    {
        Ros2Topic.Depth => "depth",
        Ros2Topic.CompressedDepth => "compressed-depth",
        Ros2Topic.Segmentation => "segmentation",
        Ros2Topic.Normals => "normals",
        Ros2Topic.Image => "image",
        Ros2Topic.CameraInfo => "camera-info",
        Ros2Topic.Scan => "scan",
        Ros2Topic.Points => "points",
        Ros2Topic.Labels => "labels",
        _ => throw new ArgumentOutOfRangeException(nameof(topic), topic, "Unknown topic."),
    };

    /// <summary>The message's type.</summary>
    public static string Type(this Ros2Topic topic) => topic switch
    {
        Ros2Topic.CompressedDepth or Ros2Topic.Image => "sensor_msgs/msg/CompressedImage",
        Ros2Topic.CameraInfo => "sensor_msgs/msg/CameraInfo",
        Ros2Topic.Scan => "sensor_msgs/msg/LaserScan",
        Ros2Topic.Points => "sensor_msgs/msg/PointCloud2",
        Ros2Topic.Labels => "vision_msgs/msg/LabelInfo",
        _ => "sensor_msgs/msg/Image",
    };
}
