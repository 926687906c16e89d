using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using RoboPerception.Core;
using RoboPerception.Messaging;

namespace RoboPerception.Benchmarks.Faults;

/// <summary>The real program <c>roboperception run</c> in a process of its own, if need be in another network.</summary>
internal sealed partial class FaultNode : IDisposable
{
    /// <summary>Its name in topics.</summary>
    public const string Name = "faults";

    /// <summary>Its camera's.</summary>
    public const string Camera = "cam0";

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    private readonly Process process;
    private readonly StringBuilder said = new();

    /// <summary>Starts it.</summary>
    /// <param name="model">The ONNX file.</param>
    /// <param name="source">Its source.</param>
    /// <param name="broker">Its broker.</param>
    /// <param name="inNetwork">The program and its arguments that put it into another network; empty = here.</param>
    public FaultNode(string model, string source, BrokerAddress broker, params string[] inNetwork)
    {
        string[] command =
        [
            .. inNetwork, Path.Combine(AppContext.BaseDirectory, "roboperception"), "run", source, "--model", model, "--providers", "cpu", "--node", Name, "--broker", broker.ToString(),
        ];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("ROBOPERCEPTION__", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }
        process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    /// <summary>Names of its topics.</summary>
    public static Topics Topics { get; } = new(Topics.DefaultPrefix, Name);

    /// <summary>Its process id.</summary>
    public int Id => process.Id;

    /// <summary>False once it has ended, which no fault may bring about.</summary>
    public bool Lives => !process.HasExited;

    /// <summary>Its last words.</summary>
    public string Said
    {
        get
        {
            lock (said)
            {
                return said.Length > 2000 ? said.ToString(said.Length - 2000, 2000) : said.ToString();
            }
        }
    }

    /// <summary>SIGTERM; the exit code, or null if it did not end.</summary>
    public int? Stop()
    {
        _ = Kill(process.Id, 15);
        return process.WaitForExit(StopLimit) ? process.ExitCode : null;
    }

    /// <inheritdoc/>
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

    private void Keep(string? line)
    {
        lock (said)
        {
            said.AppendLine(line);
        }
    }
}
