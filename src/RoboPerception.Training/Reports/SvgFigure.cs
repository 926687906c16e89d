using System.Globalization;
using System.Net;
using System.Text;

namespace RoboPerception.Training.Reports;

/// <summary>A line of a figure; points that are not finite are left out.</summary>
/// <param name="Name">Name in the legend; series of one name have one colour in all panels.</param>
/// <param name="Points">Places, from left to right.</param>
/// <param name="Spread">Half the height of the bar at each point, such as a standard deviation; null = none.</param>
/// <param name="Marks">Whether points are marked and not joined.</param>
internal sealed record Series(string Name, IReadOnlyList<(double X, double Y)> Points, IReadOnlyList<double>? Spread = null, bool Marks = false);

/// <summary>One plot of a figure.</summary>
/// <param name="Title">What is shown.</param>
/// <param name="Across">What the horizontal axis is.</param>
/// <param name="Series">The lines.</param>
/// <param name="Places">Names of the whole numbers of the horizontal axis instead of round ticks; null = ticks.</param>
internal sealed record Panel(string Title, string Across, IReadOnlyList<Series> Series, IReadOnlyList<(double X, string Name)>? Places = null);

/// <summary>Figures for documents as SVG: panels side by side, round ticks, and one legend below, where it covers no line.</summary>
internal static class SvgFigure
{
    private const int PanelWidth = 380, PanelHeight = 250, Left = 56, Right = 14, Top = 30, Bottom = 42;
    private const int LegendRow = 18, LegendGap = 26, NoteRow = 16;
    private const double LetterWidth = 6.3;
    private static readonly string[] Colours = ["#0b6bcb", "#c2410c", "#15803d", "#7e22ce", "#be185d", "#0f766e", "#a16207", "#475569", "#4f46e5", "#65a30d", "#e11d48", "#0891b2"];

    /// <summary>The figure; white behind, so that it reads on any page.</summary>
    /// <param name="panels">The plots, row by row.</param>
    /// <param name="columns">Plots in a row.</param>
    /// <param name="note">A sentence below all; null = none.</param>
    public static string Draw(IReadOnlyList<Panel> panels, int columns = 3, string? note = null)
    {
        ArgumentNullException.ThrowIfNull(panels);
        columns = Math.Min(columns, panels.Count);
        var rows = (panels.Count + columns - 1) / columns;
        var width = columns * PanelWidth;
        string[] names = [.. panels.SelectMany(panel => panel.Series).Select(line => line.Name).Distinct()];
        var legend = names.Length > 1 ? Legend(names, width) : [];
        var below = (rows * PanelHeight) + (legend.Count == 0 ? 0 : (LegendRow * (legend.Max(entry => entry.Row) + 1)) + 8);
        var lines = note is null ? [] : Lines(note, (int)((width - Left - Right) / LetterWidth));
        var height = below + (NoteRow * lines.Count) + (lines.Count > 0 ? 4 : 0);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="system-ui,sans-serif" font-size="11" fill="#1f2328"><rect width="100%" height="100%" fill="#fff"/>""");
        for (var i = 0; i < panels.Count; i++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<g transform="translate({i % columns * PanelWidth},{i / columns * PanelHeight})">""");
            Plot(svg, panels[i], name => Colours[Math.Max(Array.IndexOf(names, name), 0) % Colours.Length]);
            svg.Append("</g>");
        }

        var marks = panels.SelectMany(panel => panel.Series).Any(line => line.Marks);
        foreach (var (name, x, row) in legend)
        {
            var y = (rows * PanelHeight) + (LegendRow * row) + 10;
            var colour = Colours[Array.IndexOf(names, name) % Colours.Length];
            svg.Append(marks
                ? string.Create(CultureInfo.InvariantCulture, $"""<circle cx="{x + 12}" cy="{y - 4}" r="5" fill="{colour}"/>""")
                : string.Create(CultureInfo.InvariantCulture, $"""<line x1="{x}" x2="{x + 18}" y1="{y - 4}" y2="{y - 4}" stroke="{colour}" stroke-width="2.5"/>"""));
            svg.Append(CultureInfo.InvariantCulture, $"""<text x="{x + 23}" y="{y}">{WebUtility.HtmlEncode(name)}</text>""");
        }

        for (var i = 0; i < lines.Count; i++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<text x="{Left}" y="{below + (NoteRow * i) + 10}" fill="#59636e">{WebUtility.HtmlEncode(lines[i])}</text>""");
        }

        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>A text in lines of at most so many letters.</summary>
    private static List<string> Lines(string text, int letters)
    {
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
        {
            if (lines[^1].Length > 0 && lines[^1].Length + word.Length >= letters)
            {
                lines.Add("");
            }

            lines[^1] += lines[^1].Length == 0 ? word : " " + word;
        }

        return lines;
    }

    /// <summary>Round places between two values: 1, 2 or 5 times a power of ten apart.</summary>
    internal static IReadOnlyList<double> Ticks(double low, double high, int about = 5)
    {
        var rough = (high - low) / about;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * (rough / power) switch { <= 1.5 => 1, <= 3.5 => 2, <= 7.5 => 5, _ => 10 };
        var first = Math.Ceiling((low / step) - 1e-9);
        return [.. Enumerable.Range(0, (int)Math.Floor(((high / step) - first) + 1 + 1e-9)).Select(i => Math.Round((first + i) * step, 12))];
    }

    private static void Plot(StringBuilder svg, Panel panel, Func<string, string> colour)
    {
        var points = panel.Series.SelectMany(line => line.Points.Select((point, i) => (point.X, point.Y, Spread: line.Spread is null ? 0 : Finite(line.Spread[i])))).Where(point => double.IsFinite(point.Y)).ToArray();
        var (x0, x1) = Range([.. points.Select(point => point.X), .. (panel.Places ?? []).Select(place => place.X)], room: panel.Places is not null || panel.Series.Any(line => line.Marks) ? 0.08 : 0);
        var (y0, y1) = Range([.. points.Select(point => point.Y - point.Spread), .. points.Select(point => point.Y + point.Spread)], room: 0.06);
        svg.Append(CultureInfo.InvariantCulture, $"""<text x="{Left}" y="18" font-size="13" font-weight="600">{WebUtility.HtmlEncode(panel.Title)}</text>""");
        foreach (var y in Ticks(y0, y1))
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<line x1="{Left}" x2="{PanelWidth - Right}" y1="{Y(y):F1}" y2="{Y(y):F1}" stroke="{(y == 0 ? "#8b949e" : "#e3e7eb")}"/><text x="{Left - 6}" y="{Y(y) + 4:F1}" text-anchor="end" fill="#59636e">{y:0.######}</text>""");
        }

        // There is no half an epoch.
        var isCounted = points.All(point => double.IsInteger(point.X));
        foreach (var (x, name) in panel.Places ?? [.. Ticks(x0, x1).Where(x => !isCounted || double.IsInteger(x)).Select(x => (x, x.ToString("0.######", CultureInfo.InvariantCulture)))])
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<line x1="{X(x):F1}" x2="{X(x):F1}" y1="{PanelHeight - Bottom}" y2="{PanelHeight - Bottom + 4}" stroke="#8b949e"/><text x="{X(x):F1}" y="{PanelHeight - Bottom + 16}" text-anchor="middle" fill="#59636e">{WebUtility.HtmlEncode(name)}</text>""");
        }

        svg.Append(CultureInfo.InvariantCulture, $"""<text x="{(Left + PanelWidth - Right) / 2}" y="{PanelHeight - 8}" text-anchor="middle" fill="#59636e">{WebUtility.HtmlEncode(panel.Across)}</text>""");
        foreach (var line in panel.Series)
        {
            Line(svg, line, colour(line.Name), X, Y);
        }

        double X(double x) => Left + ((x - x0) / (x1 - x0) * (PanelWidth - Left - Right));
        double Y(double y) => PanelHeight - Bottom - ((y - y0) / (y1 - y0) * (PanelHeight - Top - Bottom));
    }

    private static void Line(StringBuilder svg, Series line, string colour, Func<double, double> x, Func<double, double> y)
    {
        var shown = line.Points.Select((point, i) => (point.X, point.Y, Spread: line.Spread is null ? 0 : Finite(line.Spread[i]))).Where(point => double.IsFinite(point.Y)).ToArray();
        if (!line.Marks)
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<polyline points="{string.Join(' ', shown.Select(point => string.Create(CultureInfo.InvariantCulture, $"{x(point.X):F1},{y(point.Y):F1}")))}" fill="none" stroke="{colour}" stroke-width="1.8" stroke-linejoin="round"/>""");
        }

        foreach (var point in shown.Where(_ => line.Marks || line.Spread is not null || shown.Length < 8))
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<circle cx="{x(point.X):F1}" cy="{y(point.Y):F1}" r="{(line.Marks ? 5 : 3)}" fill="{colour}"/>""");
            if (point.Spread > 0)
            {
                svg.Append(CultureInfo.InvariantCulture, $"""<line x1="{x(point.X):F1}" x2="{x(point.X):F1}" y1="{y(point.Y - point.Spread):F1}" y2="{y(point.Y + point.Spread):F1}" stroke="{colour}" stroke-width="1.2"/>""");
            }
        }
    }

    private static List<(string Name, int X, int Row)> Legend(string[] names, int width)
    {
        var places = new List<(string, int, int)>();
        var (x, row) = (Left, 0);
        foreach (var name in names)
        {
            var own = (int)(23 + (LetterWidth * name.Length));
            if (x > Left && x + own > width - Right)
            {
                (x, row) = (Left, row + 1);
            }

            places.Add((name, x, row));
            x += own + LegendGap;
        }

        return places;
    }

    private static double Finite(double value) => double.IsFinite(value) ? value : 0;

    private static (double Low, double High) Range(IReadOnlyList<double> values, double room)
    {
        if (values.Count == 0)
        {
            return (0, 1);
        }

        var (low, high) = (values.Min(), values.Max());
        var span = high > low ? high - low : Math.Max(Math.Abs(high), 1);
        return high > low ? (low - (room * span), high + (room * span)) : (low - (span / 2), high + (span / 2));
    }
}
