using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using RoboPerception.Node.Configuration;

namespace RoboPerception.Node.Logging;

/// <summary>
/// The node's log: lines on standard error, where systemd and docker pick them up, as text or as one JSON object each
/// (<c>log.format: json</c>). A line that repeats within a second is written once, so that a source that fails 30 times a second does
/// not fill a disk. Live tables take the lines over.
/// </summary>
internal sealed class NodeLog : ILoggerProvider
{
    private const int Kept = 5;
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly object gate = new();
    private readonly Queue<string> recent = new();
    private string last = "";
    private long lastAt;

    /// <summary>True: one JSON object a line instead of text.</summary>
    public bool IsJson { get; init; }

    /// <summary>True: lines are only kept in <see cref="Recent"/>, because a live table owns the terminal.</summary>
    public bool IsQuiet { get; set; }

    /// <summary>The last few lines as text, oldest first.</summary>
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

    /// <summary>Told about every line that is written; on the thread that writes it.</summary>
    public event Action<LogLine>? Written;

    /// <summary>Sets the levels: the node's own, and what the host and the web server say only where something is wrong.</summary>
    public static void Filter(ILoggingBuilder logging, NodeSettings settings)
    {
        logging.SetMinimumLevel(settings.LogLevel);
        foreach ((string component, LogLevel level) in settings.LogLevels)
        {
            logging.AddFilter(component, level);
        }
        logging.AddFilter("Microsoft", LogLevel.Error);
        // A start that fails is told by the program itself, with its remedy and exit code.
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Component(this, categoryName.StartsWith("Microsoft.", StringComparison.Ordinal) ? LogComponents.Http : categoryName);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held; a log outlives the host that it is given to.
    }

    private void Write(LogLine line, object? state)
    {
        lock (gate)
        {
            long now = Environment.TickCount64;
            if (line.Message == last && now - lastAt < 1000)
            {
                return;
            }
            (last, lastAt) = (line.Message, now);
            string text = string.Create(CultureInfo.InvariantCulture, $"{line.Time.LocalDateTime:HH:mm:ss} {line.Message}");
            recent.Enqueue(text);
            if (recent.Count > Kept)
            {
                recent.Dequeue();
            }
            if (!IsQuiet)
            {
                Console.Error.WriteLine(IsJson ? JsonOf(line, state) : text);
            }
        }
        Written?.Invoke(line);
    }

    private static string JsonOf(LogLine line, object? state)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartObject();
            json.WriteString("time", line.Time);
            json.WriteString("level", LogLevels.Name(line.Level));
            json.WriteString("component", line.Component);
            json.WriteString("message", line.Message);
            foreach ((string name, object? value) in state as IEnumerable<KeyValuePair<string, object?>> ?? [])
            {
                // The template, and the text of parts that bring finished lines, say nothing that the message does not.
                if (name is not ("{OriginalFormat}" or "Text") && value is not null)
                {
                    json.WriteString(JsonNamingPolicy.CamelCase.ConvertName(name), Convert.ToString(value, CultureInfo.InvariantCulture));
                }
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private sealed class Component(NodeLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string message = formatter(state, exception);
            log.Write(new LogLine(DateTimeOffset.UtcNow, logLevel, name, exception is null ? message : $"{message}: {exception.Message}"), state);
        }
    }
}

/// <summary>A line of the log.</summary>
/// <param name="Time">When, UTC.</param>
/// <param name="Level">How serious.</param>
/// <param name="Component">Who says it: one of <see cref="LogComponents"/>.</param>
/// <param name="Message">What.</param>
internal sealed record LogLine(DateTimeOffset Time, LogLevel Level, string Component, string Message);
