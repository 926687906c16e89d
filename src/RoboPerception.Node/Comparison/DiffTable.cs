using System.Globalization;
using System.Text;

namespace RoboPerception.Node.Comparison;

/// <summary>A comparison of two models as text.</summary>
internal static class DiffTable
{
    private const int MostNames = 3;

    /// <summary>The table.</summary>
    public static string Of(DiffDocument diff, string first)
    {
        var text = new StringBuilder();
        Line($"'{diff.Other}' beside '{first}': what differs over {diff.Frames} frames, pooled over pixels");
        if (diff.Segmentation is { } classes)
        {
            Line($"  segmentation   {100 * classes.Changed:0.0} % of the pixels change class");
            Line($"    {"class",-14}{"share",8}{"other's",9}{"changes",9}   to");
            foreach (ClassDifference c in classes.Classes)
            {
                string to = string.Join(", ", c.Becomes.Take(MostNames).Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.Key} {100 * b.Value:0.0} %")));
                Line($"    {c.Name,-14}{100 * c.Share,6:0.0} %{100 * c.OtherShare,7:0.0} %{(c.Changed is { } changed ? string.Create(CultureInfo.InvariantCulture, $"{100 * changed:0.0} %") : "-"),9}   {to}");
            }
        }
        if (diff.Depth is { } depth)
        {
            Line($"  depth          abs {depth.Abs:0.000} m   rel {depth.Rel:0.000}   bias {depth.Bias:+0.000;-0.000;0.000} m{(depth.OnlyOne > 0 ? $"   {depth.OnlyOne} pixels with one depth only" : "")}");
            Line($"    {"metres",-14}{"pixels",8}{"abs",9}{"rel",9}{"bias",10}");
            foreach (DepthDifferenceBin bin in depth.Bins)
            {
                Line($"    {(bin.To is { } to ? $"{bin.From} to {to}" : $"from {bin.From}"),-14}{100.0 * bin.Pixels / depth.Pixels,6:0.0} %{bin.Abs,9:0.000}{bin.Rel,9:0.000}{bin.Bias,10:+0.000;-0.000;0.000}");
            }
        }
        if (diff.Normals is { } normals)
        {
            Line($"  normals        mean angle {normals.MeanDegrees:0.0} degrees   median {normals.MedianDegrees:0.0}   {100 * normals.Over30:0.0} % over 30");
        }
        if (diff.Worst is { Count: > 0 } worst)
        {
            Line($"  most different frames {string.Join(", ", worst.Select(w => w.Frame))}");
        }
        return text.ToString().TrimEnd();

        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
    }
}
