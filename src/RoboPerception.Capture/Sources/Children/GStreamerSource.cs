using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// Frames of a GStreamer pipeline, run by gst-launch-1.0: <c>csi://0</c>, <c>gst://PIPELINE</c>, and <c>rtsp://</c> on a Jetson.
/// Times and frame numbers are the pipeline's own, so frames that were replaced by newer ones inside it are counted.
/// </summary>
internal sealed class GStreamerSource : ChildSource
{
    private readonly string program;
    private readonly IReadOnlyList<string> arguments;

    /// <summary>A pipeline that is started later.</summary>
    /// <param name="name">Name for logs, without secrets.</param>
    /// <param name="pipeline">As gst-launch-1.0 takes it, without a sink.</param>
    /// <param name="program">gst-launch-1.0, or a program that stands for it.</param>
    /// <exception cref="UserErrorException">A quote is left open (exit code 2).</exception>
    internal GStreamerSource(string name, string pipeline, string program = "gst-launch-1.0")
        : base(name, GdpFraming.HeaderSize)
    {
        Pipeline = pipeline;
        this.program = program;
        arguments = GStreamerPipeline.Arguments(pipeline);
    }

    /// <summary>The pipeline, up to where its raw frames are fetched.</summary>
    public string Pipeline { get; }

    private protected override ChildProcess StartChild() =>
        ChildProcess.FindOnPath(program) is null
            ? throw new UserErrorException(
                ExitCode.NoSource, $"'{Name}' needs GStreamer, and {program} is not installed: sudo apt-get install {GStreamerComplaint.Packages}")
            : ChildProcess.Start(program, arguments);

    private protected override bool TryReadHeader(ReadOnlySpan<byte> header, out PipePacket packet, ref VideoFormat? format) =>
        GdpFraming.TryRead(header, out packet);

    private protected override string Complaint() =>
        GStreamerComplaint.Of(Said).Text is { Length: > 0 } text ? $"GStreamer says: {text}" : "";

    private protected override UserErrorException Refusal()
    {
        GStreamerComplaint complaint = GStreamerComplaint.Of(Said);
        string remedy = complaint.Remedy.Length > 0 ? complaint.Remedy : "check the device, and the pipeline with gst-launch-1.0 ... ! fakesink";
        string cause = complaint.MissingElement is { } element ? $"GStreamer has no element '{element}' here" : Trouble ?? "no frame came";
        return new UserErrorException(
            complaint.IsWrongPipeline && complaint.MissingElement is null ? ExitCode.Usage : ExitCode.NoSource, $"'{Name}' does not open: {cause}; {remedy}.");
    }
}
