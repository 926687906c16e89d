using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RoboPerception.Messaging;

/// <summary>
/// A child that cannot outlive us: <c>setpriv --pdeathsig</c> asks the kernel to end it when its parent dies. "Parent" means the
/// thread that forked it, so one thread starts the child and stays until the child has ended.
/// </summary>
internal sealed partial class BrokerProcess
{
    private const int SigTerm = 15;

    private readonly TaskCompletionSource<Process> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ProcessStartInfo startInfo;

    private BrokerProcess(ProcessStartInfo startInfo) => this.startInfo = startInfo;

    public int Id { get; private set; }

    public bool HasExited => exited.Task.IsCompleted;

    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be run.</exception>
    public static BrokerProcess Start(string program, string configuration)
    {
        var keeper = new BrokerProcess(new ProcessStartInfo("setpriv", ["--pdeathsig", "TERM", program, "-c", configuration])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        new Thread(keeper.Keep) { IsBackground = true, Name = "mosquitto keeper" }.Start();
        keeper.Id = keeper.started.Task.GetAwaiter().GetResult().Id;
        return keeper;
    }

    public void Stop(TimeSpan limit)
    {
        if (HasExited)
        {
            return;
        }
        _ = Kill(Id, SigTerm);
        if (!exited.Task.Wait(limit))
        {
            started.Task.Result.Kill();
            exited.Task.Wait(limit);
        }
    }

    private void Keep()
    {
        Process process;
        try
        {
            process = Process.Start(startInfo)!;
        }
        catch (Exception exception)
        {
            exited.TrySetResult();
            started.SetException(exception);
            return;
        }
        // Drained, or a full pipe would stop the broker. What it says goes to its log file.
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        started.SetResult(process);
        process.WaitForExit();
        exited.TrySetResult();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
