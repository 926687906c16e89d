using System.Diagnostics;
using System.Text.Json;
using RoboPerception.Core;

namespace RoboPerception.Node.Sharing;

/// <summary>
/// One recording by a <c>roboperception replay</c> of its own: a file that brings a decoder down ends that process, not the worker. Its
/// report is named by the job, written beside and renamed, so doing it twice leaves the same file.
/// </summary>
internal sealed class ReplayProcess(string worker, string folder, IReadOnlyList<string> flags)
{
    private const int KilledBySignal = 128;

    /// <summary>Runs it, a second time if it crashed.</summary>
    public async Task<JobResult> RunAsync(Job job, string id, CancellationToken stop)
    {
        string report = Path.Combine(folder, $"{id}.json");
        (int exit, string message) = await OnceAsync(job, report, stop).ConfigureAwait(false);
        if (exit >= KilledBySignal && exit != (int)ExitCode.Interrupted)
        {
            (exit, message) = await OnceAsync(job, report, stop).ConfigureAwait(false);
        }
        JsonElement? figures = null;
        if (exit == 0)
        {
            using JsonDocument document = JsonDocument.Parse(await File.ReadAllBytesAsync(report, stop).ConfigureAwait(false));
            figures = document.RootElement.Clone();
        }
        return new JobResult(job.Recording, job.Content, job.Model, worker, exit, exit == 0 ? null : message, figures);
    }

    private async Task<(int Exit, string Message)> OnceAsync(Job job, string report, CancellationToken stop)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in (string[])["replay", job.Recording, "--node", worker, "--report", report, .. flags])
        {
            start.ArgumentList.Add(argument);
        }
        using Process process = Process.Start(start)!;
        string last = "it said nothing";
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += (_, line) => last = string.IsNullOrWhiteSpace(line.Data) ? last : line.Data;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
        return (process.ExitCode, last);
    }
}
