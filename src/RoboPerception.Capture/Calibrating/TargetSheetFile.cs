using System.Globalization;
using System.Text;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>Writes a <see cref="TargetSheet"/> as SVG or PDF, true to size.</summary>
internal static class TargetSheetFile
{
    private const double PointsPerMillimetre = 72 / 25.4;
    private const double FontMillimetres = 3;

    /// <summary>Writes the form that the file's name ends with.</summary>
    /// <exception cref="UserErrorException">It ends otherwise, or cannot be written.</exception>
    public static void Write(string path, TargetSheet sheet) => AtomicFile.Write(path, Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".svg" => Encoding.UTF8.GetBytes(Svg(sheet)),
        ".pdf" => Pdf(sheet),
        _ => throw new UserErrorException(ExitCode.Usage, $"'{path}' must end in .svg or .pdf: a target is printed true to size, which images do not promise."),
    });

    /// <summary>Scalable vector graphics, in millimetres.</summary>
    public static string Svg(TargetSheet sheet)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{sheet.PageWidth}mm\" height=\"{sheet.PageHeight}mm\" viewBox=\"0 0 {sheet.PageWidth} {sheet.PageHeight}\" shape-rendering=\"crispEdges\">\n");
        text.Append(CultureInfo.InvariantCulture, $"<rect width=\"{sheet.PageWidth}\" height=\"{sheet.PageHeight}\" fill=\"white\"/>\n");
        foreach ((bool black, double x, double y, double width, double height) in sheet.Rectangles)
        {
            text.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x:0.####}\" y=\"{y:0.####}\" width=\"{width:0.####}\" height=\"{height:0.####}\" fill=\"{(black ? "black" : "white")}\"/>\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"<text x=\"{sheet.Left:0.####}\" y=\"{CaptionBaseline(sheet):0.####}\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"{FontMillimetres}\">{sheet.Caption}</text>\n</svg>\n");
        return text.ToString();
    }

    /// <summary>PDF 1.4 of one page; the caption in Helvetica, which every reader has.</summary>
    public static byte[] Pdf(TargetSheet sheet)
    {
        var drawing = new StringBuilder();
        bool? colour = null;
        foreach ((bool black, double x, double y, double width, double height) in sheet.Rectangles)
        {
            if (black != colour)
            {
                drawing.Append(black ? "0 g\n" : "1 g\n");
                colour = black;
            }

            // PDF counts from the lower left corner.
            drawing.Append(CultureInfo.InvariantCulture, $"{Points(x)} {Points(sheet.PageHeight - y - height)} {Points(width)} {Points(height)} re f\n");
        }

        drawing.Append(CultureInfo.InvariantCulture, $"0 g\nBT /F {Points(FontMillimetres)} Tf {Points(sheet.Left)} {Points(sheet.PageHeight - CaptionBaseline(sheet))} Td ({sheet.Caption}) Tj ET\n");
        string[] objects =
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            $"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {Points(sheet.PageWidth)} {Points(sheet.PageHeight)}] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
            $"<< /Length {drawing.Length.ToString(CultureInfo.InvariantCulture)} >>\nstream\n{drawing}endstream",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ];
        var file = new StringBuilder("%PDF-1.4\n");
        var offsets = new List<int>();
        for (int i = 0; i < objects.Length; i++)
        {
            offsets.Add(file.Length);
            file.Append(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        }

        int table = file.Length;
        file.Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Length + 1}\n0000000000 65535 f \n");
        offsets.ForEach(offset => file.Append(CultureInfo.InvariantCulture, $"{offset:0000000000} 00000 n \n"));
        file.Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {objects.Length + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
        return Encoding.ASCII.GetBytes(file.ToString());
    }

    private static double CaptionBaseline(TargetSheet sheet) => sheet.Top + (1000 * sheet.Target.Height) + TargetSheet.CaptionHeight;

    private static string Points(double millimetres) => (millimetres * PointsPerMillimetre).ToString("0.#####", CultureInfo.InvariantCulture);
}
