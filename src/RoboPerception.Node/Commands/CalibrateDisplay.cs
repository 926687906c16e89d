using System.Globalization;
using System.Text;
using RoboPerception.Capture;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RoboPerception.Node.Commands;

/// <summary>What the person with the board sees: where in the image corners were found, and what to do next.</summary>
internal static class CalibrateDisplay
{
    private const int ShadedFrom = 12;

    /// <summary>Takes steps until one says that it was the last, and draws after each where there is a terminal.</summary>
    public static void Follow(CalibrationSession session, RunningCalibration running, Func<bool> step)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            while (step())
            {
            }

            return;
        }

        AnsiConsole.Live(Drawing(session, running)).Start(live =>
        {
            while (step())
            {
                live.UpdateTarget(Drawing(session, running));
                live.Refresh();
            }

            live.UpdateTarget(Drawing(session, running));
        });
    }

    /// <summary>The map of the image and the next step.</summary>
    public static IRenderable Drawing(CalibrationSession session, RunningCalibration running)
    {
        CoverageGuide coverage = session.Coverage;
        var map = new StringBuilder();
        for (int row = 0; row < CoverageGuide.MapRows; row++)
        {
            for (int column = 0; column < CoverageGuide.MapColumns; column++)
            {
                int corners = coverage.Corners(row, column);
                bool here = session.Last is { } view && view.Pixels.Any(p => IsIn(p.X / view.ImageSize.Width, p.Y / view.ImageSize.Height, row, column));
                string cell = corners == 0 ? "··" : corners < ShadedFrom ? "▒▒" : "██";
                map.Append(here ? $"[yellow]{cell}[/]" : corners == 0 ? $"[grey]{cell}[/]" : $"[green]{cell}[/]");
            }

            map.Append(row + 1 < CoverageGuide.MapRows ? "\n" : "");
        }

        string seen = session.Last is null ? "[red]no board in sight[/]: all of it must be sharp and in the image" : "[green]the board is seen[/]";
        string error = running.Result is { } result ? string.Create(CultureInfo.InvariantCulture, $"\nreprojection error so far: {result.Error:0.00} pixels") : "";
        string next = coverage.NextStep ?? "enough";
        var words = new Markup(string.Create(
            CultureInfo.InvariantCulture,
            $"{seen}\nviews kept: [bold]{coverage.Views.Count}[/] of {session.Found} in {session.Frames} frames\nimage covered: {coverage.Covered:P0}{error}\n\n[bold yellow]{Markup.Escape(next)}[/]\n\n[grey]Ctrl-C: calibrate with what there is[/]"));
        return new Columns(new Panel(new Markup(map.ToString())) { Header = new PanelHeader("image") }, words) { Expand = false };
    }

    private static bool IsIn(double x, double y, int row, int column) =>
        (int)(x * CoverageGuide.MapColumns) == column && (int)(y * CoverageGuide.MapRows) == row;
}
