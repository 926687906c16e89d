using RoboPerception.Messaging;

namespace RoboPerception.Node.Sharing;

/// <summary>Puts recordings on a group's board, offers them to its workers and waits for the results.</summary>
internal sealed class RecordingSharer(MqttConnection connection, JobTopics topics, string name, Action<string> log)
{
    private readonly JobBoard board = new();

    /// <summary>The results, in the order of the jobs. A job that was done before is not done again.</summary>
    public async Task<IReadOnlyList<JobResult>> RunAsync(IReadOnlyList<Job> jobs, CancellationToken stop)
    {
        foreach (string filter in topics.Board)
        {
            connection.ListenAll(filter, (topic, payload) => board.Receive(topics, topic, payload));
        }
        await connection.StartAsync(stop).ConfigureAwait(false);
        await SyncAsync(stop).ConfigureAwait(false);
        List<Job> open = [.. jobs.DistinctBy(j => j.Id).Where(j => board.Result(j.Id) is null)];
        log($"group '{topics.Group}': {open.Count} recordings to do, {jobs.Count - open.Count} done before");
        foreach (Job job in open)
        {
            connection.SetRetained(topics.Todo(job.Id), JobJson.Write(job));
        }
        await connection.FlushRetainedAsync(stop).ConfigureAwait(false);
        foreach (Job job in open)
        {
            await connection.PublishAsync(topics.Offers, System.Text.Encoding.UTF8.GetBytes(job.Id), stop).ConfigureAwait(false);
        }
        var told = new HashSet<string>();
        while (true)
        {
            Task changed = board.Changed;
            foreach (Job job in open.Where(j => board.Result(j.Id) is not null && told.Add(j.Id)))
            {
                JobResult result = board.Result(job.Id)!;
                log($"{told.Count} of {open.Count}: {job.Recording}: {(result.ExitCode == 0 ? "done" : $"exit {result.ExitCode}: {result.Message}")} by {result.Worker}");
                // A connection publishes what it retained again on every connect; what is done must not come back.
                connection.SetRetained(topics.Todo(job.Id), []);
            }
            if (told.Count == open.Count)
            {
                break;
            }
            await changed.WaitAsync(stop).ConfigureAwait(false);
        }
        await connection.FlushRetainedAsync(stop).ConfigureAwait(false);
        return [.. jobs.Select(j => board.Result(j.Id)!)];
    }

    /// <summary>The broker sends what it retained before what came later: our own word is the end of it.</summary>
    private async Task SyncAsync(CancellationToken stop)
    {
        connection.SetRetained(topics.Worker(name), "{}"u8.ToArray());
        while (true)
        {
            Task changed = board.Changed;
            if (board.Knows(name))
            {
                break;
            }
            await changed.WaitAsync(stop).ConfigureAwait(false);
        }
        connection.SetRetained(topics.Worker(name), []);
    }
}
