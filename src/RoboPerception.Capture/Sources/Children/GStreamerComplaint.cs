using System.Text.RegularExpressions;

namespace RoboPerception.Capture;

/// <summary>What gst-launch-1.0 wrote on standard error, as one sentence for people.</summary>
/// <param name="Text">The cause, without secrets of addresses; empty if it said nothing of use.</param>
/// <param name="MissingElement">The element that this machine lacks, if that is the cause.</param>
/// <param name="IsWrongPipeline">True if the text of the pipeline itself is wrong, so that trying again is of no use.</param>
internal sealed partial record GStreamerComplaint(string Text, string? MissingElement, bool IsWrongPipeline)
{
    /// <summary>The Debian packages that every pipeline here needs.</summary>
    public const string Packages = "gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad";

    /// <summary>Reads the lines, oldest first.</summary>
    public static GStreamerComplaint Of(IReadOnlyList<string> lines)
    {
        string? wrong = lines.FirstOrDefault(line => line.Contains("erroneous pipeline:", StringComparison.Ordinal));
        if (wrong is not null)
        {
            string reason = wrong[(wrong.IndexOf("erroneous pipeline:", StringComparison.Ordinal) + "erroneous pipeline:".Length)..].Trim();
            return new GStreamerComplaint(reason, MissingName().Match(reason) is { Success: true } match ? match.Groups[1].Value : null, true);
        }

        int error = -1;
        for (int i = 0; i < lines.Count && error < 0; i++)
        {
            error = lines[i].StartsWith("ERROR: from element", StringComparison.Ordinal) ? i : -1;
        }

        if (error < 0)
        {
            return new GStreamerComplaint(WithoutSecrets(lines.Count > 0 ? lines[^1] : ""), null, false);
        }

        Match first = ErrorLine().Match(lines[error]);
        string text = first.Success ? $"{first.Groups[2].Value.TrimEnd('.')} ({first.Groups[1].Value})" : lines[error];
        // Behind the error stand a source file's place and then, sometimes, the reason.
        string? detail = lines.Skip(error + 1).TakeWhile(line => !line.StartsWith("ERROR", StringComparison.Ordinal))
            .LastOrDefault(line => !line.Contains(".c(", StringComparison.Ordinal) && !line.StartsWith("Additional debug", StringComparison.Ordinal)
                && !line.StartsWith("Execution ended", StringComparison.Ordinal) && !line.StartsWith("Setting pipeline", StringComparison.Ordinal)
                && !line.StartsWith("Freeing", StringComparison.Ordinal));
        return new GStreamerComplaint(WithoutSecrets(detail is null ? text : $"{text}: {detail.Trim()}"), null, false);
    }

    /// <summary>What to do about it; empty if nothing is known.</summary>
    public string Remedy => MissingElement switch
    {
        null => "",
        "nvarguscamerasrc" or "nvvidconv" or "nvv4l2decoder" => "it comes with JetPack (package nvidia-l4t-gstreamer), for a Jetson only",
        "avdec_h264" or "avdec_h265" => "sudo apt-get install gstreamer1.0-libav",
        _ => $"sudo apt-get install {Packages}, or check the element's name",
    };

    private static string WithoutSecrets(string text) => UserInfo().Replace(text, "://");

    [GeneratedRegex("no element \"([^\"]+)\"")]
    private static partial Regex MissingName();

    [GeneratedRegex(@"^ERROR: from element (?:/[^:\s]+:[^/\s]+/)*(?:[A-Za-z0-9_-]+:)?([^:\s]+): (.*)$")]
    private static partial Regex ErrorLine();

    [GeneratedRegex(@"://[^/@\s]*@")]
    private static partial Regex UserInfo();
}
