using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Recorders;

namespace RoboPerception.Node.Commands;

/// <summary>The flags that <c>run</c> and <c>replay</c> share; each one is a <see cref="Setting"/> by another name.</summary>
internal sealed class NodeFlags
{
    private readonly Option<string?> config = new("--config", "-c") { Description = "YAML configuration file", HelpName = "FILE" };
    private readonly Option<int?> frames = new("--frames") { Description = "stop after this many frames", HelpName = "N" };
    private readonly Option<bool> loop = new("--loop") { Description = "start a recording again when it ends" };
    private readonly Option<bool> watch = new("--watch") { Description = "show the live table of 'watch' meanwhile" };
    private readonly Option<bool> score = new("--score") { Description = "compare with the exact labels of a scene:// source and print the accuracy at the end" };
    private readonly Option<bool> takeOver = new("--take-over") { Description = "end a running node of the same name instead of being refused" };
    private readonly Option<string?> sheet = new("--contact-sheet") { Description = "write a PNG of a few frames with all predictions", HelpName = "FILE" };
    private readonly Option<string?> pace = new("--pace") { Description = "realtime or fast, for recordings", HelpName = "PACE" };
    private readonly List<(Option<string?> Option, string Path)> settings =
    [
        (Flag("--model", "the ONNX file", "FILE", "-m"), "model.file"),
        (Flag("--providers", "execution providers in the order they are tried", "LIST"), "model.providers"),
        (Flag("--precision", "float32, or fp16 on CUDA", "NAME"), "model.precision"),
        (Flag("--threads", "threads of ONNX Runtime on the CPU, 0 = one per core", "N"), "model.threads"),
        (Flag("--onnxruntime", "another libonnxruntime.so, e.g. JetPack's", "FILE"), "model.onnxruntime"),
        (Flag("--broker", "mqtt[s]://user@host[:port]; without it the node starts its own", "URL", "-b"), "broker.url"),
        (Flag("--broker-port", "port of our own broker on loopback", "PORT"), "broker.port"),
        (Flag("--password-file", "file whose first line is the broker password", "FILE"), "broker.password_file"),
        (Flag("--ca-file", "PEM file of the authority that signed the broker's certificate", "FILE"), "broker.ca_file"),
        (Flag("--cert-file", "PEM file with the node's own certificate, for brokers that ask for one", "FILE"), "broker.cert_file"),
        (Flag("--key-file", "PEM file with its key, if it is not in the same file", "FILE"), "broker.key_file"),
        (Flag("--node", "name of this node in topics", "ID", "-n"), "node.id"),
        (Flag("--prefix", "first part of every topic", "ID"), "node.prefix"),
        (Flag("--calibration", "calibration of the first camera: ROS, OpenCV, Kalibr or COLMAP", "FILE"), "cameras.0.calibration"),
        (Flag("--fit", "images of another shape than the model's, first camera: stretch, crop or letterbox; by default as the model was trained", "FIT"), "cameras.0.fit"),
        (Flag("--segmentation", "encoding: png, fast or raw", "ENC"), "outputs.segmentation"),
        (Flag("--depth", "encoding: png, fast, rvl or raw", "ENC"), "outputs.depth"),
        (Flag("--normals", "encoding: png, fast or raw", "ENC"), "outputs.normals"),
        (Flag("--overlay", "overlay images a second for people, 0 = none", "RATE"), "outputs.overlay"),
        (Flag("--bundle", "outputs that also go into one message: all, or a list", "LIST"), "outputs.bundle"),
        (Flag("--image", "JPEGs of the input a second, 0 = none", "RATE"), "outputs.image"),
        (Flag("--points", "points of a reduced cloud at most, 0 = none", "N"), "outputs.points"),
        (Flag("--ros2", "ROS 2 messages: all, or a list", "LIST"), "outputs.ros2"),
        (Flag("--height", "metres from the floor to the first camera, or auto", "M"), "cameras.0.height"),
        (Flag("--tilt", "degrees by which the first camera looks down, or auto", "DEG"), "cameras.0.tilt"),
        (Flag("--http-port", "port of the dashboard, /healthz and /metrics", "PORT"), "http.port"),
        (Flag("--http-address", "where it listens; another address than loopback needs a token", "IP"), "http.address"),
        (Flag("--log", "log lines as text or json", "FORMAT"), "log.format"),
        (Flag("--log-level", "what is logged at least: debug, info, warning, error or none", "LEVEL"), "log.level"),
    ];

    private readonly List<(Option<bool> Option, string Path)> switches =
    [
        (new Option<bool>("--scan") { Description = "publish free space as JSON in the shape of a laser scan" }, "outputs.scan"),
        (new Option<bool>("--nearest") { Description = "publish the nearest obstacle of each class as JSON" }, "outputs.nearest"),
    ];

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(config);
        settings.ForEach(s => command.Options.Add(s.Option));
        switches.ForEach(s => command.Options.Add(s.Option));
        foreach (Option option in new Option[] { frames, pace, loop, watch, sheet, score, takeOver })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Merges file, environment and flags.</summary>
    /// <exception cref="UserErrorException">Something in them is wrong.</exception>
    public NodeRequest Read(ParseResult parsed, IReadOnlyList<string> sources, bool replay)
    {
        if (sources.FirstOrDefault(s => s.StartsWith('-')) is { } flag)
        {
            // The parser takes a flag it does not know for one more source.
            throw new UserErrorException(ExitCode.Usage, $"unknown flag '{flag}'; see 'roboperception {parsed.CommandResult.Command.Name} --help'");
        }
        var reader = new SettingsReader();
        if (parsed.GetValue(config) is { } file)
        {
            reader.AddFile(file);
        }
        reader.AddEnvironment(Environment.GetEnvironmentVariables());
        reader.AddSources(sources);
        foreach ((Option<string?> option, string path) in settings)
        {
            reader.Add(path, parsed.GetValue(option), option.Name);
        }
        foreach ((Option<bool> option, string path) in switches.Where(s => parsed.GetValue(s.Option)))
        {
            reader.Add(path, "true", option.Name);
        }
        NodeSettings merged = reader.Build();
        for (int i = 0; i < merged.Cameras.Count; i++)
        {
            string camera = string.Create(CultureInfo.InvariantCulture, $"cameras.{i}");
            reader.Add(camera + ".pace", parsed.GetValue(pace) ?? (replay ? "fast" : null), "--pace");
            reader.Add(camera + ".loop", parsed.GetValue(loop) ? "true" : null, "--loop");
        }
        return new NodeRequest(merged, replay, parsed.GetValue(frames), parsed.GetValue(watch), parsed.GetValue(sheet)) { Score = parsed.GetValue(score), TakeOver = parsed.GetValue(takeOver) };
    }

    private static Option<string?> Flag(string name, string description, string value, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = value };
}

/// <summary>What <c>run</c> or <c>replay</c> was asked to do.</summary>
/// <param name="Settings">The merged settings.</param>
/// <param name="Replay">True: lossless, source time, ends with the recording.</param>
/// <param name="Frames">Stop after this many frames; null = no limit.</param>
/// <param name="Watch">Show the live table.</param>
/// <param name="ContactSheet">Where to write the contact sheet; null = nowhere.</param>
internal sealed record NodeRequest(NodeSettings Settings, bool Replay, int? Frames, bool Watch, string? ContactSheet)
{
    /// <summary>Compare with the exact labels of a rendered scene.</summary>
    public bool Score { get; init; }

    /// <summary>Where to write the figures of a replay; null = nowhere.</summary>
    public string? Report { get; init; }

    /// <summary>End a running node of the same name instead of being refused.</summary>
    public bool TakeOver { get; init; }

    /// <summary>Write the run to a file; null = no.</summary>
    public RecordingSettings? Recording { get; init; }

    /// <summary>Another model, whose predictions are compared with those of the first; null = none.</summary>
    public string? Diff { get; init; }

    /// <summary>Compare the predictions with those in the recording that is replayed.</summary>
    public bool Verify { get; init; }
}
