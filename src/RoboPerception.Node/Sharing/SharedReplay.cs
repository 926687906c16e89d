using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;

namespace RoboPerception.Node.Sharing;

/// <summary>The two sides of <c>replay</c> over many machines: who shares recordings, and who does them.</summary>
internal static class SharedReplay
{
    /// <summary>Puts recordings on a group's board and waits until each has a result.</summary>
    /// <returns>0, or the exit code of the first recording that failed.</returns>
    public static Task<int> ShareAsync(NodeSettings settings, string group, IReadOnlyList<string> recordings, string? report)
    {
        if (recordings.Count == 0)
        {
            throw new UserErrorException(ExitCode.Usage, "--share needs recordings: 'roboperception replay FILE... --share GROUP --broker URL'");
        }
        var topics = new JobTopics(settings.Prefix, group);
        string model = IdOf(settings);
        // Workers run in other folders, if not on other machines.
        List<Job> jobs = [.. recordings.Select(r => new Job(r.Contains("://", StringComparison.Ordinal) ? r : Path.GetFullPath(r), RecordingContent.Hash(r), model))];
        string name = $"sharer-{NewSession()}";
        return RunAsync(Options(settings, topics, name), async (connection, stop) =>
        {
            IReadOnlyList<JobResult> results = await new RecordingSharer(connection, topics, name, Say).RunAsync(jobs, stop).ConfigureAwait(false);
            if (report is not null)
            {
                AtomicFile.Write(report, JobJson.Write(results));
            }
            return results.FirstOrDefault(r => r.ExitCode != 0)?.ExitCode ?? 0;
        });
    }

    /// <summary>Does the recordings of a group.</summary>
    public static Task<int> WorkAsync(NodeSettings settings, string group, bool drain, string folder, IReadOnlyList<string> flags)
    {
        var topics = new JobTopics(settings.Prefix, group);
        string model = IdOf(settings), name = $"{settings.NodeId}-{NewSession()}";
        Directory.CreateDirectory(folder);
        var replay = new ReplayProcess(name, folder, flags);
        return RunAsync(Options(settings, topics, name), async (connection, stop) =>
        {
            await new RecordingWorker(connection, topics, name, model, replay.RunAsync, Say).RunAsync(drain, stop).ConfigureAwait(false);
            return 0;
        });
    }

    private static string IdOf(NodeSettings settings) => $"{ModelFile.Load(settings.ModelFile.Length > 0 ? settings.ModelFile : DefaultModel.Find()).ModelId:x16}";

    private static string NewSession() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    private static void Say(string text) => Console.Error.WriteLine(text);

    private static MqttConnectionOptions Options(NodeSettings settings, JobTopics topics, string name) => new()
    {
        Broker = BrokerAddress.Parse(settings.BrokerUrl ?? throw new UserErrorException(ExitCode.Usage, $"group '{topics.Group}' meets at a broker: name it with --broker URL")),
        ClientId = $"roboperception-{name}",
        PasswordFile = settings.PasswordFile,
        Password = Environment.GetEnvironmentVariable("ROBOPERCEPTION__BROKER__PASSWORD"),
        CaFile = settings.CaFile,
        FailFast = true,
        Will = RecordingWorker.Will(topics, name),
        Log = Say,
    };

    /// <summary>Ctrl-C ends with 130, SIGTERM with 0, as everywhere.</summary>
    private static async Task<int> RunAsync(MqttConnectionOptions options, Func<MqttConnection, CancellationToken, Task<int>> work)
    {
        using var stop = new CancellationTokenSource();
        var exitCode = ExitCode.Ok;
        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            exitCode = context.Signal == PosixSignal.SIGINT ? ExitCode.Interrupted : ExitCode.Ok;
            stop.Cancel();
        }
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        var connection = new MqttConnection(options);
        await using (connection.ConfigureAwait(false))
        {
            try
            {
                int result = await work(connection, stop.Token).ConfigureAwait(false);
                return stop.IsCancellationRequested ? (int)exitCode : result;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return (int)exitCode;
            }
        }
    }
}
