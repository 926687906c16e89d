using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Node.Logging;

namespace RoboPerception.Node.Configuration;

/// <summary>
/// One thing that can be configured: its path in the YAML file (<c>broker.url</c>; <c>cameras.*.source</c> for each
/// camera), what it means, and how its text is taken in. File, environment and flags all end here, so that they accept
/// the same values and complain in the same words.
/// </summary>
internal sealed record Setting(string Path, string Meaning, Action<NodeSettings, int, string> Apply)
{
    /// <summary>Every setting there is.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("node.id", "name of this node in topics, [a-z0-9-]+", (s, _, v) => s.NodeId = Id(v)),
        new("node.prefix", "first part of every topic", (s, _, v) => s.Prefix = Id(v)),
        new("cameras.*.id", "name of the camera in topics, [a-z0-9-]+", (s, i, v) => s.Cameras[i].Id = Id(v)),
        new("cameras.*.source", "URI, file, folder or glob of the frames", (s, i, v) => s.Cameras[i].Source = Filled(v)),
        new("cameras.*.calibration", "calibration of ROS, OpenCV, Kalibr (FILE#cam1) or COLMAP", (s, i, v) => s.Cameras[i].Calibration = Filled(v)),
        new("cameras.*.fit", "stretch, crop or letterbox, for images of another shape than the model's; by default as the model was trained", (s, i, v) => s.Cameras[i].Fit = (ResizeFit)OneOf(v, "stretch", "crop", "letterbox")),
        new("cameras.*.loop", "true: start a recording again when it ends", (s, i, v) => s.Cameras[i].Loop = Flag(v)),
        new("cameras.*.pace", "realtime or fast, for recordings", (s, i, v) => s.Cameras[i].FastPace = OneOf(v, "realtime", "fast") == 1),
        new("cameras.*.rate", "frames a second of a live source that are processed at most, 0 = all", (s, i, v) => s.Cameras[i].Rate = Number(v, 0, 1000)),
        new("cameras.*.height", "metres from the floor to the camera, or auto: estimated from the floor", (s, i, v) => s.Cameras[i].Height = AutoOr(v, 0.01, 100)),
        new("cameras.*.tilt", "degrees by which the camera looks down, or auto: estimated from the floor", (s, i, v) => s.Cameras[i].Tilt = AutoOr(v, -89, 89)),
        new("model.file", "the ONNX file", (s, _, v) => s.ModelFile = Filled(v)),
        new("model.providers", "execution providers in the order they are tried: tensorrt,cuda,cpu", (s, _, v) => s.Providers = ProviderList(v)),
        new("model.threads", "threads of ONNX Runtime on the CPU, 0 = one per core", (s, _, v) => s.Threads = Whole(v, 0, 1024)),
        new("model.fp16", "true: half precision on TensorRT", (s, _, v) => s.Fp16 = Flag(v)),
        new("model.precision", "float32, or fp16: CUDA computes a copy of the model in 16-bit floats", (s, _, v) => s.HalfPrecision = OneOf(v, "float32", "fp16") == 1),
        new("model.cuda_graph", "false: CUDA launches the kernels of every frame one by one instead of replaying them as they were recorded", (s, _, v) => s.CudaGraph = Flag(v)),
        new("model.engine_cache", "folder that keeps TensorRT engines", (s, _, v) => s.EngineCache = Filled(v)),
        new("model.onnxruntime", "path of another libonnxruntime.so, e.g. JetPack's", (s, _, v) => s.OnnxRuntimeLibrary = Filled(v)),
        new("broker.url", "mqtt[s]://user@host[:port]; none = start our own on loopback", (s, _, v) => s.BrokerUrl = Filled(v)),
        new("broker.port", "port of our own broker on loopback, 0 = any free one", (s, _, v) => s.BrokerPort = Whole(v, 0, 65535)),
        new("broker.password_file", "file whose first line is the broker password", (s, _, v) => s.PasswordFile = Filled(v)),
        new("broker.ca_file", "PEM file of the authority that signed the broker's certificate", (s, _, v) => s.CaFile = Filled(v)),
        new("broker.cert_file", "PEM file with the node's own certificate, for brokers that ask for one", (s, _, v) => s.CertificateFile = Filled(v)),
        new("broker.key_file", "PEM file with that certificate's key, if it is not in the same file", (s, _, v) => s.KeyFile = Filled(v)),
        new("broker.home_assistant", "prefix under which Home Assistant looks for devices (homeassistant); none = it is not told", (s, _, v) => s.HomeAssistant = Id(v)),
        new("outputs.segmentation", "png, fast or raw", (s, _, v) => s.SegmentationEncoding = Encoding(v, "png", "fast", "raw")),
        new("outputs.depth", "png, fast, rvl or raw", (s, _, v) => s.DepthEncoding = Encoding(v, "png", "fast", "rvl", "raw")),
        new("outputs.normals", "png, fast or raw", (s, _, v) => s.NormalsEncoding = Encoding(v, "png", "fast", "raw")),
        new("outputs.overlay", "overlay images a second for people, 0 = none", (s, _, v) => s.OverlayRate = Number(v, 0, 60)),
        new("outputs.bundle", "outputs that also go into one message: all, none, or a list of segmentation, depth, normals", (s, _, v) => s.FrameOutputs.Bundle = [.. ListOf(v, "segmentation", "depth", "normals").Select(i => (OutputKind)(i + 1))]),
        new("outputs.image", "JPEGs of the input a second, 0 = none", (s, _, v) => s.FrameOutputs.ImageRate = Number(v, 0, 60)),
        new("outputs.scan", "true: free space as JSON in the shape of a laser scan", (s, _, v) => s.FrameOutputs.Scan = Flag(v)),
        new("outputs.nearest", "true: the nearest obstacle of each class as JSON", (s, _, v) => s.FrameOutputs.Nearest = Flag(v)),
        new("outputs.points", "points of a reduced cloud at most, 0 = none", (s, _, v) => s.FrameOutputs.Points = Whole(v, 0, 65535)),
        new("outputs.ros2", "ROS 2 messages (CDR): all, none, or a list of " + string.Join(", ", Ros2Topics.All.Select(t => t.Name())), (s, _, v) => s.FrameOutputs.Ros2 = [.. ListOf(v, [.. Ros2Topics.All.Select(t => t.Name())]).Select(i => Ros2Topics.All[i])]),
        new("obstacles.beams", "beams of the scan, 16 to 128", (s, _, v) => s.FrameOutputs.Beams = Whole(v, 16, 128)),
        new("obstacles.lowest_height", "metres above the floor below which a robot drives over things", (s, _, v) => s.FrameOutputs.LowestHeight = (float)Number(v, 0, 10)),
        new("obstacles.greatest_height", "metres above the floor above which a robot passes under things", (s, _, v) => s.FrameOutputs.GreatestHeight = (float)Number(v, 0, 100)),
        new("obstacles.range_min", "metres; what is nearer is too close", (s, _, v) => s.FrameOutputs.RangeMin = (float)Number(v, 0, 100)),
        new("obstacles.range_max", "metres; what is farther is no return", (s, _, v) => s.FrameOutputs.RangeMax = (float)Number(v, 0.1, 1000)),
        new("http.port", "port of the dashboard, /healthz and /metrics, 0 = none", (s, _, v) => s.HttpPort = Whole(v, 0, 65535)),
        new("http.address", "IP address it listens on; another than loopback needs a token", (s, _, v) => s.HttpAddress = IPAddress.TryParse(v, out IPAddress? a) ? a : throw new FormatException("must be an IP address such as 127.0.0.1, 0.0.0.0 or ::")),
        new("http.token_file", "file whose first line is the token of the dashboard", (s, _, v) => s.HttpTokenFile = Filled(v)),
        new("http.rate", "frames a second that the dashboard shows at most", (s, _, v) => s.HttpRate = Number(v, 0.1, 60)),
        new("remote.control", "who may control the running node: none, all, or a list of mqtt, dashboard", (s, _, v) => (s.Remote.Mqtt, s.Remote.Dashboard) = Controllers(v)),
        new("remote.recordings", "folder of the recordings that are begun from outside; none = they are refused", (s, _, v) => s.Remote.Recordings = Filled(v)),
        new("remote.models", "folder whose models may be asked for by name; none = only model.file may be read again", (s, _, v) => s.Remote.Models = Filled(v)),
        new("log.format", "text or json, one object a line", (s, _, v) => s.LogJson = OneOf(v, "text", "json") == 1),
        new("log.level", "what is logged at least: debug, info, warning, error or none", (s, _, v) => s.LogLevel = Level(v)),
        .. LogComponents.All.Select(c => new Setting($"log.levels.{c}", $"another level for what the {c} part says", (s, _, v) => s.LogLevels[c] = Level(v))),
    ];

    /// <summary>The setting at a path with the camera number written as <c>*</c>, or null.</summary>
    public static Setting? At(string path) => All.FirstOrDefault(s => s.Path == path);

    /// <summary>What its value must look like: what the code that takes values in says of one that is certainly wrong.</summary>
    public SettingForm Form
    {
        get
        {
            var nowhere = new NodeSettings();
            nowhere.Cameras.Add(new CameraSettings());
            try
            {
                Apply(nowhere, 0, "\u0001");
            }
            catch (SettingFormException refusal)
            {
                return refusal.Form;
            }
            catch (FormatException)
            {
                // Text with rules of its own.
            }
            return SettingForm.Text;
        }
    }

    private static string Filled(string value) => value.Length > 0 ? value : throw new FormatException("must not be empty");

    private static string Id(string value) =>
        value.Length > 0 && value.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')
            ? value
            : throw new SettingFormException(new SettingForm(SettingKind.Id), "must consist of a-z, 0-9 and '-'");

    private static bool Flag(string value) => OneOf(value, "true", "false") == 0;

    private static int OneOf(string value, params string[] allowed)
    {
        int place = Array.IndexOf(allowed, value);
        SettingKind kind = allowed is ["true", "false"] ? SettingKind.Flag : SettingKind.Word;
        return place >= 0 ? place : throw new SettingFormException(new SettingForm(kind) { Words = allowed }, $"must be {string.Join(" or ", allowed)}");
    }

    private static LogLevel Level(string value) => LogLevels.At(OneOf(value, [.. LogLevels.Names]));

    private static int Whole(string value, int minimum, int maximum) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= minimum && number <= maximum
            ? number
            : throw new SettingFormException(new SettingForm(SettingKind.Whole) { Minimum = minimum, Maximum = maximum }, $"must be a whole number from {minimum} to {maximum}");

    private static double Number(string value, double minimum, double maximum) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= minimum && number <= maximum
            ? number
            : throw new SettingFormException(
                new SettingForm(SettingKind.Number) { Minimum = minimum, Maximum = maximum }, string.Create(CultureInfo.InvariantCulture, $"must be a number from {minimum} to {maximum}"));

    private static PayloadEncoding Encoding(string value, params string[] allowed) => allowed[OneOf(value, allowed)] switch
    {
        "png" => PayloadEncoding.Png,
        "fast" => PayloadEncoding.Fast,
        "rvl" => PayloadEncoding.Rvl,
        _ => PayloadEncoding.Raw,
    };

    private static double? AutoOr(string value, double minimum, double maximum) => value == "auto" ? null : Number(value, minimum, maximum);

    /// <summary>Places of the names of a list, in the order of <paramref name="allowed"/>.</summary>
    private static IEnumerable<int> ListOf(string value, params string[] allowed)
    {
        if (value is "all" or "none")
        {
            return value == "all" ? Enumerable.Range(0, allowed.Length) : [];
        }
        string[] names = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return names.FirstOrDefault(name => !allowed.Contains(name)) is { } unknown
            ? throw new FormatException($"'{unknown}' is not one of {string.Join(", ", allowed)}")
            : names.Select(name => Array.IndexOf(allowed, name)).Distinct().Order();
    }

    private static (bool Mqtt, bool Dashboard) Controllers(string value)
    {
        int[] named = [.. ListOf(value, "mqtt", "dashboard")];
        return (named.Contains(0), named.Contains(1));
    }

    private static string[] ProviderList(string value)
    {
        string[] known = ["tensorrt", "cuda", "cpu"];
        string[] names = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return names.Length > 0 && names.All(known.Contains)
            ? names
            : throw new SettingFormException(new SettingForm(SettingKind.Words) { Words = known }, $"must be {string.Join(" or ", known)}");
    }
}
