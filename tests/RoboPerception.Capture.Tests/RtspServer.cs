using System.Diagnostics;
using System.Globalization;

namespace RoboPerception.Capture.Tests;

/// <summary>A network camera in a process of its own (rtsp-server.py over GStreamer's RTSP server). Its image is flat: B 0xa0, G 0x60, R 0x20.</summary>
internal sealed class RtspServer : IDisposable
{
    private readonly Process process;

    public RtspServer(int port = 0, params string[] userAndPassword)
    {
        process = Process.Start(new ProcessStartInfo(
            "setpriv",
            ["--pdeathsig", "KILL", "/usr/bin/python3", Path.Combine(AppContext.BaseDirectory, "rtsp-server.py"), port.ToString(CultureInfo.InvariantCulture), .. userAndPassword])
        {
            RedirectStandardOutput = true,
        })!;
        string? line = process.StandardOutput.ReadLine();
        Assert.True(line is not null, "the RTSP server did not start; launch/setup.sh all installs what it needs");
        Port = int.Parse(line, CultureInfo.InvariantCulture);
    }

    public int Port { get; }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"rtsp://127.0.0.1:{Port}/camera");

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
