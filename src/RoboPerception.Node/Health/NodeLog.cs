using System.Globalization;

namespace RoboPerception.Node.Health;

/// <summary>
/// The node's log: lines on standard error, where systemd and docker pick them up. A line that repeats within a second is
/// written once, so that a source that fails 30 times a second does not fill a disk. Live tables take the lines over.
/// </summary>
internal sealed class NodeLog
{
    private readonly object gate = new();
    private readonly Queue<string> recent = new();
    private string last = "";
    private long lastAt;

    /// <summary>True: lines are only kept in <see cref="Recent"/>, because a live table owns the terminal.</summary>
    public bool IsQuiet { get; set; }

    /// <summary>The last few lines, oldest first.</summary>
    public IReadOnlyList<string> Recent
    {
        get
        {
            lock (gate)
            {
                return [.. recent];
            }
        }
    }

    /// <summary>Writes a line.</summary>
    public void Write(string message)
    {
        lock (gate)
        {
            long now = Environment.TickCount64;
            if (message == last && now - lastAt < 1000)
            {
                return;
            }
            (last, lastAt) = (message, now);
            string line = string.Create(CultureInfo.InvariantCulture, $"{DateTime.Now:HH:mm:ss} {message}");
            recent.Enqueue(line);
            if (recent.Count > 5)
            {
                recent.Dequeue();
            }
            if (!IsQuiet)
            {
                Console.Error.WriteLine(line);
            }
        }
    }
}
