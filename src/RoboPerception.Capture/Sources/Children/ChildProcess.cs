using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RoboPerception.Capture;

/// <summary>
/// A child that writes frames to its standard output. It cannot outlive us: the kernel kills it when the thread that started it
/// ends (<c>setpriv --pdeathsig</c>), also when that is because we were killed. It has a session of its own, so that Ctrl-C ends us
/// first and it in order. What it says on standard error is kept, the last lines of it.
/// </summary>
internal sealed partial class ChildProcess : IDisposable
{
    private const int LinesKept = 40;
    private const int SigInt = 2;

    private static readonly TimeSpan PatienceWithEnd = TimeSpan.FromSeconds(1);

    private readonly Process process;
    private readonly Queue<string> lines = new();

    private ChildProcess(Process process, SafePipeHandle output)
    {
        this.process = process;
        Output = new PipeReader(output);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginErrorReadLine();
        Output.Enlarge();
    }

    /// <summary>Its standard output.</summary>
    public PipeReader Output { get; }

    /// <summary>Its process id.</summary>
    public int Id => process.Id;

    /// <summary>What it has said on standard error, oldest first.</summary>
    public IReadOnlyList<string> Said
    {
        get
        {
            lock (lines)
            {
                return [.. lines];
            }
        }
    }

    /// <summary>Starts a program, which from then on depends on the present thread.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">What it shall find on its standard input; null = it has none of its own.</param>
    /// <exception cref="Win32Exception">It cannot be run.</exception>
    public static ChildProcess Start(string program, IReadOnlyList<string> arguments, string? input = null)
    {
        string[] keeper = FindOnPath("setpriv") is null || FindOnPath("setsid") is null ? [] : ["setpriv", "--pdeathsig", "KILL", "setsid"];
        string[] all = [.. keeper, program, .. arguments];
        Process process = Process.Start(new ProcessStartInfo(all[0], all[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = input is not null,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        if (input is not null)
        {
            GiveInput(process, input);
        }

        return process.StandardOutput.BaseStream is PipeStream pipe
            ? new ChildProcess(process, pipe.SafePipeHandle)
            : throw new InvalidOperationException("Standard output of a child is not a pipe in this version of .NET.");
    }

    /// <summary>Where a program lies, or null.</summary>
    public static string? FindOnPath(string program)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            return File.Exists(program) ? program : null;
        }

        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }

    /// <summary>Waits a moment for the end of a child that has closed its output, so that all it has to say is there.</summary>
    public bool WaitForEnd()
    {
        if (!process.WaitForExit(PatienceWithEnd))
        {
            return false;
        }

        // Once more without a limit: that one waits for the last lines of standard error.
        process.WaitForExit();
        return true;
    }

    /// <summary>Ends it: asked first, so that a camera's driver is left in order, then by force.</summary>
    public void Dispose()
    {
        try
        {
            if (!process.HasExited && (Kill(process.Id, SigInt) != 0 || !process.WaitForExit(PatienceWithEnd)))
            {
                process.Kill();
                process.WaitForExit(PatienceWithEnd);
            }
        }
        catch (InvalidOperationException)
        {
            // It has ended in between.
        }

        process.StandardOutput.Dispose();
        process.Dispose();
    }

    private static void GiveInput(Process process, string input)
    {
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Dispose();
        }
        catch (IOException)
        {
            // It has ended before it could read; the reader of its output will notice.
        }
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        lock (lines)
        {
            if (lines.Count == LinesKept)
            {
                lines.Dequeue();
            }

            lines.Enqueue(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
