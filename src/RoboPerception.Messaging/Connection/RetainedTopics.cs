namespace RoboPerception.Messaging;

/// <summary>
/// The retained topics and which of them the broker has. A broker that restarted has lost them, so every connect makes all of
/// them due again. Only one task publishes from here: an old value can never overtake a new one.
/// </summary>
internal sealed class RetainedTopics
{
    private readonly Lock gate = new();
    private readonly List<Entry> entries = [];
    private TaskCompletionSource flushed = Completed();

    public void Set(string topic, byte[] payload)
    {
        lock (gate)
        {
            Entry? entry = entries.Find(e => e.Topic == topic);
            if (entry is null)
            {
                entries.Add(entry = new Entry(topic));
            }
            entry.Payload = payload;
            entry.Version++;
            MarkDue();
        }
    }

    public void MakeAllDue()
    {
        lock (gate)
        {
            entries.ForEach(e => e.PublishedVersion = 0);
            MarkDue();
        }
    }

    /// <summary>Completes when everything set so far has been acknowledged.</summary>
    public Task Flushed
    {
        get
        {
            lock (gate)
            {
                return flushed.Task;
            }
        }
    }

    /// <summary>The next topic that the broker does not have, in the order in which topics were first set.</summary>
    public bool TryNext(out string topic, out byte[] payload, out long version)
    {
        lock (gate)
        {
            Entry? due = entries.Find(e => e.PublishedVersion != e.Version);
            (topic, payload, version) = due is null ? ("", [], 0) : (due.Topic, due.Payload, due.Version);
            if (due is null)
            {
                flushed.TrySetResult();
            }
            return due is not null;
        }
    }

    public void MarkPublished(string topic, long version)
    {
        lock (gate)
        {
            entries.Find(e => e.Topic == topic)!.PublishedVersion = version;
        }
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        source.SetResult();
        return source;
    }

    private void MarkDue()
    {
        if (flushed.Task.IsCompleted && entries.Count > 0)
        {
            flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private sealed class Entry(string topic)
    {
        public string Topic { get; } = topic;

        public byte[] Payload { get; set; } = [];

        public long Version { get; set; }

        public long PublishedVersion { get; set; }
    }
}
