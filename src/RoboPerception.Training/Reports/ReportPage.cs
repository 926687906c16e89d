using System.Net;
using System.Text;
using System.Text.Json;

namespace RoboPerception.Training.Reports;

/// <summary>Puts a report page together: one file with its data, style, program and the chart library (uPlot) inside, so that it opens anywhere.</summary>
internal static class ReportPage
{
    /// <summary>The page.</summary>
    public static string Html(ReportData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var title = WebUtility.HtmlEncode(data.Runs.Count == 1 ? $"{data.Runs[0].Name}: {data.Runs[0].State.Options.Network} on {data.Runs[0].State.DataSet}" : string.Join(" and ", data.Runs.Select(run => run.Name)));
        var page = new StringBuilder();
        page.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
        page.Append("<link rel=\"icon\" href=\"data:,\"><title>").Append(title).Append("</title>\n<style>").Append(Part("uPlot.min.css")).Append(Part("report.css")).Append("</style></head>\n<body><main id=\"report\"></main>\n");
        page.Append("<noscript>This page draws itself with the program inside it: allow scripts for it. The figures are in log.jsonl and report.json beside it.</noscript>\n");

        // The default encoder leaves no '<' in a text, so no value can end the element.
        page.Append("<script id=\"data\" type=\"application/json\">").Append(Json(data)).Append("</script>\n");
        page.Append("<!-- uPlot:\n").Append(Part("uPlot.LICENSE")).Append("\n-->\n<script>").Append(Part("uPlot.iife.min.js")).Append("</script>\n");
        foreach (var part in new[] { "charts.js", "report.js" })
        {
            page.Append("<script>\n").Append(Part(part)).Append("</script>\n");
        }

        return page.Append("</body></html>\n").ToString();
    }

    /// <summary>The data of a page, as its program reads them.</summary>
    public static string Json(ReportData data) => JsonSerializer.Serialize(data, ReportJson.Default.ReportData);

    private static string Part(string name)
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream("report/" + name)
            ?? throw new InvalidOperationException($"The program was built without its page part '{name}'.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
