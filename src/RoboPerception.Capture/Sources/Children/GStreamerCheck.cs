using System.ComponentModel;
using System.Diagnostics;

namespace RoboPerception.Capture;

/// <summary>What this machine has of GStreamer, for <c>doctor</c>.</summary>
internal static class GStreamerCheck
{
    // What every pipeline here ends in.
    private static readonly string[] Needed = ["videoconvert", "queue", "gdppay", "fdsink"];

    /// <summary>The Debian packages that <c>csi://</c> and <c>gst://</c> need.</summary>
    public static string Packages => GStreamerComplaint.Packages;

    /// <summary>True on a Jetson whose decoder <c>rtsp://</c> will use.</summary>
    public static bool HasHardwareDecoder => GStreamerPipeline.HasHardwareDecoder;

    /// <summary>What is missing, in words; null if nothing is.</summary>
    public static string? Lacking()
    {
        if (ChildProcess.FindOnPath("gst-launch-1.0") is null)
        {
            return "gst-launch-1.0 is not installed";
        }

        string[] missing = [.. Needed.Where(element => !Has(element))];
        return missing.Length == 0 ? null : $"its elements {string.Join(", ", missing)} are not installed";
    }

    private static bool Has(string element)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("gst-inspect-1.0", ["--exists", element]) { UseShellExecute = false })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
