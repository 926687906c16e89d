using System.Globalization;
using System.Text.RegularExpressions;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// A network camera: <c>rtsp://user:password@host:554/stream</c>, read over TCP by the program ffmpeg. (OpenCvSharp's own FFmpeg is
/// built without network.) The address, query included, goes to it by its standard input: a command line can be read by every user
/// of the machine. User name, password and query appear in no message. Frames carry no time through this pipe; their stamp is the arrival.
/// </summary>
internal sealed partial class RtspSource : ChildSource
{
    private static readonly Lazy<string[]> EveryFrameOnce = new(FindEveryFrameOnce);

    private readonly string address;
    private readonly HostWatch? watch;

    /// <summary>A stream that is opened later.</summary>
    public RtspSource(SourceUri uri)
        : base((uri ?? throw new ArgumentNullException(nameof(uri))).Name, BmpFraming.HeaderSize)
    {
        address = uri.Text;
        watch = HostWatch.Of(address);
    }

    // A stream is looked at before its first frame comes out, by default until seven frames behind a key frame are decoded, which are then thrown
    // away: a second at every opening. The stream's own description names the codec, and the first key frame tells the decoder the rest. For the
    // stream and for the list that names it.
    private static readonly (string Name, string Value)[] LookBriefly = [("fpsprobesize", "0"), ("probesize", "32"), ("analyzeduration", "1")];

    /// <summary>Where ffmpeg lies on this machine; null if it is not installed.</summary>
    public static string? Program => ChildProcess.FindOnPath("ffmpeg");

    /// <inheritdoc/>
    public override bool WaitForReturn(TimeSpan wait, ManualResetEventSlim stopping) => watch?.Wait(wait, stopping) ?? base.WaitForReturn(wait, stopping);

    private protected override ChildProcess StartChild()
    {
        if (Program is null)
        {
            throw new UserErrorException(ExitCode.NoSource, $"'{Name}' needs the program ffmpeg, which is not installed: sudo apt-get install ffmpeg");
        }

        string[] arguments =
        [
            "-hide_banner", "-nostdin", "-loglevel", "error", "-fflags", "nobuffer", "-flags", "low_delay", .. LookBriefly.SelectMany(o => new[] { $"-{o.Name}", o.Value }),
            "-protocol_whitelist", "pipe,fd,file,rtsp,rtsps,tcp,tls,udp,rtp,crypto,data", "-f", "concat", "-safe", "0", "-i", "pipe:0",
            "-an", "-vf", "vflip", "-pix_fmt", "bgr24", .. EveryFrameOnce.Value, "-c:v", "bmp", "-f", "image2pipe", "-flush_packets", "1", "pipe:1",
        ];
        string quoted = address.Replace("'", @"'\''", StringComparison.Ordinal);
        string options = string.Concat(LookBriefly.Prepend((Name: "rtsp_transport", Value: "tcp")).Select(o => $"option {o.Name} {o.Value}\n"));
        return ChildProcess.Start("ffmpeg", arguments, $"ffconcat version 1.0\nfile '{quoted}'\n{options}");
    }

    private protected override bool TryReadHeader(ReadOnlySpan<byte> header, out PipePacket packet, ref VideoFormat? format)
    {
        bool isFrame = BmpFraming.TryRead(header, out packet, out int width, out int height);
        if (isFrame && (format is null || format.Width != width || format.Height != height))
        {
            format = new VideoFormat(width, height, 0);
        }

        return isFrame;
    }

    private protected override string Complaint()
    {
        // The first line has the cause, those after it what follows from it.
        string said = Said.FirstOrDefault(line => !line.StartsWith("[concat", StringComparison.Ordinal)) ?? "";
        said = CameraAddress.WithoutSecrets(Origin().Replace(said, ""));
        return said.Length > 0 ? $"ffmpeg says: {said}" : "";
    }

    private protected override UserErrorException Refusal() => new(
        ExitCode.NoSource, $"Stream '{Name}' does not open: {Trouble ?? "no frame came"}; check host, port, path, user name and password (try it with ffplay).");

    // The option that neither doubles nor drops frames to even out a rate got its present name in version 5.1.
    private static string[] FindEveryFrameOnce()
    {
        using ChildProcess ffmpeg = ChildProcess.Start("sh", ["-c", "ffmpeg -version >&2"]);
        ffmpeg.WaitForEnd();
        Match version = Version().Match(ffmpeg.Said.Count > 0 ? ffmpeg.Said[0] : "");
        bool isOld = version.Success && double.Parse(version.Groups[1].Value, CultureInfo.InvariantCulture) < 5.1;
        return isOld ? ["-vsync", "0"] : ["-fps_mode", "passthrough"];
    }

    [GeneratedRegex(@"^ffmpeg version n?(\d+\.\d+)")]
    private static partial Regex Version();

    [GeneratedRegex(@"^\[[^\]]* @ 0x[0-9a-f]+\] ")]
    private static partial Regex Origin();
}
