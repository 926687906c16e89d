using System.Globalization;
using System.Text;
using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>The pipelines that addresses stand for, as gst-launch-1.0 takes them.</summary>
internal static class GStreamerPipeline
{
    // The queue is a thread's border: while one frame is converted and written, it keeps the newest of those that come meanwhile, so
    // nothing grows old in it. gdppay tells size, format, time and number of every frame; fdsink writes to standard output.
    private const string Tail =
        "! queue leaky=downstream max-size-buffers=1 max-size-bytes=0 max-size-time=0 ! videoconvert ! video/x-raw,format=BGR ! gdppay ! fdsink fd=1 sync=false";

    private static readonly string[] Decoders = ["/dev/v4l2-nvdec", "/dev/nvhost-nvdec"];

    /// <summary>True on a Jetson whose hardware decoder GStreamer can use.</summary>
    public static bool HasHardwareDecoder => Decoders.Any(File.Exists) && ChildProcess.FindOnPath("gst-launch-1.0") is not null;

    /// <summary><c>csi://0?size=1280x720&amp;fps=30&amp;flip=0</c>; flip is nvvidconv's flip-method, 0 to 7.</summary>
    /// <exception cref="UserErrorException">The sensor's number or an option is wrong (exit code 2).</exception>
    public static string OfCsi(SourceUri uri)
    {
        if (!int.TryParse(uri.Place, NumberStyles.None, CultureInfo.InvariantCulture, out int sensor))
        {
            throw new UserErrorException(ExitCode.Usage, $"Source '{uri.Name}': csi:// needs the sensor's number, e.g. csi://0.");
        }

        Size size = uri.Size("size", new Size(1280, 720));
        int fps = uri.Integer("fps", 30, 1, 240);
        int flip = uri.Integer("flip", 0, 0, 7);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"nvarguscamerasrc sensor-id={sensor} ! video/x-raw(memory:NVMM),width={size.Width},height={size.Height},framerate={fps}/1 ! "
            + $"nvvidconv flip-method={flip} ! video/x-raw,format=BGRx");
    }

    /// <summary>A network camera decoded by a Jetson's hardware: decodebin finds the codec and ranks nvv4l2decoder first.</summary>
    public static string OfRtsp(string address) =>
        $"rtspsrc location={address} protocols=tcp latency=0 drop-on-latency=true ! decodebin ! nvvidconv ! video/x-raw,format=BGRx";

    /// <summary>
    /// <c>gst://ELEMENT ! ELEMENT ...</c>: a pipeline whose last element gives raw video. An appsink at its end, as pipelines for OpenCV
    /// have it, is taken off.
    /// </summary>
    /// <exception cref="UserErrorException">It is empty (exit code 2).</exception>
    public static string OfText(SourceUri uri)
    {
        string text = uri.Place.Trim();
        int mark = text.LastIndexOf('!');
        if (mark > 0 && text[(mark + 1)..].TrimStart().StartsWith("appsink", StringComparison.Ordinal))
        {
            text = text[..mark].TrimEnd();
        }

        return text.Length > 0
            ? text
            : throw new UserErrorException(
                ExitCode.Usage, "Source 'gst://': the pipeline is missing, e.g. 'gst://v4l2src device=/dev/video0 ! image/jpeg ! jpegdec'.");
    }

    /// <summary>The arguments of gst-launch-1.0: the pipeline's words, without the quotes that held blanks together, and what brings the frames here.</summary>
    public static IReadOnlyList<string> Arguments(string pipeline)
    {
        var words = new List<string> { "-q" };
        var word = new StringBuilder();
        char quote = '\0';
        bool begun = false;
        foreach (char letter in $"{pipeline} {Tail}")
        {
            if (quote != '\0' ? letter == quote : letter is '"' or '\'')
            {
                quote = quote == '\0' ? letter : '\0';
                begun = true;
            }
            else if (quote == '\0' && char.IsWhiteSpace(letter))
            {
                if (begun)
                {
                    words.Add(word.ToString());
                }

                word.Clear();
                begun = false;
            }
            else
            {
                word.Append(letter);
                begun = true;
            }
        }

        if (quote != '\0')
        {
            throw new UserErrorException(ExitCode.Usage, $"A quote ({quote}) in the pipeline is not closed.");
        }

        words.Add(word.ToString());
        return words;
    }
}
