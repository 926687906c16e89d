using System.Diagnostics;
using System.Net;
using RoboPerception.Core;

namespace RoboPerception.Benchmarks.Faults;

/// <summary>
/// A network of its own for the node (network namespace), reached over a router in a second namespace that can be told to lose every packet
/// without a word, as an access point out of reach does. Needs root.
/// </summary>
internal sealed class CutNetwork : IDisposable
{
    private const string Router = "rp-router", Far = "rp-node";
    private const string Here = "10.213.77.1", RouterHere = "10.213.77.2", RouterFar = "10.213.77.5", There = "10.213.77.6";

    private bool isCut;

    public CutNetwork()
    {
        Dispose();
        try
        {
            Run("ip", "netns", "add", Router);
            Run("ip", "netns", "add", Far);
            Link("rp-a0", null, Here, "rp-a1", Router, RouterHere);
            Link("rp-b0", Router, RouterFar, "rp-b1", Far, There);
            Run("ip", "netns", "exec", Router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
            Run("ip", "route", "add", "10.213.77.4/30", "via", RouterHere);
            Run("ip", "-n", Far, "route", "add", "default", "via", RouterFar);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where a broker is heard from both sides.</summary>
    public static IPAddress BrokerAddress { get; } = IPAddress.Parse(Here);

    /// <summary>Puts a program into the far network.</summary>
    public static string[] Enter { get; } = ["ip", "netns", "exec", Far];

    /// <summary>Whether this process may make networks.</summary>
    public static bool IsPossible => Environment.IsPrivilegedProcess;

    /// <summary>From now on the router loses everything in both directions.</summary>
    public void Cut()
    {
        isCut = true;
        Run("ip", "-n", Router, "route", "add", "blackhole", There);
        Run("ip", "-n", Router, "route", "add", "blackhole", Here);
    }

    /// <summary>From now on it does not.</summary>
    public void Join()
    {
        if (!isCut)
        {
            return;
        }
        isCut = false;
        Run("ip", "-n", Router, "route", "del", "blackhole", Here);
        Run("ip", "-n", Router, "route", "del", "blackhole", There);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (string name in new[] { Far, Router })
        {
            if (File.Exists($"/run/netns/{name}"))
            {
                Run("ip", "netns", "del", name);
            }
        }
    }

    private static void Link(string near, string? nearNetwork, string nearAddress, string far, string farNetwork, string farAddress)
    {
        Run("ip", "link", "add", near, "type", "veth", "peer", "name", far);
        foreach ((string device, string? network, string address) in new[] { (near, nearNetwork, nearAddress), (far, farNetwork, farAddress) })
        {
            string[] inside = network is null ? [] : ["-n", network];
            if (network is not null)
            {
                Run("ip", "link", "set", device, "netns", network);
            }
            Run("ip", [.. inside, "addr", "add", $"{address}/30", "dev", device]);
            Run("ip", [.. inside, "link", "set", device, "up"]);
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd().Trim();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{program} {string.Join(' ', arguments)}': {error}. The network cut needs root and the package iproute2.");
        }
    }
}
