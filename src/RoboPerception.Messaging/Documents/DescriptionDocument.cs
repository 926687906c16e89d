namespace RoboPerception.Messaging;

/// <summary>Topic <c>description</c>: what the node is, where it runs, what it publishes and how.</summary>
public sealed record DescriptionDocument
{
    /// <summary>The node's id.</summary>
    public required string Node { get; init; }

    /// <summary>The session of <see cref="StatusDocument"/>.</summary>
    public required string Session { get; init; }

    /// <summary>Names and versions of the program and its libraries.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();

    /// <summary>The cameras and what is published for each.</summary>
    public IReadOnlyList<CameraDescription> Cameras { get; init; } = [];

    /// <summary>The model in use.</summary>
    public ModelSummary? Model { get; init; }

    /// <summary>Execution provider in use: <c>tensorrt</c>, <c>cuda</c> or <c>cpu</c>.</summary>
    public string? ExecutionProvider { get; init; }

    /// <summary>Providers that were asked for and did not load: name -> reason.</summary>
    public IReadOnlyDictionary<string, string> UnavailableProviders { get; init; } = new Dictionary<string, string>();

    /// <summary>Name of the machine.</summary>
    public string? Host { get; init; }

    /// <summary>Lower-case hex SHA-256 of the effective configuration without its secrets.</summary>
    public string? ConfigHash { get; init; }

    /// <summary>What the node takes requests for at <c>cmd/NAME</c>; null = for nothing.</summary>
    public IReadOnlyList<string>? Commands { get; init; }

    /// <summary>The clock of the stamps.</summary>
    public ClockDescription? Clock { get; init; }
}

/// <summary>One camera of a node.</summary>
public sealed record CameraDescription
{
    /// <summary>Camera id.</summary>
    public required string Id { get; init; }

    /// <summary>The source without credentials.</summary>
    public required string Source { get; init; }

    /// <summary>Pixels of the camera's image.</summary>
    public int SourceWidth { get; init; }

    /// <summary>Rows of the camera's image.</summary>
    public int SourceHeight { get; init; }

    /// <summary>f_camera / f_training that depth was multiplied by; 1 when either is unknown.</summary>
    public double DepthFactor { get; init; } = 1;

    /// <summary>What its acquisition stamps are times of: <see cref="ClockDescription.Wall"/> or <see cref="ClockDescription.Recording"/>.</summary>
    public string? Clock { get; init; }

    /// <summary>The outputs in topic order.</summary>
    public IReadOnlyList<OutputDescription> Outputs { get; init; } = [];
}

/// <summary>One topic that is published for each frame, or at a rate.</summary>
/// <param name="Kind">segmentation, depth, normals, overlay, image, bundle, scan, nearest, points; <c>ros2/...</c>.</param>
/// <param name="Topic">Full topic name.</param>
/// <param name="Encoding">png, fast, rvl, raw, jpeg; json; bundle; cdr.</param>
/// <param name="Width">Pixels per row of the published grid; points at most; beams.</param>
/// <param name="Height">Rows.</param>
public sealed record OutputDescription(string Kind, string Topic, string Encoding, int Width, int Height)
{
    /// <summary>Of a bundle: the outputs in it.</summary>
    public IReadOnlyList<string>? Parts { get; init; }

    /// <summary>Of a ROS 2 message: its type, e.g. <c>sensor_msgs/msg/Image</c>.</summary>
    public string? Type { get; init; }
}

/// <summary>The model file in short.</summary>
/// <param name="Name">Release name.</param>
/// <param name="Id">First 16 hex digits of the file's SHA-256, the <c>model id</c> of frame headers.</param>
/// <param name="Architecture">Network specification.</param>
/// <param name="DataSet">Training data.</param>
/// <param name="Licence">Licence of the weights.</param>
public sealed record ModelSummary(string Name, string Id, string Architecture, string DataSet, string Licence);
