using System.Globalization;
using RoboPerception.Messaging;
using Spectre.Console;

namespace RoboPerception.Node.Commands;

/// <summary>One row for each camera of each node.</summary>
internal static class FleetTable
{
    /// <summary>Renders what is known; figures that are not of now are left out.</summary>
    public static Table Render(IReadOnlyList<FleetNode> nodes)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("node", "state", "camera").AddColumn(Right("frames/s")).AddColumn(Right("age p99 ms")).AddColumn(Right("dropped"))
            .AddColumns("model", "provider", "host").AddColumn(Right("up")).AddColumn("trouble");
        foreach (FleetNode node in nodes)
        {
            IReadOnlyList<CameraMetrics> cameras = node.IsFresh ? node.Metrics!.Cameras : [];
            string[] names = cameras.Count > 0 ? [.. cameras.Select(c => c.Camera)] : [.. (node.Description?.Cameras ?? []).Select(c => c.Id).DefaultIfEmpty("-")];
            for (int i = 0; i < names.Length; i++)
            {
                CameraMetrics? camera = i < cameras.Count ? cameras[i] : null;
                table.AddRow(
                    i == 0 ? TerminalText.Of(node.Name) : "", i == 0 ? State(node) : "", TerminalText.Of(names[i]), Number(camera?.FramesPerSecond), Number(camera?.Age?.P99),
                    camera is null ? "-" : camera.Dropped.Values.Sum().ToString(CultureInfo.InvariantCulture), i == 0 ? TerminalText.Of(node.Description?.Model?.Name) : "",
                    i == 0 ? TerminalText.Of(node.Description?.ExecutionProvider) : "", i == 0 ? TerminalText.Of(node.Description?.Host) : "", i == 0 ? Up(node) : "",
                    i == 0 ? TroubleOf(node) : "");
            }
        }
        if (nodes.Count == 0)
        {
            table.AddRow("[grey]no node has said anything[/]", "", "", "", "", "", "", "", "", "", "");
        }
        return table;
    }

    private static string State(FleetNode node)
    {
        string state = node.Status?.State ?? "-";
        // A broker that keeps its messages tells the last state of a node that is long gone.
        bool isSilent = !node.IsFresh && state is not (NodeStates.Stopped or NodeStates.Lost);
        string colour = isSilent ? "yellow" : state switch
        {
            NodeStates.Ready => "green",
            NodeStates.Lost or NodeStates.Stopped => "red",
            _ => "yellow",
        };
        return $"[{colour}]{TerminalText.Of(state)}{(isSilent ? ", silent" : "")}[/]";
    }

    private static string TroubleOf(FleetNode node) => !node.IsFresh ? "" : string.Join("; ", (node.Health?.Components ?? [])
        .Where(c => c.Level != HealthLevels.Ok).Select(c => $"{TerminalText.Of(c.Name)}: {TerminalText.Of(c.Message)}"));

    private static string Up(FleetNode node)
    {
        if (!node.IsFresh)
        {
            return "-";
        }
        var up = TimeSpan.FromSeconds(node.Metrics!.UptimeSeconds);
        return up.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{up:mm\\:ss}") : string.Create(CultureInfo.InvariantCulture, $"{(int)up.TotalHours} h");
    }

    private static TableColumn Right(string title) => new TableColumn(title).RightAligned();

    private static string Number(double? value) => value is { } number ? number.ToString("0.0", CultureInfo.InvariantCulture) : "-";
}
