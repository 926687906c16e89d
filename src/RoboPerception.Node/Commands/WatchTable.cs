using System.Globalization;
using RoboPerception.Messaging;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RoboPerception.Node.Commands;

/// <summary>The live table of a node, made from the documents it publishes: nothing here knows more than any subscriber.</summary>
internal static class WatchTable
{
    /// <summary>Renders what is known; parts that have not arrived are shown as a dash.</summary>
    public static IRenderable Render(StatusDocument? status, DescriptionDocument? description, MetricsDocument? metrics, HealthDocument? health, IReadOnlyList<string> notes)
    {
        var rows = new List<IRenderable> { new Markup(Headline(status, description)), Cameras(metrics), StageLatencies(metrics) };
        if (health is not null)
        {
            foreach (HealthEntry entry in health.Components.Where(c => c.Level != HealthLevels.Ok))
            {
                string colour = entry.Level == HealthLevels.Warn ? "yellow" : "red";
                rows.Add(new Markup($"[{colour}]{TerminalText.Of(entry.Name)}: {TerminalText.Of(entry.Message)}{(entry.Cause is null ? "" : $" ({TerminalText.Of(entry.Cause)})")}[/]"));
            }
        }
        rows.AddRange(notes.Select(n => new Text(n, new Style(Color.Grey))));
        return new Rows(rows);
    }

    private static string Headline(StatusDocument? status, DescriptionDocument? description)
    {
        string state = status?.State ?? "waiting";
        string colour = state switch
        {
            NodeStates.Ready => "green",
            NodeStates.Lost or NodeStates.Stopped => "red",
            _ => "yellow",
        };
        string about = description is null ? "" :
            $"  {TerminalText.Of(description.Node)}  {TerminalText.Of(description.Model?.Name)} on {TerminalText.Of(description.ExecutionProvider)}";
        return $"[bold {colour}]{TerminalText.Of(state)}[/]{about}";
    }

    private static Table Cameras(MetricsDocument? metrics)
    {
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumn("camera").AddColumn(Right("frames/s")).AddColumn(Right("published")).AddColumn(Right("age p50 ms")).AddColumn(Right("age p99 ms")).AddColumn("dropped");
        foreach (CameraMetrics camera in metrics?.Cameras ?? [])
        {
            IEnumerable<string> drops = camera.Dropped.Where(d => d.Value > 0).Select(d => $"{d.Key} {d.Value}")
                .Concat(camera.Superseded.Where(d => d.Value > 0).Select(d => $"{d.Key} superseded {d.Value}"));
            string dropped = string.Join(", ", drops);
            table.AddRow(
                TerminalText.Of(camera.Camera), Number(camera.FramesPerSecond), camera.Published.ToString(CultureInfo.InvariantCulture),
                Number(camera.Age?.P50), Number(camera.Age?.P99), dropped.Length > 0 ? TerminalText.Of(dropped) : "none");
        }
        if (metrics is null)
        {
            table.AddRow("-", "-", "-", "-", "-", "-");
        }
        return table;
    }

    private static Table StageLatencies(MetricsDocument? metrics)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("stage");
        IReadOnlyList<CameraMetrics> cameras = metrics?.Cameras ?? [];
        foreach (CameraMetrics camera in cameras)
        {
            table.AddColumn(Right($"{TerminalText.Of(camera.Camera)} p50 ms")).AddColumn(Right("p95")).AddColumn(Right("p99"));
        }
        foreach (string stage in cameras.SelectMany(c => c.Stages.Keys).Distinct())
        {
            IEnumerable<string> cells = cameras.SelectMany(c => c.Stages.TryGetValue(stage, out LatencySummary? s)
                ? new[] { Number(s.P50), Number(s.P95), Number(s.P99) }
                : ["-", "-", "-"]);
            table.AddRow([TerminalText.Of(stage), .. cells]);
        }
        return table;
    }

    private static TableColumn Right(string title) => new TableColumn(title).RightAligned();

    private static string Number(double? value) => value is { } number ? number.ToString("0.0", CultureInfo.InvariantCulture) : "-";
}
