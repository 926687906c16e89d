using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>The real program <c>roboperception</c> as a process of its own: its exit code and its words are part of the promise.</summary>
internal sealed partial class NodeProcess : IDisposable
{
    // For what hangs; a machine busy with other work takes its time (twelve recordings took more than a minute at a load of 13).
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    private readonly Process process;
    private readonly StringBuilder errors = new();
    private readonly StringBuilder output = new();

    private NodeProcess(Process process) => this.process = process;

    /// <summary>What it wrote to standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (errors)
            {
                return errors.ToString();
            }
        }
    }

    /// <summary>What it wrote to standard output so far.</summary>
    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    public int Id => process.Id;

    /// <summary>Starts it. Variables of the developer's own environment do not leak in.</summary>
    public static NodeProcess Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <summary>Starts it where no file may grow beyond a size, which stands for a full disk; the signal that comes with that is ignored, as on a disk there is none.</summary>
    public static NodeProcess StartOnFullDisk(int bytes, params string[] arguments) =>
        // .NET would map its code by way of a large file.
        Start(new Dictionary<string, string> { ["DOTNET_EnableWriteXorExecute"] = "0" }, ["--ignore-signal=XFSZ", "prlimit", $"--fsize={bytes}"], arguments);

    public static NodeProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) => Start(environment, [], arguments);

    private static NodeProcess Start(IReadOnlyDictionary<string, string> environment, string[] before, string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "roboperception");
        // A test run in the background of a shell, or under nohup, ignores these, and its children would inherit that.
        var start = new ProcessStartInfo("env", ["--default-signal=INT,QUIT,HUP", .. before, program, .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = Path.GetTempPath() };
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("ROBOPERCEPTION__", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }
        var node = new NodeProcess(new Process { StartInfo = start });
        node.process.ErrorDataReceived += (_, line) => Append(node.errors, line.Data);
        node.process.OutputDataReceived += (_, line) => Append(node.output, line.Data);
        node.process.Start();
        node.process.BeginErrorReadLine();
        node.process.BeginOutputReadLine();
        return node;
    }

    /// <summary>Waits for the end and returns the exit code; a program that does not end is a failed test with its words.</summary>
    public int WaitForExit()
    {
        if (!process.WaitForExit(Patience))
        {
            Assert.Fail($"the program did not end; it said:\n{Errors}");
        }
        process.WaitForExit(); // also the rest of its output
        return process.ExitCode;
    }

    /// <summary>Waits until a line matches and returns what the pattern's first group caught.</summary>
    public string WaitForLine(Regex pattern)
    {
        long deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (Environment.TickCount64 < deadline)
        {
            Match match = pattern.Match(Errors);
            if (match.Success)
            {
                return match.Groups[1].Value;
            }
            if (process.HasExited)
            {
                process.WaitForExit();
                break;
            }
            Thread.Sleep(10);
        }
        Assert.Fail($"no line matches '{pattern}'; the program said:\n{Errors}");
        return "";
    }

    /// <summary>The port of the broker it started itself.</summary>
    public int WaitForOwnBroker() => int.Parse(WaitForLine(OwnBroker()), CultureInfo.InvariantCulture);

    /// <summary>Waits until its dashboard can be opened.</summary>
    public NodeProcess WithDashboard()
    {
        WaitForLine(Dashboard());
        return this;
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(PosixSignal signal) => Assert.Equal(0, Kill(process.Id, signal switch
    {
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGTERM => 15,
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    }));

    /// <summary>Ends it as a crash would.</summary>
    public void KillHard() => process.Kill();

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }
        process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [GeneratedRegex(@"own broker at mqtt://127\.0\.0\.1:(\d+)")]
    private static partial Regex OwnBroker();

    [GeneratedRegex(@"(dashboard at http://)")]
    private static partial Regex Dashboard();

    private static void Append(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.AppendLine(line);
            }
        }
    }
}
