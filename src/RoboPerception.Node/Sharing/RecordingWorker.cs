using RoboPerception.Messaging;

namespace RoboPerception.Node.Sharing;

/// <summary>
/// Does the recordings of a group, one after another: those that are offered to it, and those that nobody is at because the worker they
/// were offered to is busy or gone. A job is finished when its result is on the board; until then somebody does it again.
/// </summary>
internal sealed class RecordingWorker(MqttConnection connection, JobTopics topics, string name, string model, Func<Job, string, CancellationToken, Task<JobResult>> replay, Action<string> log)
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(300);
    private readonly JobBoard board = new();

    /// <summary>The last will that a connection of this worker must have: whoever is gone holds no job.</summary>
    public static MqttWill Will(JobTopics topics, string name) => new(topics.Worker(name), []);

    /// <summary>Works until <paramref name="stop"/>, or with <paramref name="drain"/> until nothing is left to do.</summary>
    public async Task RunAsync(bool drain, CancellationToken stop)
    {
        foreach (string filter in topics.Board)
        {
            connection.ListenAll(filter, Receive);
        }
        connection.ListenAll(topics.SharedOffers, Receive);
        await connection.StartAsync(stop).ConfigureAwait(false);
        connection.SetRetained(topics.Worker(name), "{}"u8.ToArray());
        // The broker sends what it retained before what came later: our own word is the end of it.
        await WaitAsync(() => board.Knows(name), stop).ConfigureAwait(false);
        log($"worker {name} of group '{topics.Group}': {board.Open} recordings to do");
        try
        {
            while (!stop.IsCancellationRequested)
            {
                if (board.TryTakeOffered(model, out Job? job) || (await IsQuietAsync(stop).ConfigureAwait(false) && board.TryTakeAny(model, out job)))
                {
                    await DoAsync(job!, stop).ConfigureAwait(false);
                }
                else if (drain && board.Open == 0)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        finally
        {
            await connection.StopAsync(topics.Worker(name), []).ConfigureAwait(false);
        }
    }

    private void Receive(string topic, byte[] payload) => board.Receive(topics, topic, payload);

    /// <summary>False if something came in meanwhile: an offer goes before what is picked up.</summary>
    private async Task<bool> IsQuietAsync(CancellationToken stop)
    {
        Task changed = board.Changed;
        // Not all at the same moment.
        await Task.WhenAny(changed, Task.Delay(Idle * (1 + Random.Shared.NextDouble()), stop)).ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        return !changed.IsCompleted || board.Open > 0;
    }

    private async Task DoAsync(Job job, CancellationToken stop)
    {
        string id = job.Id, claim = topics.Claim(id, name);
        connection.SetRetained(claim, "{}"u8.ToArray());
        await WaitAsync(() => board.HasClaim(id, name) || board.Result(id) is not null, stop).ConfigureAwait(false);
        if (board.Result(id) is null && board.Holder(id) == name)
        {
            log($"{job.Recording}: begun ({id})");
            JobResult result = await replay(job, id, stop).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            // The result first: a worker that dies between the two leaves a job that is done, and is seen to be.
            connection.SetRetained(topics.Done(id), JobJson.Write(result));
            connection.SetRetained(topics.Todo(id), []);
            foreach (string other in board.Claimants(id))
            {
                connection.SetRetained(topics.Claim(id, other), []);
            }
            await connection.FlushRetainedAsync(stop).ConfigureAwait(false);
            await WaitAsync(() => board.Result(id) is not null, stop).ConfigureAwait(false);
            log(result.ExitCode == 0 ? $"{job.Recording}: done" : $"{job.Recording}: exit {result.ExitCode}: {result.Message}");
        }
        connection.SetRetained(claim, []);
    }

    private async Task WaitAsync(Func<bool> condition, CancellationToken stop)
    {
        while (true)
        {
            Task changed = board.Changed;
            if (condition())
            {
                return;
            }
            await changed.WaitAsync(stop).ConfigureAwait(false);
        }
    }
}
