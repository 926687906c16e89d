using System.Net;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Node.Logging;

namespace RoboPerception.Node.Configuration;

/// <summary>Everything a node can be told, after YAML file, environment and flags were merged. Built by <see cref="SettingsReader"/>.</summary>
internal sealed class NodeSettings
{
    /// <summary>First part of every topic.</summary>
    public string Prefix { get; set; } = "roboperception";

    /// <summary>The node's name in topics: <c>[a-z0-9-]+</c>. Defaults to the host's name.</summary>
    public string NodeId { get; set; } = DefaultNodeId();

    /// <summary>The cameras, at least one once reading is done.</summary>
    public List<CameraSettings> Cameras { get; } = [];

    /// <summary>Path of the ONNX file.</summary>
    public string ModelFile { get; set; } = "";

    /// <summary>Execution providers in the order they are tried.</summary>
    public IReadOnlyList<string> Providers { get; set; } = ["tensorrt", "cuda", "cpu"];

    /// <summary>Intra-op threads of ONNX Runtime; 0 = one per core.</summary>
    public int Threads { get; set; }

    /// <summary>Half precision on TensorRT.</summary>
    public bool Fp16 { get; set; } = true;

    /// <summary>Half precision on CUDA.</summary>
    public bool HalfPrecision { get; set; }

    /// <summary>A recorded CUDA graph for each frame, where the model allows it.</summary>
    public bool CudaGraph { get; set; } = true;

    /// <summary>Where TensorRT engines are kept; null = the user's cache folder.</summary>
    public string? EngineCache { get; set; }

    /// <summary>A libonnxruntime to use instead of the one installed (JetPack's GPU build); null = ours.</summary>
    public string? OnnxRuntimeLibrary { get; set; }

    /// <summary>Broker as <c>mqtt[s]://user@host:port</c>; null = start our own on loopback.</summary>
    public string? BrokerUrl { get; set; }

    /// <summary>Our own broker's port on loopback; 0 = any free one.</summary>
    public int BrokerPort { get; set; }

    /// <summary>File whose first line is the broker password.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>PEM file of the authority that signed the broker's certificate; null = the system's authorities.</summary>
    public string? CaFile { get; set; }

    /// <summary>PEM file with the node's own certificate, for brokers that ask for one; null = none.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>PEM file with that certificate's key; null = in the same file.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Where Home Assistant looks for devices; null = it is not told of this node.</summary>
    public string? HomeAssistant { get; set; }

    /// <summary>Encoding of the class map.</summary>
    public PayloadEncoding SegmentationEncoding { get; set; } = PayloadEncoding.Png;

    /// <summary>Encoding of the depth map.</summary>
    public PayloadEncoding DepthEncoding { get; set; } = PayloadEncoding.Png;

    /// <summary>Encoding of the normals.</summary>
    public PayloadEncoding NormalsEncoding { get; set; } = PayloadEncoding.Png;

    /// <summary>Overlay images a second, for people; 0 = none.</summary>
    public double OverlayRate { get; set; } = 2;

    /// <summary>What else is published of each frame.</summary>
    public FrameOutputSettings FrameOutputs { get; } = new();

    /// <summary>Port of the dashboard, /healthz and /metrics; 0 = none.</summary>
    public int HttpPort { get; set; }

    /// <summary>Where it listens; another address than loopback needs a token.</summary>
    [JsonIgnore] // a type that JSON does not know; its text is hashed
    public IPAddress HttpAddress { get; set; } = IPAddress.Loopback;

    /// <summary><see cref="HttpAddress"/> as text, for the hash of the configuration.</summary>
    public string HttpAddressText => HttpAddress.ToString();

    /// <summary>File whose first line is the token; null = the environment's, or none.</summary>
    public string? HttpTokenFile { get; set; }

    /// <summary>Frames a second that the dashboard shows at most.</summary>
    public double HttpRate { get; set; } = 10;

    /// <summary>Log lines as JSON objects instead of text.</summary>
    public bool LogJson { get; set; }

    /// <summary>Who may control the running node, and what with.</summary>
    public RemoteSettings Remote { get; } = new();

    /// <summary>What is logged at least.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    /// <summary>Another level for one of <see cref="LogComponents"/>.</summary>
    public SortedDictionary<string, LogLevel> LogLevels { get; } = new(StringComparer.Ordinal);

    /// <summary>The encoding of an output.</summary>
    public PayloadEncoding EncodingOf(OutputKind kind) => kind switch
    {
        OutputKind.Segmentation => SegmentationEncoding,
        OutputKind.Depth => DepthEncoding,
        _ => NormalsEncoding,
    };

    private static string DefaultNodeId()
    {
        string name = new([.. Environment.MachineName.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
        name = name.Trim('-');
        return name.Length == 0 ? "node" : name;
    }
}

/// <summary>One camera of the node.</summary>
internal sealed class CameraSettings
{
    /// <summary>Name in topics: <c>[a-z0-9-]+</c>.</summary>
    public string Id { get; set; } = "";

    /// <summary>Where the frames come from: a URI, a file, a folder or a glob.</summary>
    public string Source { get; set; } = "";

    /// <summary>Calibration file of ROS, OpenCV, Kalibr or COLMAP; null = uncalibrated.</summary>
    public string? Calibration { get; set; }

    /// <summary>What to do with an image of another shape than the model's grid; null = as in the run that is replayed, else as the model was trained.</summary>
    public ResizeFit? Fit { get; set; }

    /// <summary>Frames a second of a live source that are processed at most; 0 = all.</summary>
    public double Rate { get; set; }

    /// <summary>Metres from the floor to the camera; null = estimated from the floor.</summary>
    public double? Height { get; set; }

    /// <summary>Degrees by which the camera looks down; null = estimated from the floor.</summary>
    public double? Tilt { get; set; }

    /// <summary>Start a recording again when it ends.</summary>
    public bool Loop { get; set; }

    /// <summary>Play a recording as fast as the pipeline takes it instead of at its own rate.</summary>
    public bool FastPace { get; set; }
}
