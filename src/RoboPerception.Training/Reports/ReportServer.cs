using System.Globalization;
using System.Net;
using System.Text;
using RoboPerception.Core;
using RoboPerception.Training.Optimisation;

namespace RoboPerception.Training.Reports;

/// <summary>
/// Serves the report of runs on this machine's loopback address while they train: the page, and its data anew for every question. It reads the runs'
/// folders, so the training may be another process, and a page that asks too often slows no training step.
/// </summary>
internal sealed class ReportServer : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly IReadOnlyList<string> folders;
    private readonly Dictionary<string, (string Stamp, RunData Run)> known = [];

    /// <summary>Starts to serve.</summary>
    /// <param name="folders">Folders of runs; one that has begun nothing yet answers once it has.</param>
    /// <param name="port">Port of 127.0.0.1.</param>
    /// <exception cref="UserErrorException">The port is taken.</exception>
    public ReportServer(IReadOnlyList<string> folders, int port)
    {
        this.folders = folders;
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/");
        listener.Prefixes.Add(Address);
        try
        {
            listener.Start();
        }
        catch (HttpListenerException error)
        {
            throw new UserErrorException(ExitCode.Usage, $"--watch {port}: the port cannot be opened ({error.Message}); name another, such as --watch {port + 1}.", error);
        }

        _ = Task.Run(ServeAsync);
    }

    /// <summary>Where the page is.</summary>
    public string Address { get; }

    /// <inheritdoc/>
    public void Dispose() => listener.Close();

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                Answer(await listener.GetContextAsync().ConfigureAwait(false));
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or IOException or InvalidOperationException)
            {
                // The reader went away, or the server is closed: nothing to tell anyone.
            }
        }
    }

    /// <summary>A run, read anew only when an epoch has ended or another checkpoint is the best: its files may be large.</summary>
    private RunData Read(string folder)
    {
        var stamp = string.Join(' ', new[] { "log.jsonl", Trainer.BestCheckpoint, RunDetails.FileName }.Select(name => new FileInfo(Path.Combine(folder, name)))
            .Select(file => file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.Length}-{file.LastWriteTimeUtc.Ticks}") : "-"));
        if (!known.TryGetValue(folder, out var entry) || entry.Stamp != stamp)
        {
            known[folder] = entry = (stamp, RunReader.Read(folder));
        }

        return entry.Run;
    }

    private void Answer(HttpListenerContext context)
    {
        using var response = context.Response;
        response.Headers["Cache-Control"] = "no-store";
        var isPage = context.Request.Url?.AbsolutePath is "/";
        if (!isPage && context.Request.Url?.AbsolutePath is not "/data.json")
        {
            response.StatusCode = (int)HttpStatusCode.NotFound;
            return;
        }

        byte[] body;
        try
        {
            var data = new ReportData([.. folders.Select(Read)], Live: true);
            body = Encoding.UTF8.GetBytes(isPage ? ReportPage.Html(data) : ReportPage.Json(data));
            response.ContentType = isPage ? "text/html; charset=utf-8" : "application/json";
        }
        catch (Exception error) when (error is UserErrorException or IOException)
        {
            // Before the first checkpoint there is nothing to read; the page asks again.
            response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
            response.Headers["Refresh"] = "2";
            response.ContentType = "text/plain; charset=utf-8";
            body = Encoding.UTF8.GetBytes("Nothing to show yet: the run has not finished its first epoch.\n");
        }

        response.ContentLength64 = body.Length;
        response.OutputStream.Write(body);
    }
}
