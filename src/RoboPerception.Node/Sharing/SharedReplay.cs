using System.Security.Cryptography;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Brokers;
using RoboPerception.Node.Commands;
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
        if (report is not null)
        {
            NamedFiles.CheckFolderOf(report);
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

    private static MqttConnectionOptions Options(NodeSettings settings, JobTopics topics, string name)
    {
        string url = settings.BrokerUrl ?? throw new UserErrorException(ExitCode.Usage, $"group '{topics.Group}' meets at a broker: name it with --broker URL");
        return BrokerAccess.Options(settings, BrokerAddress.Parse(url), $"roboperception-{name}", failFast: true, RecordingWorker.Will(topics, name), Say);
    }

    private static async Task<int> RunAsync(MqttConnectionOptions options, Func<MqttConnection, CancellationToken, Task<int>> work)
    {
        using var stop = new StopSignals();
        var connection = new MqttConnection(options);
        await using (connection.ConfigureAwait(false))
        {
            try
            {
                int result = await work(connection, stop.Token).ConfigureAwait(false);
                return stop.Token.IsCancellationRequested ? (int)stop.ExitCode : result;
            }
            catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
            {
                return (int)stop.ExitCode;
            }
        }
    }
}
