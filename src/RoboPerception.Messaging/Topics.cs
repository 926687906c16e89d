using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>The topic names of one node: <c>&lt;prefix&gt;/v1/&lt;node&gt;/...</c> (conventions section 2). The major version is part of the name.</summary>
public sealed class Topics
{
    /// <summary>The prefix when none is configured.</summary>
    public const string DefaultPrefix = "roboperception";

    /// <summary>Major version of topics and payloads.</summary>
    public const string Version = "v1";

    /// <summary>The names of a node. Prefix levels, the node and camera ids match <c>[a-z0-9-]+</c>.</summary>
    /// <exception cref="UserErrorException">A name does not match.</exception>
    public Topics(string prefix, string node)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        foreach (string level in prefix.Split('/'))
        {
            RequireId(level, "topic prefix");
        }
        RequireId(node, "node id");
        Prefix = prefix;
        Node = node;
        Root = $"{prefix}/{Version}/{node}";
    }

    /// <summary>First level(s).</summary>
    public string Prefix { get; }

    /// <summary>The node's id.</summary>
    public string Node { get; }

    /// <summary>What all names of the node start with.</summary>
    public string Root { get; }

    /// <summary>JSON, QoS 1, retained; also the topic of the last will.</summary>
    public string Status => $"{Root}/status";

    /// <summary>JSON, QoS 1, retained: what the node is and publishes.</summary>
    public string Description => $"{Root}/description";

    /// <summary>JSON, QoS 0: silence expires it.</summary>
    public string Health => $"{Root}/health";

    /// <summary>JSON, QoS 0, once a second.</summary>
    public string Metrics => $"{Root}/metrics";

    /// <summary>Command: another node takes over the name, the one that has it stops.</summary>
    public string TakeOver => $"{Root}/cmd/take-over";

    /// <summary>All requests to the node: <see cref="Command"/>.</summary>
    public string Commands => $"{Root}/cmd/+";

    /// <summary>All parameters of all cameras: <see cref="Set"/>.</summary>
    public string Sets => $"{Root}/cam/+/+/set";

    /// <summary>A request with MQTT 5's Response Topic, QoS 1, never retained.</summary>
    /// <param name="name">Last level, e.g. <c>snapshot</c>.</param>
    public string Command(string name)
    {
        RequireId(name, "command");
        return $"{Root}/cmd/{name}";
    }

    /// <summary>A scalar: the value that a parameter of a camera shall have, QoS 1, never retained.</summary>
    public string Set(string camera, string parameter) => $"{Parameter(camera, parameter)}/set";

    /// <summary>A scalar: the value that it has, QoS 1, retained.</summary>
    public string State(string camera, string parameter) => $"{Parameter(camera, parameter)}/state";

    /// <summary>JSON in the shape of sensor_msgs/CameraInfo, QoS 1, retained.</summary>
    public string CameraInfo(string camera) => $"{Camera(camera)}/info";

    /// <summary>JSON class map, QoS 1, retained.</summary>
    public string Labels(string camera) => $"{Camera(camera)}/labels";

    /// <summary>JPEG for people, QoS 0, never retained.</summary>
    public string Overlay(string camera) => $"{Camera(camera)}/overlay";

    /// <summary>JSON in the shape of sensor_msgs/LaserScan, QoS 0, never retained.</summary>
    public string Scan(string camera) => $"{Camera(camera)}/scan";

    /// <summary>JSON: the nearest obstacle of each class, QoS 0, never retained.</summary>
    public string Nearest(string camera) => $"{Camera(camera)}/nearest";

    /// <summary>A ROS 2 message (CDR), QoS 0, never retained; only the class names are.</summary>
    /// <param name="camera">Camera id.</param>
    /// <param name="name">Last level, e.g. <c>depth</c>.</param>
    public string Ros2(string camera, string name)
    {
        RequireId(camera, "camera id");
        RequireId(name, "ROS 2 topic");
        return $"{Root}/ros2/{camera}/{name}";
    }

    /// <summary>Binary payloads, QoS 0, never retained: a retained frame is a stale frame served as live.</summary>
    public string Output(string camera, OutputKind kind) => $"{Camera(camera)}/{NameOf(kind)}";

    /// <summary>Finds every node below a prefix.</summary>
    public static string DescriptionsOf(string prefix) => $"{prefix}/{Version}/+/description";

    /// <summary>The last level of an output's topic.</summary>
    public static string NameOf(OutputKind kind) => kind switch
    {
        OutputKind.Segmentation => "segmentation",
        OutputKind.Depth => "depth",
        OutputKind.Normals => "normals",
        OutputKind.Image => "image",
        OutputKind.Bundle => "bundle",
        OutputKind.Points => "points",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown output kind."),
    };

    /// <summary>True if the text is an id: lower-case letters, digits and hyphens, at least one.</summary>
    public static bool IsId(string? text) => !string.IsNullOrEmpty(text) && text.AsSpan().IndexOfAnyExcept(IdCharacters) < 0;

    /// <summary>Checks an id that a person wrote.</summary>
    /// <param name="id">The id.</param>
    /// <param name="what">What it names, for the error: <c>node id</c>, <c>camera id</c>.</param>
    /// <exception cref="UserErrorException">It is not an id.</exception>
    public static void RequireId(string? id, string what)
    {
        if (!IsId(id))
        {
            throw new UserErrorException(ExitCode.Usage, $"The {what} '{id}' is not valid: use lower-case letters, digits and hyphens, e.g. 'front-left'.");
        }
    }

    private static readonly System.Buffers.SearchValues<char> IdCharacters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private string Parameter(string camera, string parameter)
    {
        RequireId(parameter, "parameter");
        return $"{Camera(camera)}/{parameter}";
    }

    private string Camera(string camera)
    {
        RequireId(camera, "camera id");
        return $"{Root}/cam/{camera}";
    }
}
