using System.Diagnostics.CodeAnalysis;

namespace RoboPerception.Node.Sharing;

/// <summary>
/// What one member of a group knows of the jobs, from the retained messages. The broker shows everybody the same order of claims, so all
/// agree on who holds a job: the first that claimed it and is still there. From any thread.
/// </summary>
internal sealed class JobBoard
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, Job> todo = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> claims = [];
    private readonly Dictionary<string, JobResult> done = [];
    private readonly HashSet<string> workers = [];
    private readonly Queue<string> offered = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the next change.</summary>
    public Task Changed
    {
        get
        {
            lock (gate)
            {
                return changed.Task;
            }
        }
    }

    /// <summary>Jobs without a result.</summary>
    public int Open
    {
        get
        {
            lock (gate)
            {
                return todo.Keys.Count(id => !done.ContainsKey(id));
            }
        }
    }

    /// <summary>Takes in a message of <see cref="JobTopics.Board"/> or <see cref="JobTopics.Offers"/>.</summary>
    public void Receive(JobTopics topics, string topic, byte[] payload)
    {
        string[] levels = topic[(topics.Root.Length + 1)..].Split('/');
        lock (gate)
        {
            switch (levels)
            {
                case ["offer"]:
                    offered.Enqueue(System.Text.Encoding.UTF8.GetString(payload));
                    break;
                case ["todo", var id] when JobJson.ReadJob(payload) is { } job:
                    todo[id] = job;
                    break;
                case ["todo", var id]:
                    todo.Remove(id);
                    break;
                case ["done", var id] when JobJson.ReadResult(payload) is { } result:
                    done[id] = result;
                    break;
                case ["done", var id]:
                    done.Remove(id);
                    break;
                case ["worker", var worker]:
                    _ = payload.Length > 0 ? workers.Add(worker) : workers.Remove(worker);
                    break;
                case ["claim", var id, var worker]:
                    Claim(id, worker, payload.Length > 0);
                    break;
            }
            changed.TrySetResult();
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Whether a worker has arrived: then everything that was retained before it has, too.</summary>
    public bool Knows(string worker)
    {
        lock (gate)
        {
            return workers.Contains(worker);
        }
    }

    /// <summary>Whether this claim has come back from the broker.</summary>
    public bool HasClaim(string id, string worker)
    {
        lock (gate)
        {
            return claims.TryGetValue(id, out List<string>? names) && names.Contains(worker);
        }
    }

    /// <summary>Who is at this job; null: nobody who is still there.</summary>
    public string? Holder(string id)
    {
        lock (gate)
        {
            return HolderOf(id);
        }
    }

    /// <summary>Everybody who ever claimed it and did not take that back, also those that are gone.</summary>
    public IReadOnlyList<string> Claimants(string id)
    {
        lock (gate)
        {
            return [.. claims.GetValueOrDefault(id) ?? []];
        }
    }

    /// <summary>The result of a job; null: there is none yet.</summary>
    public JobResult? Result(string id)
    {
        lock (gate)
        {
            return done.GetValueOrDefault(id);
        }
    }

    /// <summary>A job that was offered to us and that nobody is at.</summary>
    public bool TryTakeOffered(string model, [NotNullWhen(true)] out Job? job)
    {
        lock (gate)
        {
            while (offered.TryDequeue(out string? id))
            {
                if (todo.TryGetValue(id, out job) && IsFree(id, job, model))
                {
                    return true;
                }
            }
            job = null;
            return false;
        }
    }

    /// <summary>Any job that nobody is at: whoever it was offered to is busy or gone.</summary>
    public bool TryTakeAny(string model, [NotNullWhen(true)] out Job? job)
    {
        lock (gate)
        {
            job = todo.FirstOrDefault(entry => IsFree(entry.Key, entry.Value, model)).Value;
            return job is not null;
        }
    }

    private void Claim(string id, string worker, bool present)
    {
        if (!claims.TryGetValue(id, out List<string>? names))
        {
            claims[id] = names = [];
        }
        if (!present)
        {
            names.Remove(worker);
        }
        else if (!names.Contains(worker))
        {
            names.Add(worker);
        }
    }

    private bool IsFree(string id, Job job, string model) => job.Model == model && !done.ContainsKey(id) && HolderOf(id) is null;

    private string? HolderOf(string id) => claims.GetValueOrDefault(id)?.Find(workers.Contains);
}
