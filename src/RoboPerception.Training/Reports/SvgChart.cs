using System.Globalization;
using System.Net;
using System.Text;

namespace RoboPerception.Training.Reports;

/// <summary>A line of a <see cref="SvgChart"/>; points that are not finite are left out.</summary>
internal sealed record Series(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Draws curves as an SVG image that stands alone or in a page.</summary>
internal static class SvgChart
{
    private const int Width = 460, Height = 260, Left = 52, Right = 12, Top = 30, Bottom = 34;
    private const int Ticks = 4;
    private static readonly string[] Colours = ["#0b6bcb", "#c2410c", "#15803d", "#7e22ce", "#be185d", "#0f766e", "#a16207"];

    /// <summary>The image.</summary>
    public static string Draw(string title, string across, IReadOnlyList<Series> series)
    {
        var points = series.SelectMany(line => line.Points).Where(point => double.IsFinite(point.Y)).ToArray();
        var (x0, x1) = Range(points.Select(point => point.X));
        var (y0, y1) = Range(points.Select(point => point.Y));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}" font-family="sans-serif" font-size="11">""");
        svg.Append(CultureInfo.InvariantCulture, $"""<text x="{Left}" y="16" font-size="13" font-weight="bold">{WebUtility.HtmlEncode(title)}</text>""");
        for (var i = 0; i <= Ticks; i++)
        {
            var (x, y) = (x0 + ((x1 - x0) * i / Ticks), y0 + ((y1 - y0) * i / Ticks));
            svg.Append(CultureInfo.InvariantCulture, $"""<line x1="{Left}" x2="{Width - Right}" y1="{Y(y):F1}" y2="{Y(y):F1}" stroke="#ddd"/><text x="{Left - 5}" y="{Y(y) + 4:F1}" text-anchor="end">{y:G3}</text>""");
            svg.Append(CultureInfo.InvariantCulture, $"""<text x="{X(x):F1}" y="{Height - Bottom + 14}" text-anchor="middle">{x:G4}</text>""");
        }

        svg.Append(CultureInfo.InvariantCulture, $"""<text x="{(Left + Width - Right) / 2}" y="{Height - 5}" text-anchor="middle">{WebUtility.HtmlEncode(across)}</text>""");
        for (var i = 0; i < series.Count; i++)
        {
            var path = string.Join(' ', series[i].Points.Where(point => double.IsFinite(point.Y)).Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.X):F1},{Y(point.Y):F1}")));
            var colour = Colours[i % Colours.Length];
            svg.Append(CultureInfo.InvariantCulture, $"""<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>""");
            svg.Append(CultureInfo.InvariantCulture, $"""<text x="{Width - Right}" y="{Top + 10 + (13 * i)}" fill="{colour}" text-anchor="end">{WebUtility.HtmlEncode(series[i].Name)}</text>""");
        }

        return svg.Append("</svg>").ToString();

        double X(double x) => Left + ((x - x0) / (x1 - x0) * (Width - Left - Right));
        double Y(double y) => Height - Bottom - ((y - y0) / (y1 - y0) * (Height - Top - Bottom));
    }

    private static (double Low, double High) Range(IEnumerable<double> values)
    {
        var (low, high) = values.Aggregate((double.PositiveInfinity, double.NegativeInfinity), (range, value) => (Math.Min(range.Item1, value), Math.Max(range.Item2, value)));
        return !double.IsFinite(low) ? (0, 1) : high > low ? (low, high) : (low - 0.5, high + 0.5);
    }
}
